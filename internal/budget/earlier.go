package budget

import (
	"encoding/json"
	"fmt"
	"strconv"
)

// Measure is how an initiative was written before it had years, effects and payments. It is read, from files
// and from databases that were filled then, and never written.
type Measure struct {
	ID             string   `yaml:"id" json:"id"`
	Title          string   `yaml:"title" json:"title"`
	TitleIT        string   `yaml:"title_it,omitempty" json:"titleIt,omitempty"`
	Year           int      `yaml:"year" json:"year"`
	CostEUR        float64  `yaml:"cost_eur" json:"costEur"`
	SpentEUR       float64  `yaml:"spent_eur,omitempty" json:"spentEur,omitempty"`
	RemovesEURYear *float64 `yaml:"removes_eur_year,omitempty" json:"removesEurYear,omitempty"`
	RemovesMinutes *float64 `yaml:"removes_minutes,omitempty" json:"removesMinutes,omitempty"`
	Risks          []string `yaml:"risks,omitempty" json:"risks,omitempty"`
	Security       bool     `yaml:"security,omitempty" json:"security,omitempty"`
	State          State    `yaml:"state" json:"state"`
	Decision       string   `yaml:"decision,omitempty" json:"decision,omitempty"`
}

// initiative is the measure in the present form. Its cost was not split and counts as running cost; it acts on
// its risks by a share that nobody said.
func (m Measure) initiative() Initiative {
	i := Initiative{
		ID: m.ID, Title: m.Title, TitleIT: m.TitleIT, State: m.State, Security: m.Security, Decision: m.Decision, Claimed: m.RemovesEURYear,
		Costs: []Cost{{Year: m.Year, RunningEUR: m.CostEUR}},
	}
	for _, id := range m.Risks {
		i.Effects = append(i.Effects, Effect{Risk: id})
	}
	if m.RemovesMinutes != nil {
		i.Benefits = []Benefit{{Kind: "service-minutes", Amount: *m.RemovesMinutes}}
	}
	return i
}

// payment is what was spent. Nobody wrote down when: it counts for the first day of the year.
func (m Measure) payment() (Payment, bool) {
	return Payment{
		ID: m.ID + "-" + strconv.Itoa(m.Year), Initiative: m.ID, Day: fmt.Sprintf("%04d-01-01", m.Year), Kind: "running", AmountEUR: m.SpentEUR,
	}, m.SpentEUR > 0
}

// readInitiative reads a stored initiative in either form: only the earlier one has a cost without years.
func readInitiative(body []byte) (Initiative, error) {
	var form struct {
		CostEUR *float64 `json:"costEur"`
	}
	if err := json.Unmarshal(body, &form); err != nil {
		return Initiative{}, err
	}
	if form.CostEUR != nil {
		var m Measure
		err := json.Unmarshal(body, &m)
		return m.initiative(), err
	}
	var i Initiative
	err := json.Unmarshal(body, &i)
	return i, err
}

// present is a file with its measures in the present form.
func (f File) present() File {
	for _, m := range f.Measures {
		f.Initiatives = append(f.Initiatives, m.initiative())
		if p, spent := m.payment(); spent {
			f.Payments = append(f.Payments, p)
		}
	}
	f.Measures = nil
	for n := range f.Funds {
		f.Funds[n] = f.Funds[n].normal()
	}
	return f
}
