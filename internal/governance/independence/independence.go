// Package independence holds the rules on who may stand where: whether those who control are apart from those who run, as
// functions over a snapshot of offices, lines, units and declared facts. Its findings are suggestions to people, with the
// provision they rest on, never legal advice. Where nobody said what a rule needs, its answer is "cannot tell".
package independence

import (
	"reflect"
	"slices"
	"strings"
)

// Severity says how much a finding matters.
type Severity string

// Basis says what a rule rests on: the text of a law, the word of a supervisor, or our own good practice.
type Basis string

// Certainty says how the rule came out of its basis: the text was read, it is known and not verified, or it is our reading.
type Certainty string

// The severities, worst first, bases and certainties.
const (
	High   Severity = "high"
	Medium Severity = "medium"
	Low    Severity = "low"
	Info   Severity = "info"

	Law        Basis = "law"
	Supervisor Basis = "supervisor"
	Product    Basis = "product"

	Read     Certainty = "read"
	Recalled Certainty = "recalled"
	Inferred Certainty = "inferred"
)

// Severities lists the severities, worst first.
var Severities = []Severity{High, Medium, Low, Info}

// Board is the management body, as the end of a line.
const Board = "board"

// Snapshot is the cut of offices on one day, with what accordo and people know of how they work.
type Snapshot struct {
	Day           string              // YYYY-MM-DD
	Profiles      []string            // sets of rules that bind the organisation; none: a generic one
	Compensations []string            // that make a CISO below the CIO bearable, see Compensations
	Holders       map[string][]string // office to ids of persons
	People        map[string]Person   // by id
	Units         map[string]Unit     // by name
	Former        []Tenure            // offices that ended
	Facts         []Fact              // declared, in any order
	Acceptances   []Acceptance        // of residual risk, in force
	Changes       []Approval          // changes that were approved
	Keys          []Turn              // keys turned in the last twelve months
	Approvals     map[string]string   // obligation to the day it was last met; empty: never; absent: nobody said
	Citations     []Citation          // provisions that policies cite
}

// Person is somebody with a place in the organisation.
type Person struct {
	Name       string
	Unit       string   // name of the unit; empty: not known
	Superior   string   // id of a person, Board, or empty: not known
	Functional []string // lines beside the one to the superior
}

// Unit is a part of the organisation; what it leaves open it takes from the unit above.
type Unit struct {
	Parent   string
	Line     string // of defence: first, second, third, none; empty: not said
	Function string // it, security, risk, compliance, audit, business, support, board; empty: not said
}

// Tenure is somebody's ended time in an office.
type Tenure struct{ Office, Person, Until string }

// Acceptance is a residual risk that somebody bears until a day.
type Acceptance struct {
	ID       string
	By       string   // person
	Offices  []string // of that person on the day
	Day      string
	ReviewOn string
}

// Approval is a change with the functions that asked for it and build it, and who approved it.
type Approval struct {
	ID        string
	Functions []string // it, security, business; empty: not said
	By        []string // persons
}

// Turn is a key that a person turned in a decision.
type Turn struct{ Decision, Person string }

// Citation is a provision that a policy cites, with what is known of its instrument.
type Citation struct {
	Policy    string // id
	Text      string // as the policy has it
	Until     string // last day of the instrument; empty: in force
	Successor string // what took its place, in words
	Unknown   bool   // nobody knows the instrument
}

// Word is the key of a sentence or a word, to be said in the reader's language.
type Word string

// Finding is what a rule says about a snapshot. Its words are the messages Key (what is so), Key+".means" (what follows)
// and Key+".cure" (what would cure it, or make it known).
type Finding struct {
	Rule      string         `json:"rule"` // IND-06
	Severity  Severity       `json:"severity"`
	Basis     Basis          `json:"basis"`
	Refs      []string       `json:"refs"` // provisions, such as 2022/2554#6.4
	Certainty Certainty      `json:"certainty"`
	Key       string         `json:"key"`
	Args      map[string]any `json:"args,omitempty"`    // texts, numbers, Word, []Word, []string
	Unknown   bool           `json:"unknown,omitempty"` // the rule cannot be judged
	People    []string       `json:"people,omitempty"`  // ids of the persons it points to
	Units     []string       `json:"units,omitempty"`   // names of units
	Offices   []string       `json:"offices,omitempty"` // codes of the offices it points to
}

