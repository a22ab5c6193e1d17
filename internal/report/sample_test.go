package report_test

import (
	"math"
	"time"

	"accordo.dev/internal/i18n"
	"accordo.dev/internal/report"
)

func p(x float64) *float64 { return &x }

func both(en, it string) i18n.Text { return i18n.Text{EN: en, IT: it} }

// sample is a snapshot with every kind of figure, known and unknown.
func sample() report.Snapshot {
	return report.Snapshot{
		Format: report.SnapshotFormat, Report: "BR-2026-Q4-1", Organisation: "Banca Altariva",
		Period: report.Period{Name: "2026-Q4", From: "2026-10-01", Until: "2026-11-25"}, AsOf: time.Date(2026, 11, 25, 7, 40, 0, 0, time.UTC), Sitting: "2026-11-26",
		CIO: report.Officer{Person: "marta", Name: "Marta Bellandi"}, CISO: report.Officer{Person: "luca", Name: "Luca Ferrantini"},
		Decisions: sampleDecisions(), MoreDecisions: 2,
		Money:        report.Scale{Value: p(12.8e6), Low: p(11.5e6), High: p(15.5e6), Limit: p(11e6), State: report.Outside, N: 50000, Trace: "money"},
		Minutes:      report.Scale{Value: p(214), UpTo: p(259), Limit: p(240), State: report.CannotTell, N: 6, Trace: "minutes"},
		ExposureDays: report.Scale{Value: p(3410), Low: p(3260), High: p(3575), Limit: p(4200), State: report.Inside, N: 1073, Trace: "exposure-days"},
		Security:     report.Security{K: 5, N: 9, Low: p(.267), High: p(.811), CostShare: p(.62), Late: 1, Skipped: 2, Overdue: 1, OpenTerms: 1, Months: 12, Trace: "security-in-design"},
		Patching:     samplePatching(), Resilience: sampleResilience(), Risks: sampleRisks(), Services: sampleServices(),
		Projects: []report.Project{
			{ID: "instant", Title: both("Second gateway for instant payments", "Secondo gateway per i pagamenti istantanei"), Stage: "design", GateDue: "2026-10-30", State: "overdue", CostEUR: p(780000)},
			{ID: "onboarding", Title: both("Digital onboarding", "Apertura conto digitale"), Stage: "build", GateDue: "2026-06-30", Exit: "2026-07-02", State: "unvalidated", CostEUR: p(1.2e6)},
			{ID: "branch", Title: both("Branch network renewal", "Rinnovo della rete di filiale"), Stage: "run", GateDue: "2026-03-01", Exit: "2026-02-20", State: "validated", CostEUR: p(400000)},
		},
		Fund: &report.Fund{Year: 2026, Total: 4e6, FromCIO: 2.5e6, FromCISO: 1.5e6, RingFenced: .3, Committed: 2.6e6, Spent: 1.9e6, Free: 1.4e6, Measures: []report.Measure{
			{ID: "gateway", Title: both("Second gateway", "Secondo gateway"), State: "proposed", Cost: 780000, Removes: p(590000), Minutes: p(210)},
			{ID: "backup", Title: both("Backups out of the domain", "Salvataggi fuori dal dominio"), State: "funded", Cost: 640000, Spent: 300000, Removes: p(1.4e6)},
			{ID: "atm", Title: both("New ATM systems", "Nuovi sistemi ATM"), State: "idea", Cost: 900000},
		}},
		Unknown:     []i18n.Text{both("Cards has never been tested.", "Carte non è mai stato provato."), both("Scope branches was never scanned as a whole.", "Il perimetro filiali non è mai stato esaminato per intero.")},
		Definitions: report.Definitions(),
		Evidence: []report.EvidenceFile{
			{Name: "trivy-core-2026-11-24.json", SHA256: "9f3c51aae07d1b2a9f3c51aae07d1b2a9f3c51aae07d1b2a9f3c51aae07d1b2a", Format: "trivy", Size: 120, Importer: "trivy/1", By: "Rosa Neri", Loaded: time.Date(2026, 11, 24, 4, 10, 0, 0, time.UTC), Records: 1073, Complete: true},
			{Name: "incidents-q4.csv", SHA256: "1234567890abcdef1234567890abcdef1234567890abcdef1234567890abcdef", Format: "servicenow", Size: 99, Importer: "servicenow/1", By: "Rosa Neri", Loaded: time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC), Records: 21, Complete: true},
		},
		Record: report.RecordHead{Size: 412, Root: "q1Z0YJ0u0pJ3cV0m7yN2m3H8o0yR6c7m1lE4m0a5x7k="},
	}
}

