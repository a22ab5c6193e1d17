package landscape

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"accordo.dev/internal/change"
	"accordo.dev/internal/db"
	"accordo.dev/internal/decision"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/item"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// Exception lets one element or connection depart from a policy until a day. It is in force only while the
// decision about it, which needs the keys of both officers, says so; the violation stays visible.
type Exception struct {
	ID       string    `yaml:"id" json:"id"`
	Policy   string    `yaml:"policy" json:"policy"`
	Subject  ref.Ref   `yaml:"subject" json:"subject"` // element:… or connection:…
	Reason   string    `yaml:"reason" json:"reason"`
	ReasonIT string    `yaml:"reason_it,omitempty" json:"reasonIt,omitempty"`
	Until    string    `yaml:"until" json:"until"` // last day
	AskedBy  string    `yaml:"asked_by,omitempty" json:"askedBy,omitempty"`
	AskedAt  time.Time `yaml:"asked_at" json:"askedAt"`
}

// ExceptionState is how an exception stands on a day.
type ExceptionState string

// The states.
const (
	ExceptionPending ExceptionState = "pending"  // the officers have not agreed yet
	ExceptionGranted ExceptionState = "granted"  // they have; somebody must put it in force
	ExceptionInForce ExceptionState = "in-force" //
	ExceptionExpired ExceptionState = "expired"  // its last day is over
	ExceptionRefused ExceptionState = "refused"  // rejected or withdrawn
)

// ExceptionStates lists all states.
var ExceptionStates = []ExceptionState{ExceptionPending, ExceptionGranted, ExceptionInForce, ExceptionExpired, ExceptionRefused}

// MaxExceptionDays bounds an exception: longer, and the policy is what should change.
const MaxExceptionDays = 732

// Ref is the name of the exception for other areas.
func (e Exception) Ref() ref.Ref { return ref.New("exception", e.ID) }

// ReasonIn gives the reason in both languages.
func (e Exception) ReasonIn() i18n.Text { return i18n.Text{EN: e.Reason, IT: e.ReasonIT} }

func (e Exception) id() string { return e.ID }

// check finds what is wrong with an exception by itself.
func (e Exception) check(field func(string) string) []*problem.Error {
	c := checker{field: field}
	if !ref.ValidID(e.ID) {
		c.add(problem.Field(field("id"), "landscape.error.id", "value", e.ID))
	}
	for name, text := range map[string]string{"policy": e.Policy, "reason": strings.TrimSpace(e.Reason), "until": e.Until} {
		if text == "" {
			c.add(problem.Field(field(name), "problem.required"))
		}
	}
	c.short("reason", e.Reason, 4000)
	c.short("reason_it", e.ReasonIT, 4000)
	c.day("until", e.Until)
	if _, err := ref.Parse(string(e.Subject)); err != nil || e.Subject.Kind() != "element" && e.Subject.Kind() != "connection" {
		c.add(problem.Field(field("subject"), "landscape.exception.error.subject", "value", e.Subject))
	}
	return c.wrong
}

// covers tells whether a decision is about exactly this exception: its content names policy, subject and last
// day, so an exception that changes after the keys were given is not the one that was agreed.
func (e Exception) covers(d decision.Decision) bool {
	for _, part := range []string{e.Policy, string(e.Subject), e.Until} {
		if !strings.Contains(d.Content, part) {
			return false
		}
	}
	return d.Kind == decision.Exception && d.About == e.Ref()
}

// stateOf is how an exception stands, with the decision about it where there is one.
func (e Exception) stateOf(d *decision.Decision, now time.Time) ExceptionState {
	if d == nil || !e.covers(*d) {
		return ExceptionPending
	}
	status := d.Status(now)
	switch {
	case !status.Holds() && !status.Open() && status != decision.Draft:
		return ExceptionRefused
	case e.Until < now.Format(time.DateOnly):
		return ExceptionExpired
	case status.Holds() && d.SpentAt != nil:
		return ExceptionInForce
	case status.Holds():
		return ExceptionGranted
	default:
		return ExceptionPending
	}
}

