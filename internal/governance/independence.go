// Package governance looks at how offices are cut: whether those who control stand apart from those who
// run. Its findings are suggestions to people, with the provision they rest on, never legal advice.
package governance

import (
	"context"
	"slices"

	"accordo.dev/internal/db"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/op"
	"accordo.dev/internal/organisation"
)

// Severity says how much a finding matters.
type Severity string

// Basis says what a rule rests on: the text of a law, the word of a supervisor, or our own good practice.
type Basis string

// Certainty says how the rule came out of its basis: the text was read, or it is our reading of the text.
type Certainty string

// The severities, bases and certainties.
const (
	High   Severity = "high"
	Medium Severity = "medium"

	Law     Basis = "law"
	Product Basis = "product"

	Read     Certainty = "read"
	Inferred Certainty = "inferred"
)

// Situation is the cut of offices that the rules look at, on one day.
type Situation struct {
	Holders       map[string][]string // office to ids of persons
	Lines         map[string]string   // person to superior: a person, "board", or "" (not known)
	Units         map[string]string   // person to unit, "" when not known
	Names         map[string]string   // person to name
	Profiles      []string            // see organisation.Profiles
	Compensations []string            // see organisation.Compensations
}

// Finding is what a rule says about a situation. Its words are the messages "governance.<rule>" (what is
// so) and "governance.<rule>.means" (what follows from it), with rule in lower case.
type Finding struct {
	Rule      string         `json:"rule"` // IND-06
	Severity  Severity       `json:"severity"`
	Basis     Basis          `json:"basis"`
	Refs      []string       `json:"refs"` // provisions, such as 2022/2554#6.4
	Certainty Certainty      `json:"certainty"`
	Key       string         `json:"key"` // of the message
	Args      map[string]any `json:"args,omitempty"`
	Unknown   bool           `json:"unknown,omitempty"` // the rule cannot be judged: a reporting line is missing
}

// rule is one check; it speaks when one of its profiles applies.
type rule struct {
	id        string
	profiles  []string
	severity  Severity
	basis     Basis
	refs      []string
	certainty Certainty
	judge     func(Situation) []verdict
}

// verdict is what a rule found: the message behind "governance.<rule>", whether it could be told, and its placeholders.
type verdict struct {
	suffix   string
	unknown  bool
	severity Severity // instead of the rule's
	args     map[string]any
}

// rules are the checks of this version.
// law: 2022/2554#6.4
// law: 2016/679#38.6
var rules = []rule{
	{"IND-01", []string{"dora_fe"}, High, Law, []string{"2022/2554#6.4"}, Read, controlFunctionMissing},
	{"IND-02", []string{"dora_fe"}, High, Law, []string{"2022/2554#6.4"}, Read, controlFunctionInIT},
	{"IND-03", []string{"dora_fe"}, High, Law, []string{"2022/2554#6.4"}, Inferred, controlFunctionBelowCIO},
	{"IND-04", []string{"dora_fe", "dora_simple"}, High, Law, []string{"2022/2554#6.4", "2024/1774#28.4"}, Read, controlFunctionIsAudit},
	{"IND-06", []string{"dora_fe", "bank_it", "nis2_it", "generic"}, Medium, Product, []string{"2022/2554#5.2", "2022/2554#6.4"}, Inferred, cisoBelowCIO},
	{"IND-08a", []string{"dora_fe"}, High, Law, []string{"2024/1774#2.2", "2022/2554#6.4"}, Inferred, cioIsCISO},
	{"IND-09", []string{"gdpr"}, High, Law, []string{"2016/679#38.6"}, Read, dpoDecidesOnProcessing},
}

// Check applies the rules to a situation, in the order of their numbers.
func Check(s Situation) []Finding {
	profiles := expand(s.Profiles)
	findings := []Finding{}
	for _, rule := range rules {
		if !slices.ContainsFunc(rule.profiles, func(p string) bool { return slices.Contains(profiles, p) }) {
			continue
		}
		for _, v := range rule.judge(s) {
			findings = append(findings, rule.finding(v))
		}
	}
	return findings
}

