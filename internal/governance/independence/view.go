package independence

import (
	"slices"
	"strings"
)

// view is a snapshot with what all rules ask of it, looked up once.
type view struct {
	Snapshot
	profiles []string
	offices  map[string][]string // person to offices
	facts    map[string][]Fact   // by kind, newest first
	units    map[string]Unit     // by name, with what they take from the units above
	manned   bool                // somebody holds an office other than administrator
}

func newView(s Snapshot) *view {
	v := &view{Snapshot: s, profiles: Expand(s.Profiles), offices: map[string][]string{}, units: map[string]Unit{}, facts: s.sorted()}
	for office, people := range s.Holders {
		for _, person := range people {
			v.offices[person] = append(v.offices[person], office)
			v.manned = v.manned || office != administrator
		}
	}
	for name := range s.Units {
		v.units[name] = s.resolved(name)
	}
	return v
}

// resolved is a unit with what it leaves open taken from the units above.
func (s Snapshot) resolved(name string) Unit {
	u := s.Units[name]
	seen := map[string]bool{name: true}
	for above := u.Parent; above != "" && !seen[above] && (u.Line == "" || u.Function == ""); above = s.Units[above].Parent {
		seen[above] = true
		if u.Line == "" {
			u.Line = s.Units[above].Line
		}
		if u.Function == "" {
			u.Function = s.Units[above].Function
		}
	}
	return u
}

// Resolved gives the units with what they take from the units above, by name.
func (s Snapshot) Resolved() map[string]Unit { return newView(s).units }

// unit is the unit of a person.
func (v *view) unit(person string) Unit { return v.units[v.People[person].Unit] }

func (v *view) holds(person string, offices ...string) bool {
	return slices.ContainsFunc(v.offices[person], func(office string) bool { return slices.Contains(offices, office) })
}

func (v *view) vacant(office string) bool { return len(v.Holders[office]) == 0 }

func (v *view) name(person string) string {
	if name := v.People[person].Name; name != "" {
		return name
	}
	return person
}

// names gives the names of people, sorted, for a sentence.
func (v *view) names(people []string) string {
	names := make([]string, len(people))
	for i, person := range people {
		names[i] = v.name(person)
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

// of is a verdict about one person.
func (v *view) of(suffix, person string, args ...any) verdict {
	found := verdict{suffix: suffix, people: []string{person}, args: map[string]any{"person": v.name(person)}}
	for i := 0; i+1 < len(args); i += 2 {
		found.args[args[i].(string)] = args[i+1]
	}
	if unit := v.People[person].Unit; unit != "" {
		found.units = []string{unit}
	}
	return found
}

// about is a verdict about several people.
func (v *view) about(suffix string, people []string) verdict {
	people = slices.Compact(slices.Sorted(slices.Values(people)))
	return verdict{suffix: suffix, people: people, args: map[string]any{"people": v.names(people)}}
}

// above gives the superiors of a person, the next one first, Board last where the line reaches it. It is whole when it
// reaches the board or a CEO; otherwise it breaks off or runs in a circle.
func (v *view) above(person string) (line []string, whole bool) {
	seen := map[string]bool{person: true}
	for at := v.People[person].Superior; ; at = v.People[at].Superior {
		if at == "" || seen[at] {
			return line, false
		}
		line = append(line, at)
		if at == Board || v.holds(at, ceo) {
			return line, true
		}
		seen[at] = true
	}
}

// below tells whether a holder of one of the offices stands somewhere above a person; known is false when the line breaks
// off before anybody can tell.
func (v *view) below(person string, offices ...string) (below, known bool) {
	line, whole := v.above(person)
	below = slices.ContainsFunc(line, func(at string) bool { return v.holds(at, offices...) })
	return below, below || whole
}

// reportsAs is the office under which a person stands: that of the next superior who holds one that lines are judged by.
func (v *view) reportsAs(person string) string {
	line, _ := v.above(person)
	for _, at := range line {
		if at == Board {
			return board
		}
		for _, office := range []string{ceo, cio, coo, cro, compliance, audit, digital, board} {
			if v.holds(at, office) {
				return office
			}
		}
	}
	return ""
}

// reachesBoard tells whether a person reports to the board itself, in the hierarchy or beside it.
func (v *view) reachesBoard(person string) bool {
	p := v.People[person]
	return p.Superior == Board || slices.Contains(p.Functional, Board)
}

// within tells whether a unit is another one or stands somewhere below it.
func (v *view) within(unit, other string) bool {
	seen := map[string]bool{}
	for at := unit; at != "" && !seen[at]; at = v.Units[at].Parent {
		if at == other {
			return true
		}
		seen[at] = true
	}
	return false
}

// yearBefore is the same day a year earlier; days compare as texts.
func yearBefore(day string) string { return monthsBefore(day, 12) }

// monthsBefore is the day so many months earlier, as text; the 31st of a short month compares rightly.
func monthsBefore(day string, months int) string {
	if len(day) != len("2006-01-02") {
		return ""
	}
	count := number(day[:4])*12 + number(day[5:7]) - 1 - months
	return digits(count/12, 4) + "-" + digits(count%12+1, 2) + day[7:]
}

func number(text string) (n int) {
	for _, c := range text {
		n = n*10 + int(c-'0')
	}
	return n
}

func digits(n, width int) string {
	out := make([]byte, width)
	for i := width - 1; i >= 0; i-- {
		out[i] = byte('0' + n%10)
		n /= 10
	}
	return string(out)
}
