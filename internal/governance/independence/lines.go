package independence

import "slices"

// Admission says whether a line is fine, fine with compensations, or a finding. An office that a table does not name is
// one on which its rules do not speak.
type Admission string

// The admissions.
const (
	Admitted    Admission = "admitted"
	Conditional Admission = "conditional"
	NotAdmitted Admission = "not-admitted"
)

// Compensations are the measures that make a CISO below the CIO bearable.
var Compensations = []string{"written-channel", separateControl, "appointed-by-board", "own-budget", "right-to-escalate"}

const separateControl = "separate-control-function"

// Table says to which offices a CISO may report under a profile.
type Table struct {
	Name    string // of the message "governance.lines.<name>"
	Profile string
	Control bool // it holds for a CISO who is the control function for ICT risk
	Lines   map[string]Admission
}

// controlLines are those of a CISO who is the control function.
var controlLines = map[string]Admission{board: Admitted, ceo: Admitted, cro: Admitted, compliance: Admitted, coo: NotAdmitted, cio: NotAdmitted, audit: NotAdmitted}

// Tables are the lines that are admissible for a CISO. law: 2022/2554#6.4
var Tables = []Table{
	{"dora-first-line", "dora_fe", false, map[string]Admission{board: Admitted, ceo: Admitted, coo: Admitted, cro: Admitted, cio: Conditional, audit: NotAdmitted}},
	{"dora-control", "dora_fe", true, controlLines},
	{"nis2-digital", "nis2_digital", false, map[string]Admission{board: Admitted, ceo: Conditional, cio: Conditional}},
	{"nis2-italy", "nis2_it", false, map[string]Admission{board: Admitted, ceo: Admitted, cio: Conditional}},
	{"public-body", "pa_it", false, map[string]Admission{board: Admitted, digital: Admitted}},
	{"generic", "generic", false, map[string]Admission{board: Admitted, ceo: Admitted, coo: Admitted, cro: Admitted, cio: Conditional}},
}

// Placement says whether the control function of a bank may sit in a unit of some function and line of defence, as the
// supervisor listed it: in a function of its own on the second line, within risk management, within compliance, shared
// between the two or in one unit that unites them. The last answer is false when the unit does not say enough.
func Placement(u Unit) (Admission, bool) {
	switch u.Function {
	case "risk", "compliance":
		return Admitted, true
	case "it", "audit", "business":
		return NotAdmitted, true
	}
	switch u.Line {
	case "second":
		return Admitted, true
	case "first", "third":
		return NotAdmitted, true
	}
	return "", false
}

// TablesFor lists the tables that apply under some profiles to a CISO who is, or is not, the control function.
func TablesFor(profiles []string, isControl bool) []Table {
	profiles = Expand(profiles)
	return slices.DeleteFunc(slices.Clone(Tables), func(t Table) bool {
		return !slices.Contains(profiles, t.Profile) || t.Profile == "dora_fe" && t.Control != isControl
	})
}

// MissingCompensations lists the measures that are not there; a control function outside the CIO's line counts when it is.
func (v *view) missingCompensations() []string {
	return slices.DeleteFunc(slices.Clone(Compensations), func(c string) bool {
		return slices.Contains(v.Compensations, c) || c == separateControl && v.hasSeparateControl()
	})
}

func (v *view) hasSeparateControl() bool {
	return slices.ContainsFunc(v.Holders[control], func(person string) bool {
		below, known := v.below(person, cio)
		return known && !below && !v.holds(person, cio)
	})
}
