package dictionary_test

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"accordo.dev/internal/budget"
	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/evidence"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/indicator/dictionary"
	"accordo.dev/internal/landscape"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/project"
	"accordo.dev/internal/risk"
	"accordo.dev/internal/risk/fair"
)

var ctx = context.Background()

func known[T any](x T) *T { return &x }

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-6*math.Max(1, math.Abs(b)) }

func TestPromisedShareIsMinutesOfAYearOf365Days(t *testing.T) {
	for _, c := range []struct{ share, hours, want float64 }{
		{0.999, 168, 525.6},
		{0.9995, 168, 262.8},
		{0.99, 168, 5256},
		{0.9999, 168, 52.56},
		{1, 168, 0},
		{0, 168, 525_600},
		{0.995, 60, 938.571428571}, // 0.005 of 60 h x 365/7 weeks x 60 min
		{0.999, 40, 125.142857142}, // 0.001 of 40 h x 365/7 weeks x 60 min
	} {
		if got := dictionary.PermittedMinutes(c.share, c.hours); math.Abs(got-c.want) > 1e-6 {
			t.Errorf("%v in %v h a week: got %v minutes, want %v", c.share, c.hours, got, c.want)
		}
	}
}

func TestDaysCoverTheSmallestNeedsFirst(t *testing.T) {
	needs := []float64{90, 20, 45, 120}
	for _, c := range []struct {
		days, taken float64
		n           int
	}{{0, 0, 0}, {19, 0, 0}, {20, 20, 1}, {65, 65, 2}, {154, 65, 2}, {155, 155, 3}, {1000, 275, 4}} {
		if n, taken := dictionary.Fit(c.days, needs); n != c.n || taken != c.taken {
			t.Errorf("%v days: got %d in %v, want %d in %v", c.days, n, taken, c.n, c.taken)
		}
	}
}

// fill makes an organisation whose conversions can be worked out by hand: payments costs 6,000 euro an hour and promises
// 99.9 %; a fraud of 2 events a year at 50,000 euro each is halved by a plan; the project is worth 7,000 euro a week.
func fill(tx *db.Tx) error {
	f := landscape.File{Elements: []landscape.Element{
		{ID: "payments", Kind: landscape.KindService, Name: "Payments", Criticality: known(int64(1)), SLO: known(0.999), RTO: known(int64(60)), MTPD: known(int64(240)), LossEURHour: known(6000.0)},
		{ID: "archive", Kind: landscape.KindService, Name: "Archive", Criticality: known(int64(4))},
		{ID: "core", Kind: landscape.KindSystem, Name: "Core", EndOfLife: "2020-01-01", CostEURYear: known(100_000.0)},
	}, Connections: []landscape.Connection{{ID: "c1", From: "payments", To: "core", Kind: landscape.Uses}}}
	if _, err := landscape.Apply(ctx, tx, f); err != nil {
		return err
	}
	if _, err := project.Apply(ctx, tx, project.File{Projects: []project.Project{
		{ID: "p1", Title: "Rebuild", Stage: project.Build, InScope: true, DesignExit: "2026-01-05", ExitKind: project.BuildStarted, Validation: project.NoValidation, Elements: []string{"core"}, BenefitEURWeek: known(7000.0)},
		{ID: "p2", Title: "Other", Stage: project.Design, InScope: true, Validation: project.NoValidation},
	}}); err != nil {
		return err
	}
	fraud := risk.Scenario{
		ID: "fraud", Title: "Fraud", Asset: "core", Threat: "criminals", Treatment: "reduce", Status: "open",
		Model: fair.Scenario{
			Frequency: fair.Fixed(2), Primary: []fair.Loss{{Form: "response", Amount: fair.Fixed(50_000)}},
			Controls: []fair.Control{{ID: "plan", On: fair.OnFrequency, Coverage: 1, Reliability: known(1.0), Intended: 0.5, Planned: true}},
		},
	}
	patched := risk.Scenario{
		ID: "flaw", Title: "Flaw", Threat: "criminals", Treatment: "reduce", Status: "open",
		Model: fair.Scenario{
			Frequency: fair.Fixed(1), Primary: []fair.Loss{{Form: "response", Amount: fair.Fixed(73_000)}},
			Controls: []fair.Control{{ID: "patching", On: fair.OnFrequency, Coverage: 1, Reliability: known(0.9), Intended: 0.5, Measured: fair.ByPatching}},
		},
	}
	_, err := risk.Apply(ctx, tx, risk.File{Scenarios: []risk.Scenario{fraud, patched}})
	return err
}

