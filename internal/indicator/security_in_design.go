package indicator

import (
	"context"
	"time"

	"accordo.dev/internal/db"
	"accordo.dev/internal/project"
	"accordo.dev/internal/ref"
	"accordo.dev/internal/stat"
)

// minTrend is the smallest number of projects of which a share may be compared with another.
const minTrend = 10

// Design is the share of digital projects whose security validation was completed within the design phase.
//
// law: 2024/1774#15.3 2024/1774#16.2 2024/1774#17.1
type Design struct {
	Year       DesignPeriod `json:"year"`    // twelve months up to the instant
	Quarter    DesignPeriod `json:"quarter"` // the running quarter
	Overdue    []string     `json:"overdue"` // projects past their gate and still in design, or of unknown exit
	Conditions *int         `json:"conditionsOpen"`
	Trend      bool         `json:"trend"` // enough projects to compare with another period
}

// DesignPeriod counts the projects that left design in a period.
type DesignPeriod struct {
	From       string `json:"from"`
	Until      string `json:"until"`
	Proportion        // validated in design, of all that left design
	Late       int    `json:"late"`     // validated after they had left
	Skipped    int    `json:"skipped"`  // left by skipping the gate
	None       int    `json:"none"`     // left without any approval so far
	Exempted   int    `json:"exempted"` // somebody let them pass without validation
	// Cost is the share weighted by cost; unknown when the cost of one project is.
	Cost *float64 `json:"costShare"`
	// WithOverdue also counts gates that are overdue, as not validated: not leaving design hides nothing.
	WithOverdue Proportion `json:"withOverdue"`
}

// Proportion is k of n with its Wilson interval (95 %); without n there is no share.
type Proportion struct {
	K    int      `json:"k"`
	N    int      `json:"n"`
	P    *float64 `json:"share"`
	Low  *float64 `json:"low"`
	High *float64 `json:"high"`
}

func share(k, n int) Proportion {
	p, err := stat.Wilson(k, n, 0)
	if err != nil { // of nothing
		return Proportion{}
	}
	return Proportion{K: k, N: n, P: &p.Share, Low: &p.Low, High: &p.High}
}

func computeDesign(ctx context.Context, r db.Reader, asOf time.Time) (Reading, error) {
	page, err := project.List(ctx, r, project.Filter{Page: db.Page{Limit: db.Unlimited, Sort: "exit"}})
	if err != nil {
		return Reading{}, err
	}
	return DesignOf(page.Items, asOf, asOf.Before(r.Now()))
}

// DesignOf computes the indicator from projects. Of a past instant, later exits and validations are not
// counted; open conditions are known only for now.
func DesignOf(all []project.Project, asOf time.Time, past bool) (Reading, error) {
	today := day(asOf)
	from := asOf.Add(-time.Microsecond).AddDate(-1, 0, 1).Format(time.DateOnly)
	out, err := newReading(SecurityInDesign, asOf, from)
	if err != nil {
		return out, err
	}
	d := &Design{Overdue: []string{}}
	year, quarter := counting{from: from, until: today}, counting{from: day(startOfQuarter(asOf).AddDate(0, 0, 1)), until: today}
	conditions := 0
	for _, one := range all {
		p := candidate{asOn(one, today)}
		row := p.role(year)
		if row.Reason != reasonNotDue {
			out.row(row)
		}
		if row.Reason == reasonOverdue || row.Reason == reasonNoDay {
			d.Overdue = append(d.Overdue, p.ID)
		}
		if row.Role != Excluded {
			conditions += p.ConditionsOpen
		}
		year.add(p, row)
		quarter.add(p, p.role(quarter))
	}
	d.Year, d.Quarter = year.period(), quarter.period()
	d.Trend = d.Year.N >= minTrend
	if !past {
		d.Conditions = &conditions
	}
	out.Design, out.N = d, d.Year.N
	out.Value, out.Low, out.High = d.Year.P, d.Year.Low, d.Year.High
	if out.N == 0 {
		out.Reason = "no-projects"
	}
	return out, nil
}

