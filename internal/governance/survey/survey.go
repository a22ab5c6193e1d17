// Package survey asks both offices and their teams the same short questions about where they rub, and shows the two
// answers beside each other. Nobody's answer can be found out: an answer is kept as counts and never as a row, nothing
// is shown before a round is over, nothing of a side of which fewer than MinN answered, not even how many did, and a
// round that is over does not change. What a page, the API or a folder says is therefore the same whatever a person in a
// small side answered; a test holds it to that.
package survey

import (
	"fmt"
	"slices"

	"accordo.dev/internal/db"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// MinN is how many of a side must have answered before anything is said of the side.
const MinN = 5

// Rest is how many days lie between two rounds: the same few people asked twice in a row could be told apart by what
// changed.
const Rest = 28

// Areas are the areas of friction. Each has three statements: "<area>-1" to "<area>-3".
var Areas = []string{"priorities", "budget", "hierarchy", "language", "silos"}

// PerArea is the number of statements of an area.
const PerArea = 3

// Statements lists the names of all statements. Their words are the messages "survey.q.<statement>".
func Statements() []string {
	var all []string
	for _, area := range Areas {
		for i := range PerArea {
			all = append(all, fmt.Sprintf("%s-%d", area, i+1))
		}
	}
	return all
}

// Reversed tells whether agreeing with a statement means less friction: the third of each area praises.
func Reversed(statement string) bool { return statement[len(statement)-1] == '3' }

// points is the friction in an answer: 1 none to 5 strong.
func points(statement string, agreement int) int {
	if Reversed(statement) {
		return 6 - agreement
	}
	return agreement
}

// Side is one of the two that are compared.
type Side string

// The sides.
const (
	IT       Side = "it"
	Security Side = "security"
)

// Sides lists them.
var Sides = []Side{IT, Security}

// State is where a round stands on a day.
type State string

// The states.
const (
	Planned State = "planned"
	Open    State = "open"
	Over    State = "over"
)

// Round is one time that everybody is asked.
type Round struct {
	ID       string `yaml:"id" json:"id"`
	Title    string `yaml:"title" json:"title"`
	TitleIT  string `yaml:"title_it,omitempty" json:"titleIt,omitempty"`
	From     string `yaml:"from" json:"from"`                              // first day
	To       string `yaml:"to" json:"to"`                                  // last day
	Closed   string `yaml:"closed,omitempty" json:"closed,omitempty"`      // day on which it was closed before its last day was over
	OpenedBy string `yaml:"opened_by,omitempty" json:"openedBy,omitempty"` // person id
}

// Name is the title in both languages.
func (r Round) Name() i18n.Text { return i18n.Text{EN: r.Title, IT: r.TitleIT} }

// StateOn is where the round stands on a day. What is over never opens again.
func (r Round) StateOn(day string) State {
	switch {
	case r.Closed != "" || day > r.To:
		return Over
	case day < r.From:
		return Planned
	default:
		return Open
	}
}

// end is the last day on which somebody may have answered.
func (r Round) end() string {
	if r.Closed != "" {
		return r.Closed
	}
	return r.To
}

func (r Round) check(field func(string) string) []*problem.Error {
	var wrong []*problem.Error
	if !ref.ValidID(r.ID) {
		wrong = append(wrong, problem.Field(field("id"), "problem.required"))
	}
	if r.Title == "" {
		wrong = append(wrong, problem.Field(field("title"), "problem.required"))
	}
	for _, d := range []struct{ name, day string }{{"from", r.From}, {"to", r.To}, {"closed", r.Closed}} {
		if !db.ValidDay(d.day) && (d.name != "closed" || d.day != "") {
			wrong = append(wrong, problem.Field(field(d.name), "problem.day", "value", d.day))
		}
	}
	if r.To < r.From || r.Closed != "" && (r.Closed < r.From || r.Closed > r.To) {
		wrong = append(wrong, problem.Field(field("to"), "survey.error.days"))
	}
	return wrong
}

// checkRest holds rounds apart.
func checkRest(rounds []Round, field func(Round) string) []*problem.Error {
	var wrong []*problem.Error
	sorted := slices.Clone(rounds)
	slices.SortFunc(sorted, func(a, b Round) int { return compare(a.From, b.From) })
	for i := 1; i < len(sorted); i++ {
		if sorted[i].From < plusDays(sorted[i-1].end(), Rest) {
			wrong = append(wrong, problem.Field(field(sorted[i]), "survey.error.rest", "days", Rest, "other", sorted[i-1].Name()))
		}
	}
	return wrong
}