func convert(t *testing.T, d *db.DB, in dictionary.ConvertIn) (c dictionary.Conversion) {
	t.Helper()
	dbtest.View(t, d, func(r db.Reader) (err error) {
		c, err = dictionary.Convert(ctx, r, in)
		return err
	})
	return c
}

func line(t *testing.T, c dictionary.Conversion, id string) dictionary.Line {
	t.Helper()
	for _, l := range c.Lines {
		if l.ID == id {
			return l
		}
	}
	t.Fatalf("%s: got no line %s", c.Term, id)
	return dictionary.Line{}
}

func TestConversionsAgreeWithWhatIsWorkedOutByHand(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		dbtest.Change(t, d, fill)
		for _, c := range []struct {
			in   dictionary.ConvertIn
			line string
			want float64
		}{
			{dictionary.ConvertIn{ID: "sla", Of: "payments"}, "permitted-year", 525.6},
			{dictionary.ConvertIn{ID: "sla", Of: "payments"}, "permitted-month", 43.8},
			{dictionary.ConvertIn{ID: "sla", Of: "payments"}, "permitted-loss", 52_560},
			{dictionary.ConvertIn{ID: "sla", Of: "payments", Value: "99,5"}, "permitted-year", 2628},
			{dictionary.ConvertIn{ID: "sla", Of: "payments", Value: "99.5 %", Hours: 84}, "permitted-year", 1314},
			{dictionary.ConvertIn{ID: "minutes", Of: "payments", Value: "90"}, "minutes-loss", 9000},
			{dictionary.ConvertIn{ID: "rto", Of: "payments"}, "objective-loss", 6000},
			{dictionary.ConvertIn{ID: "impact-tolerance", Of: "payments"}, "tolerance-loss", 24_000},
			{dictionary.ConvertIn{ID: "delay", Of: "p1", Value: "3"}, "delay-cost", 21_000},
			{dictionary.ConvertIn{ID: "delay", Of: "p1", Value: "3"}, "risk-carried", 3 * 100_000 * 7 / 365.0},
			{dictionary.ConvertIn{ID: "delay", Of: "p1", Value: "3"}, "risk-kept", 3 * 50_000 * 7 / 365.0},
			{dictionary.ConvertIn{ID: "delay", Of: "p1", Value: "3"}, "delay-for-risk", 7000 / (50_000 * 7 / 365.0)},
			{dictionary.ConvertIn{ID: "exposure-days", Value: "10"}, "day-open", 100}, // 73,000 always, 36,500 never, 365 days
			{dictionary.ConvertIn{ID: "exposure-days", Value: "10"}, "days-loss", 1000},
			{dictionary.ConvertIn{ID: "threat"}, "threat-loss", 100_000 + 73_000*0.55},
			{dictionary.ConvertIn{ID: "technical-debt"}, "unsupported-loss", 100_000},
			{dictionary.ConvertIn{ID: "technical-debt"}, "unsupported-cost", 100_000},
			{dictionary.ConvertIn{ID: "technical-debt"}, "unsupported-services", 1},
			{dictionary.ConvertIn{ID: "inherent-risk"}, "inherent", 173_000},
			{dictionary.ConvertIn{ID: "inherent-risk"}, "avoided-now", 73_000 * 0.45},
			{dictionary.ConvertIn{ID: "inherent-risk"}, "avoided-planned", 50_000},
			{dictionary.ConvertIn{ID: "single-point", Value: "2"}, "point-loss", 12_000},
			{dictionary.ConvertIn{ID: "single-point", Value: "2"}, "point-minutes", 120},
			{dictionary.ConvertIn{ID: "secure-by-design"}, "carried-by-projects", 100_000},
		} {
			got := line(t, convert(t, d, c.in), c.line)
			if got.Value == nil || math.Abs(*got.Value-c.want) > 1e-3*c.want {
				t.Errorf("%s of %q at %q, %s: got %v (%s), want %v", c.in.ID, c.in.Of, c.in.Value, c.line, show(got.Value), got.Reason, c.want)
			}
		}
	})
}

