package landscape

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"accordo.dev/internal/db"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/landscape/rule"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// ViolationState is how the breach of a policy stands.
type ViolationState string

// The states.
const (
	ViolationOpen     ViolationState = "open"        // violated
	ViolationExcepted ViolationState = "excepted"    // violated under an exception in force
	ViolationUntold   ViolationState = "cannot-tell" // facts are missing
)

// ViolationStates lists all states.
var ViolationStates = []ViolationState{ViolationOpen, ViolationExcepted, ViolationUntold}

// Violation is one thing that breaks a policy, or of which nobody can tell, with what that rests on.
type Violation struct {
	Policy      string         `json:"policy"`
	PolicyTitle i18n.Text      `json:"policyTitle"`
	Severity    string         `json:"severity"`
	State       ViolationState `json:"state"`
	Kind        string         `json:"kind"`    // element, connection, path or map
	Subject     string         `json:"subject"` // id; of a path consumer>provider
	Title       i18n.Text      `json:"title"`
	Elements    []string       `json:"elements,omitempty"` // ids of the elements concerned
	Owner       string         `json:"owner,omitempty"`    // who answers for it, else for the policy
	OwnerName   i18n.Text      `json:"ownerName"`
	Exception   *ExceptionRow  `json:"exception,omitempty"` // the one in force, else the last
	Facts       []rule.Fact    `json:"facts,omitempty"`
	Unset       []string       `json:"unset,omitempty"` // facts that would have to be stated to tell
	Costly      bool           `json:"costly,omitempty"`
	at          int32
	policy      int
}

// Key names the violation in lists.
func (v Violation) Key() string { return v.Policy + " " + v.Kind + ":" + v.Subject }

// ViolationFilter narrows the list of violations. Without a state it gives all violations, also those under an
// exception, and not what cannot be told.
type ViolationFilter struct {
	db.Page
	Policy   string `query:"policy" doc:"id of a policy"`
	Pack     string `query:"pack" doc:"only policies of this pack"`
	Severity string `query:"severity" doc:"high, medium or low"`
	Element  string `query:"element" doc:"only what concerns this element: itself, its connections, its paths"`
	Owner    string `query:"owner" doc:"person who answers for it"`
	State    string `query:"state" doc:"open, excepted, cannot-tell or all"`
	Text     string `query:"text" doc:"part of the title or of the policy's"`
}

// Violations lists the violations of today, the worst first.
func Violations(ctx context.Context, r db.Reader, f ViolationFilter) (db.PageOf[Violation], error) {
	if f.Policy != "" {
		if _, err := policy(ctx, r, f.Policy); err != nil {
			return db.PageOf[Violation]{}, err
		}
	}
	j, err := judgement(ctx, r)
	if err != nil {
		return db.PageOf[Violation]{}, err
	}
	excepted, err := exceptionsBySubject(ctx, r)
	if err != nil {
		return db.PageOf[Violation]{}, err
	}
	var all []Violation
	for i, p := range j.policies {
		if f.Policy != "" && f.Policy != p.ID || f.Severity != "" && f.Severity != p.Severity || f.Pack != "" && f.Pack != p.Pack {
			continue
		}
		for _, at := range j.found[i].Violated {
			all = append(all, j.violation(i, at, excepted))
		}
		if f.State == string(ViolationUntold) || f.State == "all" {
			for _, at := range j.found[i].Untold {
				v := j.violation(i, at, excepted)
				v.State = ViolationUntold
				all = append(all, v)
			}
		}
	}
	all = slices.DeleteFunc(all, func(v Violation) bool { return !f.keeps(v) })
	if err := orderViolations(all, f.Sort); err != nil {
		return db.PageOf[Violation]{}, err
	}
	page, err := pageOf(all, f.Page, Violation.Key)
	if err != nil {
		return page, err
	}
	for i, v := range page.Items {
		page.Items[i] = j.explain(v)
	}
	return page, nameOwners(ctx, r, page.Items)
}

// OpViolations lists violations.
var OpViolations = op.Query[ViolationFilter, db.PageOf[Violation]]{
	Name: "landscape.violations", Route: "GET /api/landscape/violations", Func: Violations,
}

func (f ViolationFilter) keeps(v Violation) bool {
	text := strings.ToLower(f.Text)
	about := strings.ToLower(strings.Join([]string{v.Title.EN, v.Title.IT, v.PolicyTitle.EN, v.PolicyTitle.IT, v.Subject, v.Policy}, " "))
	return (f.State == "" || f.State == "all" || f.State == string(v.State)) && (f.Owner == "" || f.Owner == v.Owner) &&
		(f.Element == "" || slices.Contains(v.Elements, f.Element)) && strings.Contains(about, text)
}

// orderViolations sorts by severity, policy or subject; the rest of the order is always the same.
func orderViolations(all []Violation, sort string) error {
	name, down := strings.CutPrefix(sort, "-")
	bySeverity := func(a, b Violation) int {
		return slices.Index(Severities, a.Severity) - slices.Index(Severities, b.Severity)
	}
	byPolicy := func(a, b Violation) int { return compare(a.PolicyTitle.EN, b.PolicyTitle.EN) }
	bySubject := func(a, b Violation) int { return compare(strings.ToLower(a.Title.EN), strings.ToLower(b.Title.EN)) }
	first, ok := map[string]func(a, b Violation) int{
		"": bySeverity, "severity": bySeverity, "policy": byPolicy, "subject": bySubject,
		"owner": func(a, b Violation) int { return compare(a.Owner, b.Owner) },
		"state": func(a, b Violation) int {
			return slices.Index(ViolationStates, a.State) - slices.Index(ViolationStates, b.State)
		},
	}[name]
	if !ok {
		return problem.Field("sort", "problem.sort", "value", name)
	}
	slices.SortFunc(all, func(a, b Violation) int {
		order := first(a, b)
		if down {
			order = -order
		}
		for _, then := range []func(a, b Violation) int{bySeverity, byPolicy, bySubject} {
			if order == 0 {
				order = then(a, b)
			}
		}
		if order == 0 {
			order = compare(a.Key(), b.Key())
		}
		return order
	})
	return nil
}