// Same tells whether two findings are one: the same rule says the same of the same people.
func (f Finding) Same(other Finding) bool {
	return f.Rule == other.Rule && f.Key == other.Key && f.Severity == other.Severity &&
		slices.Equal(f.People, other.People) && reflect.DeepEqual(f.Args, other.Args)
}

// verdict is one thing that a rule found.
type verdict struct {
	suffix   string   // of the message key
	severity Severity // instead of the rule's
	args     map[string]any
	people   []string
	units    []string
}

// Rule is one check; it speaks when one of its profiles applies.
type Rule struct {
	ID        string
	Profiles  []string
	Severity  Severity
	Basis     Basis
	Refs      []string
	Certainty Certainty
	Offices   []string // that it is about
	judge     func(*view) []verdict
}

// Rules are the checks of this version, in the order of their numbers.
//
// law: 2022/2554#6.4
// law: 2024/1774#17
// law: 2016/679#38.6
var Rules = []Rule{
	{"IND-01", []string{"dora_fe"}, High, Law, []string{"2022/2554#6.4"}, Read, []string{control}, controlMissing},
	{"IND-02", []string{"dora_fe"}, High, Law, []string{"2022/2554#6.4"}, Read, []string{control}, controlInIT},
	{"IND-03", []string{"dora_fe"}, High, Law, []string{"2022/2554#6.4"}, Inferred, []string{control}, controlBelowCIO},
	{"IND-04", []string{"dora_fe", "dora_simple"}, High, Law, []string{"2022/2554#6.4", "2024/1774#28.4"}, Read, []string{control, audit}, controlIsAudit},
	{"IND-05", []string{"dora_fe"}, High, Law, []string{"2022/2554#6.6"}, Inferred, []string{audit}, auditApart},
	{"IND-06", []string{"dora_fe", "bank_it", "nis2_it", "generic"}, Medium, Product, []string{"2022/2554#5.2.c", "2022/2554#6.4"}, Inferred, []string{ciso, cio}, cisoBelowCIO},
	{"IND-07", []string{"nis2_digital"}, High, Law, []string{"2024/2690#annex.1.2.3"}, Read, []string{ciso}, securityReachesBoard},
	{"IND-08a", []string{"dora_fe"}, High, Law, []string{"2024/1774#2.2.g", "2022/2554#6.4"}, Inferred, []string{cio, ciso}, oneHolder(cio, ciso)},
	{"IND-08b", []string{"nis2_digital"}, Medium, Law, []string{"2024/2690#annex.1.2.4", "2024/2690#annex.1.2.5"}, Read, []string{cio, ciso}, oneHolder(cio, ciso)},
	{"IND-08c", []string{"pa_it"}, Info, Law, []string{"90/2024#8"}, Recalled, []string{referent, digital}, oneHolder(referent, digital)},
	{"IND-09", []string{"gdpr"}, High, Law, []string{"2016/679#38.6", "C-453/21"}, Read, []string{dpo}, dpoDecides},
	{"IND-10", []string{"gdpr"}, High, Law, []string{"2016/679#38.3"}, Read, []string{dpo}, dpoReachesTop},
	{"IND-11", []string{"dora_fe"}, High, Law, []string{"2024/1774#17.1.b"}, Read, []string{cio, ciso}, changeApprovedOutside},
	{"IND-12", []string{"dora_fe"}, High, Law, []string{"2022/2554#24.4"}, Read, nil, testersApart},
	{"IND-13", []string{"dora_fe"}, High, Law, []string{"2022/2554#26.8", "2022/2554#27.2.c"}, Read, nil, penetrationTests},
	{"IND-14", []string{"dora_fe"}, High, Law, []string{"2022/2554#5.3"}, Read, []string{suppliers}, suppliersWatched},
	{"IND-15", []string{"dora_fe"}, Medium, Law, []string{"2022/2554#11.3"}, Read, []string{audit}, plansReviewed},
	{"IND-16", []string{"dora_fe"}, High, Law, []string{"2024/1774#3.d.ii", "2024/1774#3.d.iv"}, Read, nil, risksAccepted},
	{"IND-17", []string{"dora_fe"}, High, Law, []string{"2022/2554#5.2.d", "2022/2554#5.2.h", "2022/2554#6.5"}, Read, []string{board}, boardApproved},
	{"IND-18", []string{"nis2_it"}, High, Law, []string{"379907/2025#GV.RR-02.3", "138/2024#7"}, Read, []string{contact, substitute}, contactAndSubstitute},
	{"IND-19", []string{"nis2_it"}, High, Law, []string{"379887/2025", "333017/2025"}, Read, []string{csirt}, csirtContact},
	{"IND-20", []string{"nis2_it"}, High, Law, []string{"138/2024#23", "379907/2025#GV.RR-02.1"}, Read, []string{board}, bodiesApproved},
	{"IND-21", []string{"bank_it"}, High, Supervisor, []string{"BDI-2024-12-30", "285/40"}, Read, []string{control}, controlPlaced},
	{"IND-22", []string{"nis2_digital"}, High, Law, []string{"2024/2690#annex.2.3.2"}, Read, nil, reviewersApart},
	{"IND-23", []string{"crd"}, High, Law, []string{"2013/36#92.2.e"}, Read, []string{control, cro, compliance, audit}, payApart},
	{"IND-24", []string{"dora_fe"}, Medium, Law, []string{"2022/2554#6.4"}, Inferred, []string{cio, ciso}, secondLineWithKey},
	{"IND-25", []string{"dora_fe", "bank_it"}, Low, Product, []string{"EBA/GL/2019/04", "285/40"}, Read, nil, deadProvisions},
	{"IND-26", []string{"dora_fe"}, Medium, Law, []string{"2022/2554#6.10"}, Read, nil, verificationOutsourced},
	{"IND-27", []string{"dora_fe"}, Medium, Law, []string{"2022/2554#5.4"}, Inferred, []string{board}, boardTrained},
}