func show(x *float64) string {
	if x == nil {
		return "unknown"
	}
	return fmt.Sprint(*x)
}

// TestWhatIsMissingStaysUnknown: each figure that lacks an input says why and is never zero.
func TestWhatIsMissingStaysUnknown(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		dbtest.Change(t, d, fill)
		for _, c := range []struct{ term, of, line, reason string }{
			{"sla", "archive", "permitted-year", "no-slo"},
			{"sla", "archive", "permitted-loss", "no-slo"},
			{"sla", "payments", "measured-down", "not-watched"},
			{"sla", "payments", "measured-loss", "not-watched"},
			{"sla", "payments", "left-of-year", "not-watched"},
			{"minutes", "payments", "minutes-loss", "not-watched"},
			{"rto", "archive", "objective-loss", "no-rto"},
			{"rto", "payments", "tested-loss", "not-tested"},
			{"delay", "p2", "delay-cost", "no-market-price"},
			{"delay", "p2", "risk-kept", "no-tied-scenario"},
			{"delay", "p2", "delay-for-risk", "no-market-price"},
			{"capacity", "", "fit", "no-staff-days"},
			{"exposure-days", "", "open-days", "not-watched"},
			{"vulnerability", "", "open-loss-all", "not-measured"},
			{"appetite", "", "limit-money", "no-limit"},
			{"appetite", "", "used-money", "no-limit"},
			{"change-failure", "", "failed-changes", "no-changes"},
			{"run-change", "", "change-share", "no-fund"},
			{"residual-risk", "", "minutes-p95", "no-scenario-minutes"},
		} {
			got := line(t, convert(t, d, dictionary.ConvertIn{ID: c.term, Of: c.of}), c.line)
			if got.Value != nil || got.Low != nil || got.Reason != c.reason {
				t.Errorf("%s of %q, %s: got %s (%q), want unknown (%q)", c.term, c.of, c.line, show(got.Value), got.Reason, c.reason)
			}
		}
	})
}

// TestEveryFigureIsKnownOrSaysWhyNot holds for all terms, of an empty organisation and of a filled one.
func TestEveryFigureIsKnownOrSaysWhyNot(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for _, step := range []func(*db.Tx) error{func(*db.Tx) error { return nil }, fill} {
			dbtest.Change(t, d, step)
			var all map[string]dictionary.Conversion
			dbtest.View(t, d, func(r db.Reader) (err error) {
				all, err = dictionary.Headlines(ctx, r, struct{}{})
				return err
			})
			for id, c := range all {
				if len(c.Lines) == 0 {
					t.Errorf("%s: got no line", id)
				}
				for _, l := range c.Lines {
					if (l.Value == nil) == (l.Reason == "") {
						t.Errorf("%s, %s: got %s and reason %q", id, l.ID, show(l.Value), l.Reason)
					}
					if l.Low != nil && l.Value != nil && (*l.Low > *l.Value+1e-9 || *l.High < *l.Value-1e-9) {
						t.Errorf("%s, %s: got %v outside %v to %v", id, l.ID, *l.Value, *l.Low, *l.High)
					}
					checkWords(t, id, l)
				}
			}
		}
	})
}

func checkWords(t *testing.T, id string, l dictionary.Line) {
	t.Helper()
	keys := []string{"dictionary.line." + l.ID}
	if l.Reason != "" {
		keys = append(keys, "dictionary.reason."+l.Reason)
	}
	if l.NOf != "" {
		keys = append(keys, "dictionary.n."+l.NOf+".one")
	}
	for _, key := range keys {
		if !i18n.Has(key) {
			t.Errorf("%s: no sentence %s", id, key)
		}
	}
}

