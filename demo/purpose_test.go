package demo_test

import (
	"context"
	"maps"
	"slices"
	"testing"
	"time"

	"accordo.dev/demo"
	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/decision"
	"accordo.dev/internal/evidence"
	"accordo.dev/internal/landscape"
	"accordo.dev/internal/organisation"
	"accordo.dev/internal/project"
	"accordo.dev/internal/risk"
	"accordo.dev/internal/stat"
)

// The moments at which the demonstration may be opened between two moves.
var moments = []time.Time{dbtest.Now, dbtest.Now.Add(6 * 24 * time.Hour)}

func TestMapContradictsItselfWhereItShould(t *testing.T) {
	b := read(t, write(t, demo.Anchor))
	m := landscape.Map{Elements: map[string]landscape.Element{}, Agreements: map[string]landscape.Agreement{}}
	for _, e := range b.landscape.Elements {
		m.Elements[e.ID] = e
	}
	for _, a := range b.landscape.Agreements {
		m.Agreements[a.ID] = a
	}
	for _, c := range b.landscape.Connections {
		dependency, strength := c.Kind.Usual()
		c.Dependency, c.Strength, c.Phase = or(c.Dependency, dependency), or(c.Strength, strength), or(c.Phase, landscape.PhaseLive)
		m.Connections = append(m.Connections, c)
	}
	var got []string
	for _, f := range m.Findings(dbtest.Now.Format(time.DateOnly)) {
		got = append(got, string(f.Rule)+" "+f.Element+" "+f.Other)
	}
	want := []string{
		"recovery cartanet-link cartanet",
		"recovery payment-hub core-banking",
		"recovery-chain atm-unsupported cartanet",
		"recovery-chain cards-atm cartanet",
		"recovery-chain instant-payments core-banking",
		"expired cartanet cartanet-clearing",
		"expired cartanet-link cartanet",
		"recovery-point payment-hub core-banking",
		"criticality batch-scheduler close-day",
		"criticality general-ledger close-day",
		"criticality notification-service client-identity",
		"criticality segnale-messaging client-identity",
		"confidentiality bi-reports data-warehouse",
		"confidentiality message-bus app-backend",
		"confidentiality notification-service client-identity",
		"confidentiality service-desk vulnerability-scanner",
		"confidentiality web-front app-backend",
		"end-of-life atm-unsupported cards-atm",
		"cycle secrets-vault staff-directory",
		"no-process agenzia-entrate ",
		"agreement-ends core-banking lagoon-software",
		"agreement-ends hr-portal paghe-insieme",
		"end-ahead message-bus mobile-web",
		"recovery-sequence cards-atm cartanet",
		"recovery-sequence instant-payments site-padova",
		"recovery-sequence lending orbita-cloud",
		"recovery-sequence mobile-web site-padova",
		"recovery-sequence reporting-authorities infostat-link",
		"recovery-sequence securities borsa-dati",
		"recovery-gap client-identity notification-service",
		"no-owner fraud-dwh-feed ",
		"connection-owner credit-bureau credit-bureau-link",
		"connection-owner fintech-partners psd2-interface",
		"unknown sftp-old file-transfer",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	clearing := m.Connections[slices.IndexFunc(m.Connections, func(c landscape.Connection) bool { return c.ID == "cartanet.flows-to.cartanet-clearing" })]
	if clearing.Encrypted != nil || !m.Elements[clearing.From].Outside {
		t.Errorf("got encrypted %v, want a connection across the border of which nobody knows it", clearing.Encrypted)
	}
}

func or[T ~string](value, otherwise T) T {
	if value == "" {
		return otherwise
	}
	return value
}

func TestCISOReportsToTheCIOWithOneCompensationMissing(t *testing.T) {
	b := read(t, write(t, demo.Anchor))
	holder := map[string]string{}
	for _, h := range b.people.Offices {
		if h.Until == "" {
			holder[h.Office] = h.Person
		}
	}
	for _, p := range b.people.People {
		if p.ID == holder["ciso"] && p.ReportsTo != holder["cio"] {
			t.Errorf("got the CISO reporting to %q, want the CIO %q", p.ReportsTo, holder["cio"])
		}
	}
	if got, want := len(b.organisation.Compensations), len(organisation.Compensations)-1; got != want {
		t.Errorf("got %d compensations, want %d", got, want)
	}
}

func TestProjectsLeaveDesignInEveryWay(t *testing.T) {
	b := read(t, write(t, demo.Anchor))
	var inDesign, late, skipped, overdue int
	for _, p := range b.project.Projects {
		recent := p.DesignExit >= "2026-07-01"
		switch {
		case p.Overdue("2026-11-25") && p.Validation == project.NoValidation:
			overdue++
		case recent && p.ValidatedInDesign():
			inDesign++
		case recent && p.ValidatedLate():
			late++
		case recent && p.ExitKind == project.GateSkipped:
			skipped++
		}
	}
	if got, want := [4]int{inDesign, late, skipped, overdue}, [4]int{5, 2, 1, 1}; got != want {
		t.Errorf("in design, late, skipped, past the gate: got %v, want %v", got, want)
	}
}

// TestBoardsStatementsStandInEveryPosition: the money scale alone is broken, and both officers are asked.
func TestBoardsStatementsStandInEveryPosition(t *testing.T) {
	dir := write(t, demo.Anchor)
	d := dbtest.SQLite(t)
	read(t, dir).apply(t, d, dir)
	dbtest.View(t, d, func(r db.Reader) error {
		all, err := risk.Standings(context.Background(), r, struct{}{})
		if err != nil {
			return err
		}
		by := map[risk.Position][]string{}
		for _, s := range all {
			by[s.Position] = append(by[s.Position], s.Statement.ID)
		}
		if !slices.Equal(by[risk.Breach], []string{risk.Headline}) || !slices.Equal(by[risk.Warning], []string{"S-2026-004"}) || !slices.Equal(by[risk.CannotTell], []string{"S-2026-003"}) || len(by[risk.Inside]) < 3 {
			t.Errorf("got %v, want the money scale broken, the concentration warning, instant payments unknown, the rest inside", by)
		}
		open, err := risk.Escalations(context.Background(), r, risk.EscalationFilter{})
		if len(open) != 1 || !slices.Equal(open[0].Due, []string{"cio", "ciso"}) {
			t.Errorf("got %+v, want one escalation at both officers", open)
		}
		return err
	})
}

func TestDecisionsStandInEveryStatus(t *testing.T) {
	dir := write(t, demo.Anchor)
	d := dbtest.SQLite(t)
	read(t, dir).apply(t, d, dir)
	dbtest.View(t, d, func(r db.Reader) error {
		f, err := decision.Export(context.Background(), r)
		for _, now := range moments {
			got := map[decision.Status]int{}
			for _, d := range f.Decisions {
				status := d.Status(now)
				if status.Stuck() {
					status = decision.Deadlock // at whatever step: that depends on the day
				}
				got[status]++
			}
			for status, want := range map[decision.Status]int{
				decision.Proposed: 1, decision.OneKey: 3, decision.Deadlock: 1, decision.BothKeys: 5, decision.Spent: 2, decision.Approved: 1, decision.Withdrawn: 1,
				decision.Reviewed: 1, decision.Draft: 1,
			} {
				if got[status] != want {
					t.Errorf("%s on %s: got %d, want %d", status, now.Format(time.DateOnly), got[status], want)
				}
			}
		}
		return err
	})
}

func TestFiguresStandWhereTheReadmeSays(t *testing.T) {
	for _, today := range append(moments, dbtest.Now.AddDate(0, 0, 200)) {
		t.Run(today.Format(time.DateOnly), func(t *testing.T) { checkFigures(t, today) })
	}
}

func checkFigures(t *testing.T, today time.Time) {
	dir := write(t, today)
	b := read(t, dir)
	d := dbtest.SQLite(t)
	d.Now = func() time.Time { return today }
	b.apply(t, d, dir)
	appetite := b.risk.Appetite[len(b.risk.Appetite)-1]
	ctx, from := context.Background(), today.AddDate(0, 0, -90)
	dbtest.View(t, d, func(r db.Reader) error {
		money, err := risk.Current(ctx, r, struct{}{})
		if err != nil {
			return err
		}
		if got := money.Result.Total.VaR95.Value; got < 12.2e6 || got > 13.2e6 || appetite.MoneyP95EUR != 11e6 {
			t.Errorf("got %.0f at risk against %.0f, want about 12.6 million against 11", got, appetite.MoneyP95EUR)
		}
		days, err := evidence.ExposureDays(ctx, r, from, today)
		if err != nil {
			return err
		}
		if got := days.Total / appetite.ExposureDaysQuarter; got < 0.75 || got > 0.98 {
			t.Errorf("got %.2f of the exposure-days that the board allows, want somewhat inside", got)
		}
		services, err := landscape.Services(ctx, r)
		if err != nil {
			return err
		}
		down, unknown := 0.0, 0.0
		for _, s := range services {
			spent, err := evidence.Downtime(ctx, r, s.ID, from, today)
			if err != nil {
				return err
			}
			down, unknown = down+spent.Down, unknown+spent.Unknown
		}
		if down != 214 || unknown != 45 || appetite.MinutesQuarter != 240 {
			t.Errorf("got %v minutes down and %v unknown of %v, want 214 and 45 of 240", down, unknown, appetite.MinutesQuarter)
		}
		return nil
	})
}

func TestLivesLetTiersBeCompared(t *testing.T) {
	dir := write(t, demo.Anchor)
	d := dbtest.SQLite(t)
	read(t, dir).apply(t, d, dir)
	var lives []evidence.Life
	dbtest.View(t, d, func(r db.Reader) (err error) {
		lives, err = evidence.Lives(context.Background(), r, dbtest.Now)
		return err
	})
	watched, fixed := map[int][]stat.Exposure{}, 0
	for _, l := range lives {
		watched[l.Tier] = append(watched[l.Tier], stat.Exposure{Entry: l.Entry, Exit: l.Exit, Event: l.Event})
		if l.Event {
			fixed++
		}
	}
	if share := float64(fixed) / float64(len(lives)); len(lives) < 350 || len(lives) > 700 || share < 0.4 || share > 0.7 {
		t.Errorf("got %d lives, %.2f of them fixed, want 350 to 700 and about half", len(lives), share)
	}
	for tier, want := range map[int]float64{1: 14, 2: 42, 3: 112} {
		curve, err := stat.KaplanMeier(watched[tier], stat.CurveOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if got := curve.Median().Value; !got.Known || got.X != want {
			t.Errorf("tier %d: got a median of %v days, want %v", tier, got, want)
		}
	}
}

func TestEvidenceThatIsMissing(t *testing.T) {
	b := read(t, write(t, demo.Anchor))
	last := map[string]time.Time{}
	for _, f := range b.evidence.Files {
		if f.Format == evidence.Trivy {
			last[f.Scope] = f.Loaded
		}
	}
	for scope, at := range last {
		stale := dbtest.Now.Sub(at) > 35*24*time.Hour
		if want := scope == "branch-gold-image.altariva.example"; stale != want {
			t.Errorf("scope %s was last scanned on %s: got stale %v, want %v", scope, at.Format(time.DateOnly), stale, want)
		}
	}
	tested := map[string]bool{}
	for _, r := range b.evidence.RecoveryTests {
		tested[r.Service] = true
	}
	for _, e := range b.landscape.Elements {
		if e.Kind == landscape.KindService && tested[e.ID] == (e.ID == "securities") {
			t.Errorf("service %s: got tested %v, want only securities never tested", e.ID, tested[e.ID])
		}
	}
}

func TestExceptionsStandInForcePendingAndExpired(t *testing.T) {
	for _, today := range moments {
		dir := write(t, today)
		d := dbtest.SQLite(t)
		d.Now = func() time.Time { return today }
		read(t, dir).apply(t, d, dir)
		dbtest.View(t, d, func(r db.Reader) error {
			rows, err := landscape.ListExceptions(context.Background(), r, landscape.ExceptionFilter{})
			got := map[string]landscape.ExceptionState{}
			for _, e := range rows {
				got[e.Policy] = e.State
			}
			want := map[string]landscape.ExceptionState{
				"conn-devices-managed": landscape.ExceptionInForce, "client-data-class": landscape.ExceptionPending, "exchange-agreement-in-force": landscape.ExceptionExpired,
			}
			if !maps.Equal(got, want) {
				t.Errorf("on %s: got %v, want %v", today.Format(time.DateOnly), got, want)
			}
			return err
		})
	}
}