func (r rule) finding(v verdict) Finding {
	severity := r.severity
	if v.severity != "" {
		severity = v.severity
	}
	return Finding{
		Rule: r.id, Severity: severity, Basis: r.basis, Refs: r.refs, Certainty: r.certainty,
		Key: "governance." + lower(r.id) + v.suffix, Args: v.args, Unknown: v.unknown,
	}
}

func lower(id string) string {
	out := []byte(id)
	for i, c := range out {
		if c >= 'A' && c <= 'Z' {
			out[i] = c + 'a' - 'A'
		}
	}
	return string(out)
}

// expand adds the profiles that a profile includes; an organisation without any is a generic one.
func expand(profiles []string) []string {
	if len(profiles) == 0 {
		return []string{"generic"}
	}
	if slices.Contains(profiles, "bank_it") {
		return append(slices.Clone(profiles), "dora_fe")
	}
	return profiles
}

// controlFunctionMissing: somebody must be responsible for overseeing ICT risk.
func controlFunctionMissing(s Situation) []verdict {
	if len(s.Holders[identity.OfficeICTRiskControl]) > 0 {
		return nil
	}
	return []verdict{{}}
}

// controlFunctionInIT: whoever controls ICT risk is not of those who build, run or buy ICT.
func controlFunctionInIT(s Situation) []verdict {
	var found []verdict
	for _, person := range s.Holders[identity.OfficeICTRiskControl] {
		if s.holds(person, identity.OfficeCIO) || s.holds(person, identity.OfficeITStaff) || s.inUnitOf(person, identity.OfficeCIO) {
			found = append(found, verdict{args: map[string]any{"person": s.name(person)}})
		}
	}
	return found
}

// controlFunctionBelowCIO: nor does it stand below the CIO.
func controlFunctionBelowCIO(s Situation) []verdict {
	var found []verdict
	for _, person := range s.Holders[identity.OfficeICTRiskControl] {
		below, known := s.below(person, identity.OfficeCIO)
		args := map[string]any{"person": s.name(person)}
		if below {
			found = append(found, verdict{args: args})
		} else if !known && len(s.Holders[identity.OfficeCIO]) > 0 {
			found = append(found, verdict{suffix: ".unknown", unknown: true, args: args})
		}
	}
	return found
}

// controlFunctionIsAudit: control and internal audit are two.
func controlFunctionIsAudit(s Situation) []verdict {
	var found []verdict
	for _, person := range s.Holders[identity.OfficeICTRiskControl] {
		if s.holds(person, identity.OfficeInternalAudit) || s.inUnitOf(person, identity.OfficeInternalAudit) {
			found = append(found, verdict{args: map[string]any{"person": s.name(person)}})
		}
	}
	return found
}

// cisoBelowCIO: a first-line CISO may report to the CIO, if other measures give the independence that the line does
// not. A CISO who is the control function falls under IND-03.
func cisoBelowCIO(s Situation) []verdict {
	var found []verdict
	for _, person := range s.Holders[identity.OfficeCISO] {
		if s.holds(person, identity.OfficeICTRiskControl) || s.holds(person, identity.OfficeCIO) {
			continue
		}
		missing := s.missingCompensations()
		below, known := s.below(person, identity.OfficeCIO)
		switch {
		case below && len(missing) > 0:
			found = append(found, verdict{args: map[string]any{"person": s.name(person), "missing": missing, "n": len(missing), "of": len(organisation.Compensations)}})
		case !below && !known && len(s.Holders[identity.OfficeCIO]) > 0:
			found = append(found, verdict{suffix: ".unknown", unknown: true, args: map[string]any{"person": s.name(person)}})
		}
	}
	return found
}