// Exceptions loads all exceptions, by id.
func Exceptions(ctx context.Context, r db.Reader) ([]Exception, error) {
	all, err := db.All(ctx, r, scanException, "SELECT body FROM landscape_exception")
	slices.SortFunc(all, func(a, b Exception) int { return compare(a.ID, b.ID) })
	return all, err
}

func scanException(s db.Scan) (Exception, error) {
	var body string
	var e Exception
	if err := s(&body); err != nil {
		return e, err
	}
	return e, json.Unmarshal([]byte(body), &e)
}

func saveException(ctx context.Context, tx *db.Tx, e Exception) error {
	body, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("exception %s: %w", e.ID, err)
	}
	_, err = tx.Exec(ctx, `INSERT INTO landscape_exception (id, policy, subject, until_day, asked_at, body) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (id) DO UPDATE SET policy = excluded.policy, subject = excluded.subject, until_day = excluded.until_day,
			asked_at = excluded.asked_at, body = excluded.body`,
		e.ID, e.Policy, e.Subject, e.Until, db.Micros(e.AskedAt), string(body))
	if err != nil {
		return err
	}
	tx.Touch(e.Ref(), e.Subject, ref.New("policy", e.Policy))
	title := i18n.Text{
		EN: i18n.T(i18n.EN, "landscape.exception.named", "policy", e.Policy, "subject", e.Subject.ID()),
		IT: i18n.T(i18n.IT, "landscape.exception.named", "policy", e.Policy, "subject", e.Subject.ID()),
	}
	return item.Put(ctx, tx, item.Item{Ref: e.Ref(), Title: title, Area: "landscape"})
}

// ExceptionRow is an exception as it stands.
type ExceptionRow struct {
	Exception
	State       ExceptionState `json:"state"`
	Decision    string         `json:"decision,omitempty"` // id
	PolicyTitle i18n.Text      `json:"policyTitle"`
	Severity    string         `json:"severity,omitempty"`
	Title       i18n.Text      `json:"title"` // of the subject
	Page        string         `json:"-"`     // element whose page shows the subject
}

// ExceptionFilter narrows the list of exceptions.
type ExceptionFilter struct {
	State  string `query:"state" doc:"pending, granted, in-force, expired or refused"`
	Policy string `query:"policy" doc:"id of a policy"`
}

// ListExceptions lists exceptions: what waits first, then what is in force, the next to end first.
func ListExceptions(ctx context.Context, r db.Reader, f ExceptionFilter) ([]ExceptionRow, error) {
	rows, err := exceptionRows(ctx, r)
	if err != nil {
		return nil, err
	}
	rows = slices.DeleteFunc(rows, func(row ExceptionRow) bool {
		return f.State != "" && string(row.State) != f.State || f.Policy != "" && row.Policy != f.Policy
	})
	slices.SortStableFunc(rows, func(a, b ExceptionRow) int {
		if a.State != b.State {
			return slices.Index(ExceptionStates, a.State) - slices.Index(ExceptionStates, b.State)
		}
		return compare(a.Until, b.Until)
	})
	return rows, nil
}

// OpListExceptions lists exceptions.
var OpListExceptions = op.Query[ExceptionFilter, []ExceptionRow]{
	Name: "landscape.list-exceptions", Route: "GET /api/landscape/exceptions", Func: ListExceptions,
}

func exceptionRows(ctx context.Context, r db.Reader) ([]ExceptionRow, error) {
	all, err := Exceptions(ctx, r)
	if err != nil || len(all) == 0 {
		return []ExceptionRow{}, err
	}
	about, err := exceptionDecisions(ctx, r)
	if err != nil {
		return nil, err
	}
	policies, err := Policies(ctx, r)
	if err != nil {
		return nil, err
	}
	s, err := Current(ctx, r)
	if err != nil {
		return nil, err
	}
	named, rows := byID(policies, Policy.id), make([]ExceptionRow, len(all))
	for i, e := range all {
		row := ExceptionRow{Exception: e, PolicyTitle: named[e.Policy].Name(), Severity: named[e.Policy].Severity}
		d := about[e.Ref()]
		if row.State = e.stateOf(d, r.Now()); d != nil {
			row.Decision = d.ID
		}
		row.Title, row.Page = s.subject(e.Subject)
		rows[i] = row
	}
	return rows, nil
}