func sampleDecisions() []report.Decision {
	return []report.Decision{
		{
			ID: "gateway", Title: both("Finance the second gateway for instant payments", "Finanziare il secondo gateway per i pagamenti istantanei"),
			Content: both("780 k€ from the shared fund, live by June 2027.", "780 k€ dal fondo comune, in esercizio entro giugno 2027."), Status: "deadlock",
			Deadline: time.Date(2026, 11, 17, 17, 0, 0, 0, time.UTC), Escalation: "cro", MoneyEUR: p(-590000), Minutes: p(-210), Hash: "aa",
			CIO:  &report.Vote{Person: "Marta Bellandi", Yes: true, Reason: both("The gateway is the only way through for instant payments.", "Il gateway è l’unico punto di passaggio dei pagamenti istantanei.")},
			CISO: &report.Vote{Person: "Luca Ferrantini", Reason: both("Two gateways in one identity domain double the surface.", "Due gateway nello stesso dominio di identità raddoppiano la superficie."), Counter: both("A second gateway in another identity domain.", "Un secondo gateway in un altro dominio di identità.")},
		},
		{
			ID: "atm", Title: both("Accept the risk of old ATM systems until June", "Accettare fino a giugno il rischio dei vecchi ATM"),
			Content: both("No replacement before June 2027.", "Nessuna sostituzione prima di giugno 2027."), Status: "one-key", Deadline: time.Date(2026, 12, 1, 11, 0, 0, 0, time.UTC), Hash: "bb",
			CIO: &report.Vote{Person: "Marta Bellandi", Yes: true},
		},
	}
}

func samplePatching() report.Patching {
	tier := func(n int, median *float64, sla float64, speed float64) report.Tier {
		t := report.Tier{Tier: n, N: 180 * n, Closed: 120 * n, Open: 60 * n, Median: median, SLA: p(sla), PastSLA: p(.38), Oldest: p(210)}
		if median != nil {
			t.Low, t.High = p(*median*.8), p(*median*1.4)
		}
		for d := 2.0; d <= 120; d += 6 {
			s := .25 + .75*math.Exp(-d/speed)
			t.Steps = append(t.Steps, report.Step{Time: d, Share: s, Low: p(s * .9), High: p(min(1, s*1.1))})
		}
		for _, at := range []float64{0, 30, 60, 90, 120} {
			t.AtRisk = append(t.AtRisk, report.AtRisk{Time: at, N: int(float64(t.N) * (1 - at/150))})
		}
		return t
	}
	return report.Patching{Tiers: []report.Tier{tier(1, p(22), 15, 20), tier(2, p(41), 30, 45), tier(3, nil, 90, 200)}, Headline: p(1.6), Mean: p(9.4), PastKEV: 3, Trace: "patch-time"}
}

func sampleResilience() report.Resilience {
	return report.Resilience{
		Index: p(41), P5: p(33), P95: p(49), Method: "ori-1", Lowest: both("Cards", "Carte"), LowestIndex: p(17), RatedShare: .92, RecoveryShare: .7, Breaches: 1, Trace: "resilience",
		Services: []report.ServiceProfile{
			{Name: both("Instant payments", "Pagamenti istantanei"), Uptime: p(.82), Recovery: p(.76), Response: p(.73), Index: p(77)},
			{Name: both("Cards", "Carte"), Uptime: p(1), Recovery: p(0), Response: p(.5), Index: p(17)},
			{Name: both("Home banking", "Home banking"), Recovery: p(.67), Response: p(.5), Reason: both("Less than 80 % of the time was watched.", "Osservato meno dell’80 % del tempo.")},
		},
	}
}

func sampleRisks() report.Risks {
	r := report.Risks{Method: "fair-2", Seed: 20260101, Years: 50000, InputsHash: "55aa55aa55aa55aa", Expected: p(4.1e6), Count: 14, Trace: "risk"}
	for l := 1e5; l <= 4e7; l *= 1.3 {
		pr := .7 / (1 + math.Pow(l/2.6e6, 1.6))
		r.Curve = append(r.Curve, report.LossLevel{EUR: math.Round(l), P: pr, Low: pr * .95, High: pr * 1.05})
	}
	for i, t := range []i18n.Text{
		both("Ransomware reaches the backups through the domain", "Ransomware sui salvataggi raggiungibili dal dominio"), both("Instant payments stop at the one gateway", "Fermo dei pagamenti istantanei all’unico gateway"),
		both("Data theft at a supplier", "Furto di dati presso un fornitore"), both("A change stops core banking", "Una modifica ferma il core banking"), both("ATM fraud on unpatched systems", "Frode sugli ATM non aggiornati"),
	} {
		r.Top = append(r.Top, report.Risk{ID: "R-10" + string(rune('1'+i)), Title: t, OwnerIT: "Marta Bellandi", OwnerSec: "Luca Ferrantini", Expected: 1.2e6 / float64(i+1), VaR95: 8.1e6 / float64(i+1), TailShare: .4 / float64(i+1), Treatment: "reduce"})
	}
	return r
}

func sampleServices() []report.Service {
	return []report.Service{
		{Name: both("Core banking", "Core banking"), RTO: p(480), Tested: p(1560), RPO: p(15), Lost: p(30), TestedOn: "2026-10-13", Kind: "full-failover", Down: p(28)},
		{Name: both("Instant payments", "Pagamenti istantanei"), RTO: p(120), Tested: p(84), RPO: p(5), Lost: p(0), TestedOn: "2026-11-13", Kind: "real", Down: p(186)},
		{Name: both("Cards", "Carte"), RTO: p(240), RPO: p(15), Down: p(0), Unknown: p(45)},
	}
}