// missingCompensations lists the measures that are not there; a control function outside the CIO's line counts when it is.
func (s Situation) missingCompensations() []string {
	return slices.DeleteFunc(slices.Clone(organisation.Compensations), func(c string) bool {
		return slices.Contains(s.Compensations, c) || c == "separate-control-function" && s.hasSeparateControl()
	})
}

func (s Situation) hasSeparateControl() bool {
	return slices.ContainsFunc(s.Holders[identity.OfficeICTRiskControl], func(person string) bool {
		below, known := s.below(person, identity.OfficeCIO)
		return known && !below && !s.holds(person, identity.OfficeCIO)
	})
}

// cioIsCISO: who runs and who secures are two.
func cioIsCISO(s Situation) []verdict {
	var found []verdict
	for _, person := range s.Holders[identity.OfficeCISO] {
		if s.holds(person, identity.OfficeCIO) {
			found = append(found, verdict{args: map[string]any{"person": s.name(person)}})
		}
	}
	return found
}

// dpoDecidesOnProcessing: a data protection officer does not decide why and how data are processed. A CIO does; of a
// CISO it has to be assessed (Court of Justice, C-453/21: case by case).
func dpoDecidesOnProcessing(s Situation) []verdict {
	var found []verdict
	for _, person := range s.Holders[identity.OfficeDPO] {
		args := map[string]any{"person": s.name(person)}
		switch {
		case s.holds(person, identity.OfficeCIO):
			found = append(found, verdict{args: args})
		case s.holds(person, identity.OfficeCISO):
			found = append(found, verdict{suffix: ".ciso", severity: Medium, args: args})
		}
	}
	return found
}

func (s Situation) holds(person, office string) bool {
	return slices.Contains(s.Holders[office], person)
}

func (s Situation) name(person string) string {
	if name := s.Names[person]; name != "" {
		return name
	}
	return person
}

// inUnitOf tells whether a person shares the unit of a holder of an office.
func (s Situation) inUnitOf(person, office string) bool {
	unit := s.Units[person]
	return unit != "" && slices.ContainsFunc(s.Holders[office], func(holder string) bool { return holder != person && s.Units[holder] == unit })
}

// below tells whether a holder of the office stands somewhere above the person; known is false when the line
// breaks off before it reaches the board, the CEO or the office.
func (s Situation) below(person, office string) (below, known bool) {
	seen := map[string]bool{person: true}
	for at := s.Lines[person]; ; at = s.Lines[at] {
		switch {
		case at == identity.Board || s.holds(at, identity.OfficeCEO) && !s.holds(at, office):
			return false, true
		case at == "" || seen[at]:
			return false, false
		case s.holds(at, office):
			return true, true
		}
		seen[at] = true
	}
}

// At gathers the situation of a day.
func At(ctx context.Context, r db.Reader, day string) (Situation, error) {
	s := Situation{Lines: map[string]string{}, Units: map[string]string{}, Names: map[string]string{}}
	own, err := organisation.Get(ctx, r, struct{}{})
	if err != nil {
		return s, err
	}
	s.Profiles, s.Compensations = own.Profiles, own.Compensations
	people, err := identity.People(ctx, r)
	if err != nil {
		return s, err
	}
	for id, p := range people {
		s.Lines[id], s.Units[id], s.Names[id] = p.ReportsTo, p.Unit, p.Name
	}
	s.Holders, err = identity.Holders(ctx, r, day)
	return s, err
}

// IndependenceInput chooses the day; today unless told.
type IndependenceInput struct {
	Day string `query:"day" json:"day,omitempty"`
}

// Independence checks the offices of a day.
func Independence(ctx context.Context, r db.Reader, in IndependenceInput) ([]Finding, error) {
	if in.Day == "" {
		in.Day = identity.Day(r.Now())
	}
	s, err := At(ctx, r, in.Day)
	return Check(s), err
}

// OpIndependence checks the offices of a day.
var OpIndependence = op.Query[IndependenceInput, []Finding]{Name: "governance.independence", Route: "GET /api/governance/independence", Func: Independence}