// subject gives the title of an element or connection, and the element on whose page it is shown.
func (s *Snapshot) subject(name ref.Ref) (i18n.Text, string) {
	if name.Kind() == "element" {
		e, ok := s.Elements[name.ID()]
		if !ok {
			return i18n.Text{EN: name.ID()}, ""
		}
		return e.Title(), e.ID
	}
	if c, there := s.connection(name.ID()); there {
		return s.tieTitle(c), c.From
	}
	return i18n.Text{EN: name.ID()}, ""
}

// exceptionDecisions gives the decision about each exception; of several, the last.
func exceptionDecisions(ctx context.Context, r db.Reader) (map[ref.Ref]*decision.Decision, error) {
	rows, err := decision.List(ctx, r, decision.Filter{Page: db.Page{Sort: "proposed"}})
	about := map[ref.Ref]*decision.Decision{}
	for i := range rows {
		if rows[i].Kind == decision.Exception && rows[i].About.Kind() == "exception" {
			about[rows[i].About] = &rows[i].Decision
		}
	}
	return about, err
}

// AskExceptionIn asks for an exception.
type AskExceptionIn struct {
	Policy   string  `json:"policy"`
	Subject  ref.Ref `json:"subject" doc:"element:… or connection:…"`
	Reason   string  `json:"reason"`
	ReasonIT string  `json:"reasonIt,omitempty"`
	Until    string  `json:"until" doc:"last day, 2026-12-31"`
}

// Target is the thing that would depart from the policy.
func (in AskExceptionIn) Target() ref.Ref { return in.Subject }

// AskException asks for an exception and proposes it to both officers. Who answers for the thing, for the
// policy, or works for one of the two officers may ask.
func AskException(ctx context.Context, tx *db.Tx, in AskExceptionIn) (ExceptionOut, error) {
	row, err := askException(ctx, tx, in)
	return ExceptionOut{row}, err
}

// ExceptionOut is an exception as it stands after a command.
type ExceptionOut struct {
	Exception ExceptionRow `json:"exception"`
}

func askException(ctx context.Context, tx *db.Tx, in AskExceptionIn) (ExceptionRow, error) {
	e := Exception{
		ID: ref.NewID(), Policy: in.Policy, Subject: in.Subject, Reason: in.Reason, ReasonIT: in.ReasonIT, Until: in.Until,
		AskedBy: tx.Actor().Ref.ID(), AskedAt: tx.Now().Truncate(time.Microsecond),
	}
	row := ExceptionRow{Exception: e, State: ExceptionPending}
	p, err := e.allowed(ctx, tx)
	if err != nil {
		return row, err
	}
	s, err := Current(ctx, tx)
	if err != nil {
		return row, err
	}
	row.PolicyTitle, row.Severity = p.Name(), p.Severity
	row.Title, row.Page = s.subject(e.Subject)
	if err := saveException(ctx, tx, e); err != nil {
		return row, err
	}
	d, err := decision.Propose(ctx, tx, row.proposal())
	row.Decision = d.ID
	return row, err
}

// proposal is the decision that an exception asks for.
func (row ExceptionRow) proposal() decision.ProposeIn {
	say := func(lang i18n.Lang, key string) string {
		return i18n.T(lang, key, "policy", row.PolicyTitle.In(lang), "title", row.Title.In(lang), "until", row.Until,
			"reason", row.ReasonIn().In(lang), "policy-id", row.Policy, "subject", string(row.Subject))
	}
	return decision.ProposeIn{
		Title: say(i18n.EN, "landscape.exception.decision.title"), TitleIT: say(i18n.IT, "landscape.exception.decision.title"),
		About: row.Ref(), Kind: decision.Exception, Materiality: row.Severity,
		Terms: decision.Terms{
			Content: say(i18n.EN, "landscape.exception.decision.content"), ContentIT: say(i18n.IT, "landscape.exception.decision.content"), ReviewOn: row.Until,
		},
	}
}

