// Package rules holds responsibility assignment matrices (RACI) as plain data and the twelve rules that judge
// them. A matrix is a table of activities and roles; a cell is a set of letters: R does it, A answers for it, C is
// asked before, I is told after, and K holds one of the two keys of a joint decision. K is a letter of its own because
// co-responsibility contradicts "exactly one A". Pure: no database, no clock, no language.
package rules

import (
	"math/bits"
	"strings"
)

// Set is a set of letters, one bit a letter.
type Set uint8

// The letters.
const (
	R Set = 1 << iota // responsible: does the work
	A                 // accountable: answers for it
	C                 // consulted: asked before
	I                 // informed: told after
	K                 // key: one of two that must agree
)

// Letters are all letters in the order in which they are written.
const Letters = "RACIK"

// ParseSet reads letters such as "RK", in any order and case; ok is false when there is another character.
func ParseSet(text string) (s Set, ok bool) {
	for _, c := range strings.ToUpper(text) {
		at := strings.IndexRune(Letters, c)
		if at < 0 {
			return 0, false
		}
		s |= 1 << at
	}
	return s, true
}

// String writes the letters in their order.
func (s Set) String() string {
	out := make([]byte, 0, len(Letters))
	for n := range len(Letters) {
		if s&(1<<n) != 0 {
			out = append(out, Letters[n])
		}
	}
	return string(out)
}

// Has tells whether at least one of the letters is there.
func (s Set) Has(any Set) bool { return s&any != 0 }

// Function is the side of the organisation that a role belongs to.
type Function string

// The functions. The second line (risk management, compliance, data protection) is Risk.
const (
	IT       Function = "it"
	Security Function = "security"
	Risk     Function = "risk"
	Audit    Function = "audit"
	Business Function = "business"
	Board    Function = "board" // the management body and who runs the organisation for it
)

// Functions lists all functions.
var Functions = []Function{IT, Security, Risk, Audit, Business, Board}

// Role is a column: an office, a committee, or a role of the matrix's own.
type Role struct {
	ID       string
	Function Function
	Vacant   bool     // nobody holds it
	External bool     // somebody outside holds it
	Persons  []string // who hold it
}

// Activity is a row.
type Activity struct {
	ID       string
	About    []string // elements of the landscape that it concerns
	Checks   []string // activities of the same matrix that it controls
	Joint    bool     // decided with two keys
	Material bool     // risk or the board has to hear of it
}

// Matrix is a whole table, with what the rules need to know beside it.
type Matrix struct {
	Activities []Activity
	Roles      []Role
	Cells      []Set // row after row: the cell of activity a and role r is Cells[a*len(Roles)+r]

	Elsewhere map[string]int // how often persons are accountable in other matrices
	Critical  []string       // critical services that a row must be about; none: rule 11 has nothing to judge
	Acts      []Act          // who really acted; none: rule 12 has nothing to judge
}

// At is a cell.
func (m Matrix) At(activity, role int) Set { return m.Cells[activity*len(m.Roles)+role] }

func (m Matrix) row(activity int) []Set {
	return m.Cells[activity*len(m.Roles) : (activity+1)*len(m.Roles)]
}

// Act is something that somebody did in one of the activities, as the records tell.
type Act struct {
	Activity string
	As       Set      // R proposed, A ended a deadlock or let something pass alone, K turned a key
	Roles    []string // all roles of who did it; any of them may have been meant
	Item     string   // the decision or project, for the list behind the figure
}

// Settings are the thresholds. Zero values are not defaults: start from Defaults.
type Settings struct {
	Apart    []Function // rule 5: functions that must not run what they monitor
	Informed []Function // rule 10: one of them must be involved in material activities; none: nobody asks
	MaxA     int        // rule 7: a person is accountable for at most so many activities
	MaxC     int        // rule 8: so many roles are consulted at most
	Differs  float64    // rule 12: share of acts that may differ, 0 to 1
	MinActs  int        // rule 12: with fewer acts nobody can tell
}

// Defaults are the settings of an organisation that falls under these profiles (see organisation.Profiles): financial
// entities keep their second line and security apart from what they monitor, and tell risk or the board; digital
// providers keep reviewers out of the line of what they review.
// law: 2022/2554#6.4
func Defaults(profiles []string) Settings {
	s := Settings{MaxA: 10, MaxC: 3, Differs: 0.2, MinActs: 5}
	for _, p := range profiles {
		switch p {
		case "dora_fe", "bank_it", "dora_simple":
			s.Apart, s.Informed = []Function{Security, Risk}, []Function{Risk, Board}
		case "nis2_digital":
			s.Apart = union(s.Apart, Security)
			s.Informed = union(s.Informed, Risk, Board)
		case "nis2_it", "pa_it":
			s.Informed = union(s.Informed, Risk, Board)
		}
	}
	return s
}

func union(have []Function, more ...Function) []Function {
	for _, f := range more {
		if !holds(have, f) {
			have = append(have, f)
		}
	}
	return have
}

func holds(all []Function, one Function) bool {
	for _, f := range all {
		if f == one {
			return true
		}
	}
	return false
}

// Severity says how much a finding matters.
type Severity string

// The severities.
const (
	Error       Severity = "error"
	Warning     Severity = "warning"
	Information Severity = "information"
)

// Finding is what one rule says about a matrix: once, with all the places it is so at, not once a place. Its words
// are the message Key, counted by the number of places, with Args.
type Finding struct {
	Rule     int            `json:"rule"` // 1 to 12
	Severity Severity       `json:"severity"`
	Key      string         `json:"key"`
	Args     map[string]any `json:"args,omitempty"`
	Places   []Place        `json:"places"`
	Unknown  bool           `json:"unknown,omitempty"` // too little is known to judge
}

// Place is a cell, or a whole row or column when the other is empty.
type Place struct {
	Activity string `json:"activity,omitempty"`
	Role     string `json:"role,omitempty"`
	Other    string `json:"other,omitempty"` // what it stands against: an activity, an element
}

// Check applies all rules, in the order of their numbers. Its time grows with the cells, acts and checks.
func Check(m Matrix, s Settings) []Finding {
	j := newJudge(m, s)
	for _, rule := range []func(*judge){
		one, two, three, four, five, six, seven, eight, nine, ten, eleven, twelve,
	} {
		rule(j)
	}
	return j.found
}

// judge gathers findings; it knows activities and roles by number.
type judge struct {
	Matrix
	Settings
	activity map[string]int
	role     map[string]int
	found    []Finding
}

func newJudge(m Matrix, s Settings) *judge {
	j := &judge{Matrix: m, Settings: s, activity: make(map[string]int, len(m.Activities)), role: make(map[string]int, len(m.Roles)), found: []Finding{}}
	for n, a := range m.Activities {
		j.activity[a.ID] = n
	}
	for n, r := range m.Roles {
		j.role[r.ID] = n
	}
	return j
}

// say adds a finding when there is a place for it.
func (j *judge) say(rule int, severity Severity, key string, places []Place, args map[string]any) {
	if len(places) > 0 {
		j.found = append(j.found, Finding{Rule: rule, Severity: severity, Key: key, Places: places, Args: args})
	}
}

func (j *judge) cell(activity, role int) Place {
	return Place{Activity: j.Activities[activity].ID, Role: j.Roles[role].ID}
}

func (j *judge) whole(activity int) Place { return Place{Activity: j.Activities[activity].ID} }

// letters counts the roles of a row with a letter.
func letters(row []Set, letter Set) (n int) {
	for _, s := range row {
		n += bits.OnesCount8(uint8(s & letter))
	}
	return n
}