// TestMoreCostsMore: more minutes, weeks or days never cost less, and a higher promise never permits more.
func TestMoreCostsMore(t *testing.T) {
	d := dbtest.SQLite(t)
	dbtest.Change(t, d, fill)
	for _, c := range []struct {
		term, of, line string
		values         []string
		falls          bool
	}{
		{"minutes", "payments", "minutes-loss", []string{"0", "1", "59", "60", "5000"}, false},
		{"delay", "p1", "delay-cost", []string{"0", "0.5", "1", "26", "520"}, false},
		{"delay", "p1", "risk-kept", []string{"0", "0.5", "1", "26", "520"}, false},
		{"exposure-days", "", "days-loss", []string{"0", "1", "30", "365"}, false},
		{"rto", "payments", "objective-loss", []string{"0", "15", "60", "2880"}, false},
		{"single-point", "", "point-loss", []string{"0", "1", "24"}, false},
		{"sla", "payments", "permitted-year", []string{"90", "99", "99.9", "99.99", "100"}, true},
		{"sla", "payments", "permitted-loss", []string{"90", "99", "99.9", "99.99", "100"}, true},
	} {
		last := math.NaN()
		for _, value := range c.values {
			got := line(t, convert(t, d, dictionary.ConvertIn{ID: c.term, Of: c.of, Value: value}), c.line)
			if got.Value == nil || !math.IsNaN(last) && (*got.Value <= last) != c.falls {
				t.Errorf("%s at %s, %s: got %s after %v", c.term, value, c.line, show(got.Value), last)
			}
			last = *got.Value
		}
	}
}

func TestWhatCannotBeConvertedIsRefusedWithItsField(t *testing.T) {
	d := dbtest.SQLite(t)
	dbtest.Change(t, d, fill)
	for _, c := range []struct {
		in    dictionary.ConvertIn
		field string
	}{
		{dictionary.ConvertIn{ID: "sla", Value: "many"}, "value"},
		{dictionary.ConvertIn{ID: "sla", Value: "100.1"}, "value"},
		{dictionary.ConvertIn{ID: "sla", Value: "-1"}, "value"},
		{dictionary.ConvertIn{ID: "sla", Value: "NaN"}, "value"},
		{dictionary.ConvertIn{ID: "delay", Value: "1e9"}, "value"},
		{dictionary.ConvertIn{ID: "sla", Hours: 169}, "hours"},
		{dictionary.ConvertIn{ID: "sla", Hours: -1}, "hours"},
		{dictionary.ConvertIn{ID: "sla", Of: "nothing"}, "of"},
		{dictionary.ConvertIn{ID: "residual-risk", Of: "nothing"}, "of"},
		{dictionary.ConvertIn{ID: "threat", Of: "nothing"}, "of"},
		{dictionary.ConvertIn{ID: "inherent-risk", Of: "anything"}, "of"},
	} {
		err := d.View(ctx, db.System("test"), func(r db.Reader) error {
			_, err := dictionary.Convert(ctx, r, c.in)
			return err
		})
		if p, ok := problem.As(err); !ok || p.Field != c.field {
			t.Errorf("%+v: got %v, want a problem with %s", c.in, err, c.field)
		}
	}
}

func TestDelayHasThePriceOfTheFundWhereTheProjectHasNone(t *testing.T) {
	d := dbtest.SQLite(t)
	dbtest.Change(t, d, func(tx *db.Tx) error {
		if err := fill(tx); err != nil {
			return err
		}
		_, err := budget.Apply(ctx, tx, budget.File{Funds: []budget.Fund{{Year: 2026, TotalEUR: 100, Sources: []budget.Source{{Of: "it", CapitalEUR: 100}}, Prices: budget.Prices{MarketDayEUR: known(2500.0)}}}})
		return err
	})
	got := line(t, convert(t, d, dictionary.ConvertIn{ID: "delay", Of: "p2", Value: "2"}), "delay-cost")
	if got.Value == nil || !near(*got.Value, 35_000) {
		t.Errorf("got %s, want 35000", show(got.Value))
	}
}

