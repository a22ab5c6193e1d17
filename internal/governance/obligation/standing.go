package obligation

import (
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/law"
)

// State is how an obligation stands on a day.
type State string

// The states. Never is its own word: nobody can say since when something is missing that was never recorded.
const (
	Overdue       State = "overdue"
	Never         State = "never"
	Due           State = "due" // soon
	Done          State = "done"
	Idle          State = "idle" // only an event makes it due, and there was none
	NotApplicable State = "not-applicable"
)

// States lists them, the most pressing first.
var States = []State{Overdue, Never, Due, Done, Idle, NotApplicable}

// Standing is an obligation as it stands on a day.
type Standing struct {
	Obligation
	State   State    `json:"state"`
	Last    *Act     `json:"last,omitempty"`
	Due     string   `json:"due,omitempty"`  // day by which it must be met next
	From    string   `json:"from,omitempty"` // day from which it is shown as due
	Setting Setting  `json:"setting"`
	Trigger *Trigger `json:"trigger,omitempty"` // what made it due before its time
}

// Stand says how an obligation stands today, by what was done (in any order) and what happened.
func Stand(o Obligation, acts []Act, triggers []Trigger, s Setting, today string) Standing {
	row := Standing{Obligation: o, Setting: s}
	row.Last = latest(acts)
	if s.Waived != nil {
		row.State = NotApplicable
		return row
	}
	row.schedule(today)
	row.hurry(triggers)
	row.State = row.judge(today)
	return row
}

// latest is the last act by its day; of two on one day the one recorded later (ids sort by time).
func latest(acts []Act) *Act {
	var last *Act
	for i, a := range acts {
		if last == nil || a.Day > last.Day || a.Day == last.Day && a.ID > last.ID {
			last = &acts[i]
		}
	}
	return last
}

// schedule sets by when time alone makes it due, and from when it is shown.
func (row *Standing) schedule(today string) {
	f, own := row.Frequency, row.Setting.Months
	switch {
	case f.Kind == InWindow && row.Last == nil:
		row.From, row.Due = f.window(today, false)
	case f.Kind == InWindow:
		row.From, row.Due = f.window(row.Last.Day, true)
	case row.Last != nil:
		row.Due = f.Next(row.Last.Day, own)
		if row.Due != "" {
			row.From = plusDays(row.Due, -f.warning(own))
		}
	}
}

// hurry lets what happened since the last act make it due before its time.
func (row *Standing) hurry(triggers []Trigger) {
	for i, t := range triggers {
		if row.Last != nil && row.Last.Day >= t.Day || row.Due != "" && row.Due <= t.Due {
			continue
		}
		row.Due, row.From, row.Trigger = t.Due, t.Day, &triggers[i]
	}
}

func (row *Standing) judge(today string) State {
	switch {
	case row.Trigger != nil && row.Due < today:
		return Overdue
	case row.Last == nil && row.Frequency.Kind == OnEvents && row.Trigger == nil:
		return Idle
	case row.Last == nil:
		return Never
	case row.Due == "":
		return Done
	case row.Due < today:
		return Overdue
	case row.From <= today:
		return Due
	default:
		return Done
	}
}

// Open tells whether somebody must act: it is overdue, was never done, or is due soon.
func (row Standing) Open() bool {
	return row.State == Overdue || row.State == Never || row.State == Due
}

// Finding is an obligation that is overdue or was never met.
type Finding struct {
	Obligation string         `json:"obligation"`
	Title      string         `json:"title"`
	TitleIT    string         `json:"titleIt,omitempty"`
	State      State          `json:"state"`    // overdue or never
	Severity   string         `json:"severity"` // high: the management body by law; medium: the others
	Provisions []law.Citation `json:"provisions,omitempty"`
	Who        []string       `json:"who"`
	Since      string         `json:"since,omitempty"` // day on which it was due; empty: nobody can say
}

// Name is the title in both languages.
func (f Finding) Name() i18n.Text { return i18n.Text{EN: f.Title, IT: f.TitleIT} }

// finding is what is to be found about an obligation; false when nothing is.
func (row Standing) finding() (Finding, bool) {
	if row.State != Overdue && row.State != Never {
		return Finding{}, false
	}
	f := Finding{Obligation: row.ID, Title: row.Title, TitleIT: row.TitleIT, State: row.State, Severity: "medium", Provisions: row.Refs, Who: row.Who}
	if row.OfBody() && row.Source == OfLaw {
		f.Severity = "high"
	}
	if row.State == Overdue {
		f.Since = row.Due
	}
	return f, true
}