// The reasons for which a project is not in the share, or is in it as it is.
const (
	reasonNotDigital = "not-digital"
	reasonOutOfScope = "out-of-scope"
	reasonCancelled  = "cancelled"
	reasonOverdue    = "overdue"     // past its gate, still in design
	reasonNoDay      = "exit-no-day" // being built, and nobody wrote down when it left design
	reasonNotDue     = "not-due"     // in design, before its gate
	reasonEarlier    = "earlier"     // left design before the period
	reasonInDesign   = "in-design"
	reasonLate       = "late"
	reasonNone       = "none"
	reasonExempted   = "exempted"
)

// candidate is a project as it was on a day.
type candidate struct{ project.Project }

// asOn takes away what happened after a day.
func asOn(p project.Project, day string) project.Project {
	if p.DesignExit > day {
		p.DesignExit, p.ExitKind = "", project.NotYet
		if p.Stage != project.Cancelled {
			p.Stage = project.Design
		}
	}
	if p.ValidationOn > day {
		p.Validation, p.ValidationOn, p.ConditionsOpen = project.NoValidation, "", 0
	}
	return p
}

// role says which part the project plays in the share of a period.
func (p candidate) role(c counting) Observation {
	row := Observation{Ref: ref.New("project", p.ID), Role: Excluded, Day: p.DesignExit}
	switch {
	case !p.Digital:
		row.Reason = reasonNotDigital
	case !p.InScope:
		row.Reason = reasonOutOfScope
	case p.DesignExit == "":
		row.Reason = p.waiting(c.until)
	case p.DesignExit < c.from || p.DesignExit > c.until:
		row.Reason = reasonEarlier
	case p.ValidatedInDesign():
		row.Role, row.Reason = Counted, reasonInDesign
	case p.ValidatedLate():
		row.Role, row.Reason = Against, reasonLate
	case p.ExemptedBy != "":
		row.Role, row.Reason = Against, reasonExempted
	default:
		row.Role, row.Reason = Against, reasonNone
	}
	return row
}

// waiting is the reason of a project that has not left design, as far as anybody wrote down.
func (p candidate) waiting(day string) string {
	switch {
	case p.Stage == project.Cancelled:
		return reasonCancelled
	case p.Stage == project.Build || p.Stage == project.Run || p.Stage == project.Closed:
		return reasonNoDay
	case p.Overdue(day):
		return reasonOverdue
	default:
		return reasonNotDue
	}
}

// counting adds up one period.
type counting struct {
	from, until                           string
	in, of, late, skipped, none, exempted int
	overdue                               int
	costIn, costOf                        float64
	costUnknown                           bool
}

func (c *counting) add(p candidate, row Observation) {
	if row.Reason == reasonOverdue || row.Reason == reasonNoDay {
		c.overdue++
	}
	if row.Role == Excluded {
		return
	}
	c.of++
	c.in += count1(row.Role == Counted)
	c.late += count1(row.Reason == reasonLate)
	c.none += count1(row.Reason == reasonNone)
	c.exempted += count1(p.ExemptedBy != "")
	c.skipped += count1(p.ExitKind == project.GateSkipped)
	if p.CostEUR == nil {
		c.costUnknown = true
		return
	}
	c.costOf += *p.CostEUR
	if row.Role == Counted {
		c.costIn += *p.CostEUR
	}
}

func (c counting) period() DesignPeriod {
	p := DesignPeriod{
		From: c.from, Until: c.until, Proportion: share(c.in, c.of), Late: c.late, Skipped: c.skipped, None: c.none, Exempted: c.exempted,
		WithOverdue: share(c.in, c.of+c.overdue),
	}
	if !c.costUnknown && c.costOf > 0 {
		p.Cost = known(c.costIn / c.costOf)
	}
	return p
}

func count1(yes bool) int {
	if yes {
		return 1
	}
	return 0
}
