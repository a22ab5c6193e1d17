package ui

import (
	"slices"
	"time"

	"github.com/a-h/templ"
)

// Box says how a card looks: one subject, with a heading.
type Box struct {
	Title string
	ID    string // of the heading; needed when Title is set and the same title appears twice
	Class string // width in the grid at 1000 px and more: c3 to c9; nothing = full width
	Flush bool   // no inner margin: for tables and lists
	Level int    // of the heading: 2 unless told
	Meta  string // small words at the right of the heading
	Href  string // makes Meta a link
	Note  string // small words below
}

// Figure is a number that opens: value, unit, interval, how many rows it rests on, when, and the way to them.
type Figure struct {
	Label    string
	Means    *Word  // the word of the dictionary that the label is
	Value    string // written; empty with Unknown
	Unit     string
	Interval string // "95 % interval 3,260 to 3,575"
	N        string // "1,073 findings, 351 open"
	AsOf     time.Time
	Href     string // the rows it rests on
	State    State  // with Word, shown beside the label
	Word     string
	Unknown  bool // nobody can say: Value holds the words, or is empty
	Small    bool
}

// Fact is one line of a list of terms: what it is, and the words or a component.
type Fact struct {
	Term string
	Text string
	Href string
	Show templ.Component // instead of Text
}

// Tab is one view of the same thing.
type Tab struct {
	Title   string
	Href    string
	Current bool
	N       string
}

// Task is something that needs a person: a decision, a gate, a finding.
type Task struct {
	CIO, CISO KeyState
	Title     string
	Href      string
	Text      string
	Clock     string // "33 h left"
	State     State  // of the clock
	Then      string // "then: CRO"
}

// KeySlot is one of the two keys of a decision or report.
type KeySlot struct {
	Office string // in words, for a key beside the two
	State  KeyState
	Person string
	When   time.Time
	Text   string          // reason or condition
	Hash   string          // of what was signed
	Action templ.Component // buttons, when it is the reader's turn
}

// Work is something long that is going on.
type Work struct {
	Label  string
	Done   int
	Total  int    // 0 = not known
	Text   string // "12,000 of 100,000 rows"
	Poll   string // address that gives this component again; asked every second by script
	Cancel string // address to post to; empty = cannot be stopped
}

// Entry is one line of a history.
type Entry struct {
	When time.Time
	Icon string
	Text string
	Href string
	Sub  string
}

func level(n int) int {
	if n < 2 || n > 4 {
		return 2
	}
	return n
}

// idOf makes a name for a heading out of its words.
func idOf(b Box) string {
	if b.ID != "" {
		return b.ID
	}
	out := []byte("h-")
	for _, c := range []byte(b.Title) {
		switch {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
			out = append(out, c)
		case c >= 'A' && c <= 'Z':
			out = append(out, c+32)
		case out[len(out)-1] != '-':
			out = append(out, '-')
		}
	}
	return string(out)
}

func flush(b Box) string {
	if b.Flush {
		return "flush"
	}
	return ""
}

func small(f Figure) string {
	if f.Small {
		return "s"
	}
	return ""
}

func unknown(f Figure) string {
	if f.Unknown {
		return "unk"
	}
	return ""
}

func discText(p Page, cio, ciso KeyState, given []string) string {
	if len(given) > 0 {
		return given[0]
	}
	return p.T("shell.disc", "cio", p.T(cio.message()), "ciso", p.T(ciso.message()))
}

func clockClass(state State) string {
	if state == "" || state == Plain {
		return ""
	}
	return "t-" + string(state)
}

func lockText(keys ...KeySlot) string {
	is := func(state KeyState) func(KeySlot) bool { return func(k KeySlot) bool { return k.State == state } }
	isNot := func(state KeyState) func(KeySlot) bool { return func(k KeySlot) bool { return k.State != state } }
	switch {
	case slices.ContainsFunc(keys, is(Refused)):
		return "shell.lock.refused"
	case !slices.ContainsFunc(keys, isNot(Signed)):
		return "shell.lock.open"
	default:
		return "shell.lock.waiting"
	}
}

func waiting(k KeySlot) string {
	if k.State == Signed || k.State == Refused {
		return ""
	}
	return "wait"
}

func keyLook(s KeyState) State {
	switch s {
	case Signed:
		return OK
	case Refused:
		return Bad
	default:
		return Unk
	}
}

// wordless tells whether there is no figure at all, only the word that it is not known.
func (f Figure) wordless() bool { return f.Unknown && f.Value == "" }

func (f Figure) unknownWord(p Page) string {
	if f.Word != "" {
		return f.Word
	}
	return p.T("shell.unknown")
}