// violation describes a subject that a policy does not find in order; without its evidence.
func (j *judged) violation(policy int, at int32, excepted map[string]ExceptionRow) Violation {
	p := j.policies[policy]
	v := Violation{
		Policy: p.ID, PolicyTitle: p.Name(), Severity: p.Severity, State: ViolationOpen, Kind: p.Subject,
		Elements: j.concerned(policy, at), at: at, policy: policy,
	}
	s := j.facts.Snapshot
	subject := ref.New("element", "")
	switch p.Subject {
	case "connection":
		c := s.Connections[at]
		v.Subject, v.Title = c.ID, s.tieTitle(c)
		v.Owner = cmp.Or(c.OwnerFrom, c.OwnerTo, s.Elements[c.From].Owner, s.Elements[c.To].Owner)
		subject = c.Ref()
	case "path":
		v.Subject = j.facts.paths().records[at].ID
		consumer, provider := pathEnds(v.Subject)
		v.Title = twoNames(s.Elements[consumer].Title(), s.Elements[provider].Title())
		v.Owner, subject = s.Elements[consumer].Owner, ElementRef(consumer)
	case "map":
		v.Subject = "map"
	default:
		e := s.Elements[s.IDs[at]]
		v.Subject, v.Title, v.Owner, subject = e.ID, e.Title(), e.Owner, e.Ref()
	}
	v.Owner = cmp.Or(v.Owner, p.Owner)
	if e, ok := excepted[p.ID+" "+string(subject)]; ok {
		v.Exception = &e
		if e.State == ExceptionInForce {
			v.State = ViolationExcepted
		}
	}
	return v
}

// explain adds the evidence.
func (j *judged) explain(v Violation) Violation {
	all, _ := j.facts.subjects(v.Kind)
	verdict := j.rules[v.policy].Explain(all[v.at], j.facts.day)
	v.Facts, v.Unset, v.Costly = verdict.Facts, verdict.Unset, verdict.Costly
	return v
}

// tieTitle names a connection by its ends.
func (s *Snapshot) tieTitle(c Connection) i18n.Text {
	return twoNames(s.nameOf(c.From), s.nameOf(c.To))
}

func twoNames(from, to i18n.Text) i18n.Text {
	return i18n.Text{EN: from.In(i18n.EN) + " → " + to.In(i18n.EN), IT: from.In(i18n.IT) + " → " + to.In(i18n.IT)}
}

// exceptionsBySubject gives the exception that counts for each policy and subject: one in force before others.
func exceptionsBySubject(ctx context.Context, r db.Reader) (map[string]ExceptionRow, error) {
	rows, err := exceptionRows(ctx, r)
	all := map[string]ExceptionRow{}
	for _, row := range rows {
		key := row.Policy + " " + string(row.Subject)
		if old, ok := all[key]; !ok || old.State != ExceptionInForce && (row.State == ExceptionInForce || row.AskedAt.After(old.AskedAt)) {
			all[key] = row
		}
	}
	return all, err
}

func nameOwners(ctx context.Context, r db.Reader, all []Violation) error {
	names := make([]string, len(all))
	for i, v := range all {
		names[i] = v.Owner
	}
	called, err := peopleNames(ctx, r, names)
	for i, v := range all {
		all[i].OwnerName = called[v.Owner]
	}
	return err
}

// Conformance is how an element stands to the policies in force: its own violations and those of its
// connections and paths.
type Conformance struct {
	Tally
	Worst string `json:"worst,omitempty"` // severity of its worst violation without an exception
}

// ConformanceOf gives the conformance of every element that a policy concerns, for the overlay of the map.
func ConformanceOf(ctx context.Context, r db.Reader) (map[string]Conformance, error) {
	j, err := judgement(ctx, r)
	if err != nil {
		return nil, err
	}
	excepted, err := exceptionsBySubject(ctx, r)
	if err != nil {
		return nil, err
	}
	all := map[string]Conformance{}
	for i, p := range j.policies {
		for _, at := range j.found[i].Violated {
			j.violation(i, at, excepted).count(all, p.Severity)
		}
		for _, at := range j.found[i].Untold {
			v := j.violation(i, at, nil)
			v.State = ViolationUntold
			v.count(all, p.Severity)
		}
	}
	return all, nil
}

func (v Violation) count(all map[string]Conformance, severity string) {
	for _, id := range wordSet(v.Elements) {
		c := all[id]
		switch v.State {
		case ViolationExcepted:
			c.Excepted++
		case ViolationUntold:
			c.CannotTell++
		default:
			c.Violated++
			if c.Worst == "" || slices.Index(Severities, severity) < slices.Index(Severities, c.Worst) {
				c.Worst = severity
			}
		}
		all[id] = c
	}
}