// The offices that rules speak of.
const (
	board, ceo, coo        = "board", "ceo", "coo"
	cio, ciso, cto         = "cio", "ciso", "cto"
	cro, control, audit    = "cro", "ict-risk-control", "internal-audit"
	compliance, dpo        = "compliance", "dpo"
	suppliers              = "third-party-risk"
	contact, substitute    = "nis-contact", "nis-contact-substitute"
	csirt                  = "csirt-contact"
	referent, digital      = "cyber-referent", "rtd"
	itStaff, securityStaff = "it-staff", "security-staff"
	otSecurity, riskStaff  = "ot-security", "risk-staff"
	administrator          = "administrator"
)

// Expand adds the profiles that a profile includes; an organisation without any is a generic one.
func Expand(profiles []string) []string {
	if len(profiles) == 0 {
		return []string{"generic"}
	}
	if slices.Contains(profiles, "bank_it") && !slices.Contains(profiles, "dora_fe") {
		return append(slices.Clone(profiles), "dora_fe")
	}
	return profiles
}

// speaks tells whether a rule concerns an organisation under some profiles.
func (r Rule) speaks(profiles []string) bool {
	return slices.ContainsFunc(r.Profiles, func(p string) bool { return slices.Contains(profiles, p) })
}

// Speaking lists the rules that concern an organisation under some profiles.
func Speaking(profiles []string) []Rule {
	profiles = Expand(profiles)
	return slices.DeleteFunc(slices.Clone(Rules), func(r Rule) bool { return !r.speaks(profiles) })
}

// Check applies the rules to a snapshot, in the order of their numbers.
func Check(s Snapshot) []Finding {
	v := newView(s)
	findings := []Finding{}
	for _, rule := range Speaking(s.Profiles) {
		for _, found := range rule.judge(v) {
			findings = append(findings, rule.finding(found))
		}
	}
	return findings
}

func (r Rule) finding(v verdict) Finding {
	severity := r.Severity
	if v.severity != "" {
		severity = v.severity
	}
	return Finding{
		Rule: r.ID, Severity: severity, Basis: r.Basis, Refs: r.Refs, Certainty: r.Certainty, Offices: r.Offices,
		Key: "governance." + strings.ToLower(r.ID) + v.suffix, Args: v.args, Unknown: strings.Contains(v.suffix, ".unknown"), People: v.people, Units: v.units,
	}
}