// allowed checks what an exception asks for and who asks.
func (e Exception) allowed(ctx context.Context, tx *db.Tx) (Policy, error) {
	wrong := e.check(plain)
	p, err := policy(ctx, tx, e.Policy)
	if problem.Is(err, problem.NotFound) {
		wrong = append(wrong, problem.Field("policy", "problem.dangling", "value", e.Policy))
	} else if err != nil {
		return p, err
	}
	owners, there, err := answerFor(ctx, tx, e.Subject)
	if err != nil {
		return p, err
	}
	if !there {
		wrong = append(wrong, problem.Field("subject", "problem.dangling", "value", e.Subject))
	}
	today := tx.Now().Format(time.DateOnly)
	if latest := tx.Now().AddDate(0, 0, MaxExceptionDays).Format(time.DateOnly); db.ValidDay(e.Until) && (e.Until < today || e.Until > latest) {
		wrong = append(wrong, problem.Field("until", "landscape.exception.error.until", "days", MaxExceptionDays))
	}
	if err := problem.Many(wrong); err != nil {
		return p, err
	}
	if !asksFor(tx.Actor(), append(owners, p.Owner)) {
		return p, problem.New(problem.Forbidden, "landscape.exception.error.not-owner", "policy", "owners-ask-for-exceptions")
	}
	return p, e.alone(ctx, tx)
}

// asksFor tells whether an actor may ask for exceptions of what these people answer for.
func asksFor(actor db.Actor, owners []string) bool {
	return actor.Ref.Kind() == "system" || actor.Holds("cio", "ciso", "it-staff", "security-staff") || slices.Contains(owners, actor.Ref.ID())
}

// alone refuses a second exception beside one that waits or is in force.
func (e Exception) alone(ctx context.Context, tx *db.Tx) error {
	rows, err := exceptionRows(ctx, tx)
	for _, row := range rows {
		open := row.State == ExceptionPending || row.State == ExceptionGranted || row.State == ExceptionInForce
		if open && row.Policy == e.Policy && row.Subject == e.Subject {
			return problem.New(problem.Conflict, "landscape.exception.error.twice")
		}
	}
	return err
}

// answerFor gives who answers for an element, or for a connection and its ends.
func answerFor(ctx context.Context, r db.Reader, subject ref.Ref) (owners []string, there bool, err error) {
	s, err := Current(ctx, r)
	if err != nil {
		return nil, false, err
	}
	if subject.Kind() == "element" {
		e, ok := s.Elements[subject.ID()]
		return wordSet([]string{e.Owner, e.SecurityOwner}), ok, nil
	}
	c, there := s.connection(subject.ID())
	from, to := s.Elements[c.From], s.Elements[c.To]
	return wordSet([]string{c.OwnerFrom, c.OwnerTo, from.Owner, to.Owner, from.SecurityOwner, to.SecurityOwner}), there, nil
}

// OpAskException asks for an exception.
var OpAskException = op.Command[AskExceptionIn, ExceptionOut]{Name: "landscape.ask-exception", Route: "POST /api/landscape/exceptions", Func: AskException}

// EnforceExceptionIn names an exception that both officers have agreed to.
type EnforceExceptionIn struct {
	ID string `json:"id"`
}

// Target is the exception.
func (in EnforceExceptionIn) Target() ref.Ref { return ref.New("exception", in.ID) }

// EnforceException puts an exception in force: it spends the decision of both officers.
func EnforceException(ctx context.Context, tx *db.Tx, in EnforceExceptionIn) (ExceptionOut, error) {
	row, err := enforceException(ctx, tx, in)
	return ExceptionOut{row}, err
}