// TestUnwatchedMinutesCouldAllBeDown: what nobody watched widens the interval of what was measured.
func TestUnwatchedMinutesCouldAllBeDown(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		dbtest.Change(t, d, fill)
		from := dbtest.Now.AddDate(0, 0, -365)
		at := func(h time.Duration) string { return from.Add(h * time.Hour).Format(time.RFC3339) }
		probes := "element,from,to,state,share\n" + fmt.Sprintf("payments,%s,%s,up,\npayments,%s,%s,down,\n", at(24), at(8758), at(8758), at(8760))
		store := evidence.Store{Dir: t.TempDir()}
		sum, _, err := store.Put(strings.NewReader(probes))
		if err != nil {
			t.Fatal(err)
		}
		dbtest.Change(t, d, func(tx *db.Tx) error {
			_, err := evidence.Import(ctx, tx, evidence.ImportInput{SHA256: sum, Name: "probes.csv", Format: evidence.Availability, Options: map[string]string{"order": "ymd", "zone": "UTC"}, Store: store})
			return err
		})
		c := convert(t, d, dictionary.ConvertIn{ID: "sla", Of: "payments"})
		down := line(t, c, "measured-down")
		if down.Value == nil || !near(*down.Value, 120) || !near(*down.High, 120+1440) || !near(*down.Low, 120) {
			t.Errorf("got %s (%s to %s), want 120 (120 to 1560)", show(down.Value), show(down.Low), show(down.High))
		}
		if down.N != 364 {
			t.Errorf("got %d days watched, want 364", down.N)
		}
		left := line(t, c, "left-of-year")
		if left.Value == nil || !near(*left.Value, 405.6) || !near(*left.Low, 405.6-1440) {
			t.Errorf("got %s (from %s), want 405.6 (from -1034.4)", show(left.Value), show(left.Low))
		}
		if loss := line(t, c, "measured-loss"); loss.Value == nil || !near(*loss.Value, 12_000) || !near(*loss.High, 156_000) {
			t.Errorf("got %s (to %s), want 12000 (to 156000)", show(loss.Value), show(loss.High))
		}
	})
}

func TestDictionaryIsFilteredByWordsAndSide(t *testing.T) {
	for _, c := range []struct {
		filter dictionary.Filter
		want   string
	}{
		{dictionary.Filter{Text: "tolleranza"}, "impact-tolerance"},
		{dictionary.Filter{Text: "nine hours"}, "sla"},
		{dictionary.Filter{Side: "both", Text: "uptime"}, "availability"},
	} {
		terms, err := dictionary.List(ctx, nil, c.filter)
		var ids []string
		for _, one := range terms {
			ids = append(ids, one.ID)
		}
		if err != nil || !strings.Contains(strings.Join(ids, " "), c.want) || len(ids) > 8 {
			t.Errorf("%+v: got %v (%v), want %s and few others", c.filter, ids, err, c.want)
		}
	}
	if _, err := dictionary.List(ctx, nil, dictionary.Filter{Side: "ceo"}); !problem.Is(err, problem.Invalid) {
		t.Errorf("side ceo: got %v, want a refusal", err)
	}
}

func TestEveryTermIsWrittenAndLeadsOnlyToTerms(t *testing.T) {
	terms, err := dictionary.List(ctx, nil, dictionary.Filter{})
	if err != nil || len(terms) < 30 {
		t.Fatalf("got %d terms (%v), want 30 or more", len(terms), err)
	}
	for _, one := range terms {
		for _, text := range []i18n.Text{one.Name, one.Means, one.CIO, one.CISO, one.Trap} {
			if strings.HasPrefix(text.EN, "dictionary.") || text.EN == "" || text.IT == "" || text.EN == text.IT && one.ID != "time-to-market" {
				t.Errorf("%s: got %+v", one.ID, text)
			}
		}
		for _, id := range one.See {
			if _, err := dictionary.Find(id); err != nil || id == one.ID {
				t.Errorf("%s leads to %s: %v", one.ID, id, err)
			}
		}
	}
}

func BenchmarkHeadlines(b *testing.B) {
	d := dbtest.SQLite(b)
	dbtest.Change(b, d, fill)
	for b.Loop() {
		dbtest.View(b, d, func(r db.Reader) error {
			_, err := dictionary.Headlines(ctx, r, struct{}{})
			return err
		})
	}
}
