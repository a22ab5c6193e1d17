package ui

// State is how a thing stands. It is shown as an icon and a word, never by colour alone.
type State string

// The states.
const (
	OK    State = "ok"
	Warn  State = "warn"
	Bad   State = "bad"
	Unk   State = "unk"   // nobody can say: neither good nor bad
	Plain State = "plain" // a label, not a judgement
)

func (s State) icon() string {
	switch s {
	case OK, Warn, Bad, Unk:
		return string(s)
	default:
		return ""
	}
}

// KeyState is how one of the two keys stands.
type KeyState string

// The states of a key.
const (
	Missing KeyState = "missing"
	Signed  KeyState = "signed"
	Refused KeyState = "refused"
)

func (s KeyState) message() string {
	switch s {
	case Signed:
		return "shell.key.signed"
	case Refused:
		return "shell.key.refused"
	default:
		return "shell.key.missing"
	}
}

func half(side string, s KeyState) string {
	if s == Signed {
		return side + " on"
	}
	return side
}

// cls joins the class names that are not empty.
func cls(names ...string) string {
	out := ""
	for _, name := range names {
		if name == "" {
			continue
		}
		if out != "" {
			out += " "
		}
		out += name
	}
	return out
}