func enforceException(ctx context.Context, tx *db.Tx, in EnforceExceptionIn) (ExceptionRow, error) {
	rows, err := exceptionRows(ctx, tx)
	if err != nil {
		return ExceptionRow{}, err
	}
	at := slices.IndexFunc(rows, func(row ExceptionRow) bool { return row.ID == in.ID })
	if at < 0 {
		return ExceptionRow{}, problem.New(problem.NotFound, "problem.not-found", "what", "exception "+in.ID)
	}
	row := rows[at]
	owners, _, err := answerFor(ctx, tx, row.Subject)
	if err != nil {
		return row, err
	}
	if !asksFor(tx.Actor(), append(owners, row.AskedBy)) {
		return row, problem.New(problem.Forbidden, "landscape.exception.error.not-owner", "policy", "owners-ask-for-exceptions")
	}
	if row.State != ExceptionGranted && row.State != ExceptionPending {
		return row, problem.New(problem.Conflict, "landscape.exception.error.state")
	}
	if row.State == ExceptionPending && row.Decision != "" && !row.agreedAs(ctx, tx) {
		return row, problem.New(problem.Conflict, "landscape.exception.error.changed")
	}
	tx.Touch(row.Ref(), row.Subject, ref.New("policy", row.Policy))
	row.State = ExceptionInForce
	return row, decision.Spend(ctx, tx, decision.Exception, row.Ref())
}

// agreedAs tells whether the decision is about the exception as it is now.
func (row ExceptionRow) agreedAs(ctx context.Context, r db.Reader) bool {
	d, err := decision.Get(ctx, r, decision.GetIn{ID: row.Decision})
	return err == nil && row.covers(d)
}

// OpEnforceException puts an exception in force.
var OpEnforceException = op.Command[EnforceExceptionIn, ExceptionOut]{
	Name: "landscape.enforce-exception", Route: "POST /api/landscape/exceptions/enforce", Func: EnforceException,
}

// exceptionProblems checks the exceptions of a file against its own policies, elements and connections.
func (f File) exceptionProblems(in indexed) []*problem.Error {
	var wrong []*problem.Error
	policies, seen := map[string]bool{}, map[string]bool{}
	for _, p := range f.Policies {
		policies[p.normal().ID] = true
	}
	for _, e := range f.Exceptions {
		field := fieldOf("exceptions", e.ID)
		wrong = append(wrong, e.check(field)...)
		if !policies[e.Policy] && e.Policy != "" {
			wrong = append(wrong, problem.Field(field("policy"), "problem.dangling", "value", e.Policy))
		}
		_, element := in.elements[e.Subject.ID()]
		_, connection := in.connections[e.Subject.ID()]
		if e.Subject.Kind() == "element" && !element || e.Subject.Kind() == "connection" && !connection {
			wrong = append(wrong, problem.Field(field("subject"), "problem.dangling", "value", e.Subject))
		}
		if seen[e.ID] {
			wrong = append(wrong, problem.Field(field("id"), "problem.twice", "value", e.ID))
		}
		seen[e.ID] = true
	}
	return wrong
}

// applyExceptions makes the exceptions what the file says. Whether they are in force, the decisions say.
func applyExceptions(ctx context.Context, tx *db.Tx, all []Exception) ([]change.Change, error) {
	current, err := Exceptions(ctx, tx)
	if err != nil {
		return nil, err
	}
	have, want, order := byID(current, Exception.id), map[string]Exception{}, []string{}
	for _, e := range all {
		if e.AskedAt.IsZero() {
			if e.AskedAt = have[e.ID].AskedAt; e.AskedAt.IsZero() {
				e.AskedAt = tx.Now()
			}
		}
		e.AskedAt = e.AskedAt.UTC().Truncate(time.Microsecond)
		want[e.ID] = e
		order = append(order, e.ID)
	}
	plan := change.Plan("exception", have, want, order, func(e Exception) string { return e.Policy + " · " + string(e.Subject) })
	for _, one := range plan {
		if one.Kind != change.Remove {
			err = saveException(ctx, tx, want[one.Ref.ID()])
		} else if _, err = tx.Exec(ctx, "DELETE FROM landscape_exception WHERE id = $1", one.Ref.ID()); err == nil {
			tx.Touch(one.Ref)
			err = item.Remove(ctx, tx, one.Ref)
		}
		if err != nil {
			return nil, err
		}
	}
	return plan, nil
}
