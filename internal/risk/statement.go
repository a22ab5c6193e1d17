package risk

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"accordo.dev/internal/db"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/item"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// Measure is what a statement limits.
type Measure string

// The measures, with their units.
const (
	OnCurve         Measure = "curve"         // probability that a year costs more than an amount
	OnService       Measure = "service"       // minutes of a service lost in a year
	OnConcentration Measure = "concentration" // share of one thing in the loss of the worst years
	OnArea          Measure = "area"          // euro that 1 year in 20 exceeds, of the scenarios of one area
)

// Measures lists them.
var Measures = []Measure{OnCurve, OnService, OnConcentration, OnArea}

// The readings of a statement on a service.
const (
	Expected    = "expected"  // minutes of an average year
	OneInTwenty = "one-in-20" // minutes that 1 year in 20 exceeds
)

// Headline is the id of the statement that follows from the money scale of the appetite. It is stored nowhere else.
const Headline = "money"

// Statement is one sentence of the board's risk appetite with its figures. Up to Warning the organisation is where the
// board wants it; above Breach it is outside appetite. What is never changed is only ended: who wants another limit
// sets another statement.
type Statement struct {
	ID         string     `yaml:"id" json:"id"`
	Sentence   string     `yaml:"sentence" json:"sentence"`
	SentenceIT string     `yaml:"sentence_it,omitempty" json:"sentenceIt,omitempty"`
	On         Measure    `yaml:"measure" json:"measure"`
	AmountEUR  float64    `yaml:"amount_eur,omitempty" json:"amountEur,omitempty"` // on the curve: the loss of a year
	Of         string     `yaml:"of,omitempty" json:"of,omitempty"`                // element id of a service; scenario, element or supplier; threat:… or domain:…
	Reading    string     `yaml:"reading,omitempty" json:"reading,omitempty"`      // on a service: expected or one-in-20
	Warning    float64    `yaml:"warning,omitempty" json:"warning,omitempty"`      // shares, minutes or euro; 0: the headline has none
	Breach     float64    `yaml:"breach" json:"breach"`
	Tolerance  *Tolerance `yaml:"tolerance,omitempty" json:"tolerance,omitempty"`
	From       string     `yaml:"from" json:"from"`                       // first day
	Until      string     `yaml:"until,omitempty" json:"until,omitempty"` // last day; none: it goes on
	LastOffice string     `yaml:"last_office,omitempty" json:"lastOffice,omitempty"`
	ClockDays  []int      `yaml:"clock_days,flow,omitempty" json:"clockDays,omitempty"` // working days of the three steps
	Decision   string     `yaml:"decision,omitempty" json:"decision,omitempty"`         // that it follows from
	SetBy      string     `yaml:"set_by" json:"setBy"`                                  // person id, or the office "board"
	SetOn      string     `yaml:"set_on" json:"setOn"`                                  // day
}

// Tolerance is how far above the limit, and for how many days, the board bears a breach without being told: as long as it
// holds, an escalation that the officers have acknowledged stays with them.
type Tolerance struct {
	UpTo float64 `yaml:"up_to" json:"upTo"`
	Days int     `yaml:"days" json:"days"`
}

// LastOffices are those that may be reached last by an escalation.
var LastOffices = []string{identity.OfficeBoard, identity.OfficeCEO, identity.OfficeCOO, identity.OfficeICTRiskControl}

// Name is the sentence in both languages.
func (s Statement) Name() i18n.Text { return i18n.Text{EN: s.Sentence, IT: s.SentenceIT} }

// Ref is the name of the statement for other areas.
func (s Statement) Ref() ref.Ref { return ref.New("statement", s.ID) }

// InForce tells whether the statement holds on a day.
func (s Statement) InForce(day string) bool {
	return s.From <= day && (s.Until == "" || day <= s.Until)
}

// IsShare tells whether the thresholds are shares between 0 and 1.
func (s Statement) IsShare() bool { return s.On == OnCurve || s.On == OnConcentration }

// AreaOf splits the area of a statement: what it is counted by (threat, domain) and its name.
func (s Statement) AreaOf() (by, name string) {
	by, name, _ = strings.Cut(s.Of, ":")
	return by, name
}

// limitsSame tells whether two statements limit the same thing on a common day: then one of them is too many.
func (s Statement) limitsSame(other Statement) bool {
	apart := s.Until != "" && s.Until < other.From || other.Until != "" && other.Until < s.From
	return !apart && s.On == other.On && s.Of == other.Of && s.Reading == other.Reading && s.AmountEUR == other.AmountEUR
}

func (s Statement) check(field func(string) string) []*problem.Error {
	var wrong []*problem.Error
	add := func(e *problem.Error) {
		if e != nil {
			wrong = append(wrong, e)
		}
	}
	if !ref.ValidID(s.ID) || s.ID == Headline {
		add(problem.Field(field("id"), "risk.appetite.error.id", "value", s.ID))
	}
	if strings.TrimSpace(s.Sentence) == "" {
		add(problem.Field(field("sentence"), "problem.required"))
	}
	add(problem.Choice(field("measure"), string(s.On), "curve", "service", "concentration", "area"))
	for name, day := range map[string]string{"from": s.From, "until": s.Until} {
		if !db.ValidDay(day) && (day != "" || name == "from") {
			add(problem.Field(field(name), "problem.day", "value", day))
		}
	}
	if s.Until != "" && s.From != "" && s.Until < dayBefore(s.From) { // the day before: it was taken back before it held
		add(problem.Field(field("until"), "risk.appetite.error.until"))
	}
	if s.LastOffice != "" {
		add(problem.Choice(field("last_office"), s.LastOffice, LastOffices...))
	}
	if bad := slices.ContainsFunc(s.ClockDays, func(n int) bool { return n < 1 || n > 60 }); bad || len(s.ClockDays) != 0 && len(s.ClockDays) != len(defaultClocks) {
		add(problem.Field(field("clock_days"), "risk.appetite.error.clocks", "n", len(defaultClocks)))
	}
	return append(append(wrong, s.checkSubject(field)...), s.checkThresholds(field)...)
}

// checkSubject holds what each measure needs, and refuses what it has no use for.
func (s Statement) checkSubject(field func(string) string) []*problem.Error {
	var wrong []*problem.Error
	add := func(e *problem.Error) {
		if e != nil {
			wrong = append(wrong, e)
		}
	}
	if (s.On == OnCurve) != (s.AmountEUR != 0) || !(s.AmountEUR >= 0) || math.IsInf(s.AmountEUR, 0) {
		add(problem.Field(field("amount_eur"), "risk.appetite.error.amount"))
	}
	if s.On != OnService && s.Reading != "" {
		add(problem.Field(field("reading"), "risk.appetite.error.reading"))
	}
	switch s.On {
	case OnCurve:
		if s.Of != "" {
			add(problem.Field(field("of"), "risk.appetite.error.of-curve"))
		}
	case OnService:
		if s.Of == "" {
			add(problem.Field(field("of"), "problem.required"))
		}
		add(problem.Choice(field("reading"), s.Reading, Expected, OneInTwenty))
	case OnConcentration:
		add(problem.Choice(field("of"), s.Of, Holders...))
	case OnArea:
		by, name := s.AreaOf()
		if name == "" || !slices.Contains(Areas, by) {
			add(problem.Field(field("of"), "risk.appetite.error.area", "value", s.Of))
		}
	}
	return wrong
}

func (s Statement) checkThresholds(field func(string) string) []*problem.Error {
	var wrong []*problem.Error
	most := 1e15
	if s.IsShare() {
		most = 1
	}
	positive := func(name string, x float64) {
		if !(x > 0) {
			wrong = append(wrong, problem.Field(field(name), "risk.error.positive"))
		} else if x > most {
			wrong = append(wrong, problem.Field(field(name), "problem.range", "value", x, "min", 0.0, "max", most))
		}
	}
	positive("warning", s.Warning)
	positive("breach", s.Breach)
	if s.Warning > 0 && s.Breach > 0 && s.Warning >= s.Breach {
		wrong = append(wrong, problem.Field(field("warning"), "risk.appetite.error.warning"))
	}
	if t := s.Tolerance; t != nil {
		positive("tolerance.up_to", t.UpTo)
		if t.UpTo <= s.Breach {
			wrong = append(wrong, problem.Field(field("tolerance.up_to"), "risk.appetite.error.tolerance"))
		}
		if t.Days < 1 || t.Days > 366 {
			wrong = append(wrong, problem.Field(field("tolerance.days"), "problem.range", "value", float64(t.Days), "min", 1.0, "max", 366.0))
		}
	}
	return wrong
}

// headline is the money scale of the appetite as a statement on the curve.
func (a Appetite) headline(until string) Statement {
	say := func(lang i18n.Lang) string {
		return i18n.T(lang, "risk.appetite.headline", "amount", i18n.Euro(lang, a.MoneyP95EUR))
	}
	return Statement{
		ID: Headline, Sentence: say(i18n.EN), SentenceIT: say(i18n.IT), On: OnCurve, AmountEUR: a.MoneyP95EUR, Breach: headlineChance,
		From: a.SetOn, Until: until, Decision: a.Decision, SetBy: a.SetBy, SetOn: a.SetOn,
	}
}

// headlineChance is how often a year may exceed the money scale: 1 year in 20.
const headlineChance = 0.05

// headlines are all settings of the money scale as statements; each ends where the next begins.
func headlines(oldestFirst []Appetite) []Statement {
	all := make([]Statement, len(oldestFirst))
	for i, a := range oldestFirst {
		until := ""
		if i+1 < len(oldestFirst) {
			until = dayBefore(oldestFirst[i+1].SetOn)
		}
		all[i] = a.headline(until)
	}
	return all
}

func dayBefore(day string) string {
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day // checked where days come in
	}
	return at.AddDate(0, 0, -1).Format(time.DateOnly)
}

// Statements gives all statements, the headline's settings among them: those in force first, then by the day from which
// they hold, the newest first.
func Statements(ctx context.Context, r db.Reader, _ struct{}) ([]Statement, error) {
	stored, err := loadStatements(ctx, r)
	if err != nil {
		return nil, err
	}
	appetites, err := db.All(ctx, r, scanAppetite, "SELECT body FROM risk_appetite ORDER BY set_on")
	if err != nil {
		return nil, err
	}
	all := append(headlines(appetites), stored...)
	day := today(r)
	rank := func(s Statement) int {
		switch {
		case s.InForce(day):
			return 0
		case s.From > day:
			return 1
		default:
			return 2
		}
	}
	slices.SortStableFunc(all, func(a, b Statement) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(slices.Index(Measures, a.On), slices.Index(Measures, b.On)), -cmp.Compare(a.From, b.From))
	})
	return all, nil
}

// OpStatements lists the statements.
var OpStatements = op.Query[struct{}, []Statement]{Name: "risk.statements", Route: "GET /api/risks/statements", Func: Statements}

func today(r db.Reader) string { return r.Now().Format(time.DateOnly) }

// inForce gives the statements that hold today.
func inForce(ctx context.Context, r db.Reader) ([]Statement, error) {
	all, err := Statements(ctx, r, struct{}{})
	day := today(r)
	return slices.DeleteFunc(all, func(s Statement) bool { return !s.InForce(day) }), err
}

// SetStatementIn is a new statement of the board, and the one that it takes the place of, if any.
type SetStatementIn struct {
	Statement Statement `json:"statement"`
	Replaces  string    `json:"replaces,omitempty" doc:"id of the statement that ends the day before"`
}

// Target is the statement that is set.
func (in SetStatementIn) Target() ref.Ref {
	if in.Statement.ID == "" {
		return ""
	}
	return in.Statement.Ref()
}

// SetStatement sets a statement; only the board may. Without an id it gets the next number of the year.
func SetStatement(ctx context.Context, tx *db.Tx, in SetStatementIn) (Statement, error) {
	s := in.Statement
	s.SetOn, s.SetBy = today(tx), tx.Actor().Ref.ID()
	if s.From == "" {
		s.From = s.SetOn
	}
	stored, err := loadStatements(ctx, tx)
	if err != nil {
		return s, err
	}
	if s.ID == "" {
		s.ID = nextNumber("S-"+s.SetOn[:4]+"-", stored, func(one Statement) string { return one.ID })
	}
	wrong := s.check(func(name string) string { return name })
	if slices.ContainsFunc(stored, func(old Statement) bool { return old.ID == s.ID }) {
		wrong = append(wrong, problem.Field("id", "problem.twice", "value", s.ID))
	}
	if s.From < s.SetOn {
		wrong = append(wrong, problem.Field("from", "risk.appetite.error.past"))
	}
	if err := problem.Many(wrong); err != nil {
		return s, err
	}
	if s.On == OnService {
		if err := item.Dangling(ctx, tx, item.Point("of", "element", s.Of)); err != nil {
			return s, err
		}
	}
	if in.Replaces != "" {
		if _, err := endStatement(ctx, tx, in.Replaces, dayBefore(s.From)); err != nil {
			return s, err
		}
	}
	all, err := Statements(ctx, tx, struct{}{})
	if err != nil {
		return s, err
	}
	if slices.ContainsFunc(all, s.limitsSame) {
		return s, problem.Field("of", "risk.appetite.error.twice")
	}
	if err := putStatement(ctx, tx, s); err != nil {
		return s, err
	}
	return s, watched(ctx, tx)
}

// OpSetStatement sets a statement.
var OpSetStatement = op.Command[SetStatementIn, Statement]{Name: "risk.set-statement", Route: "POST /api/risks/statements", Func: SetStatement}

// EndStatementIn names a statement that shall hold no more.
type EndStatementIn struct {
	ID    string `json:"id"`
	Until string `json:"until,omitempty" doc:"last day; today unless told"`
}

// Target is the statement.
func (in EndStatementIn) Target() ref.Ref { return ref.New("statement", in.ID) }

// EndStatement ends a statement; only the board may. Its escalation is closed once it holds no more.
func EndStatement(ctx context.Context, tx *db.Tx, in EndStatementIn) (Statement, error) {
	if in.Until == "" {
		in.Until = today(tx)
	}
	if in.Until < today(tx) || !db.ValidDay(in.Until) {
		return Statement{}, problem.Field("until", "risk.appetite.error.past")
	}
	s, err := endStatement(ctx, tx, in.ID, in.Until)
	if err != nil {
		return s, err
	}
	return s, watched(ctx, tx)
}

// OpEndStatement ends a statement.
var OpEndStatement = op.Command[EndStatementIn, Statement]{Name: "risk.end-statement", Route: "POST /api/risks/statements/end", Func: EndStatement}

func endStatement(ctx context.Context, tx *db.Tx, id, until string) (Statement, error) {
	missing := problem.New(problem.NotFound, "problem.not-found", "what", "statement "+id)
	s, err := db.One(ctx, tx, missing, scanBody[Statement], "SELECT body FROM risk_statement WHERE id = $1", id)
	if err != nil {
		return s, err
	}
	if s.Until != "" && s.Until < today(tx) {
		return s, problem.New(problem.Conflict, "risk.appetite.error.ended")
	}
	s.Until = max(until, dayBefore(s.From))
	return s, putStatement(ctx, tx, s)
}

func loadStatements(ctx context.Context, r db.Reader) ([]Statement, error) {
	return db.All(ctx, r, scanBody[Statement], "SELECT body FROM risk_statement ORDER BY id")
}

func putStatement(ctx context.Context, tx *db.Tx, s Statement) error {
	body, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("statement %s: %w", s.ID, err)
	}
	_, err = tx.Exec(ctx, `INSERT INTO risk_statement (id, from_day, until_day, body) VALUES ($1, $2, $3, $4)
		ON CONFLICT (id) DO UPDATE SET from_day = excluded.from_day, until_day = excluded.until_day, body = excluded.body`,
		s.ID, s.From, s.Until, string(body))
	if err != nil {
		return err
	}
	tx.Touch(s.Ref())
	return item.Put(ctx, tx, item.Item{Ref: s.Ref(), Title: s.Name(), Area: "risk"})
}

// scanBody reads a row that is one JSON text.
func scanBody[T any](s db.Scan) (T, error) {
	var body string
	var one T
	if err := s(&body); err != nil {
		return one, err
	}
	return one, json.Unmarshal([]byte(body), &one)
}

// nextNumber is the id after the highest number that was given under a prefix.
func nextNumber[T any](prefix string, all []T, id func(T) string) string {
	highest := 0
	for _, one := range all {
		var n int
		if _, err := fmt.Sscanf(strings.TrimPrefix(id(one), prefix), "%d", &n); err == nil && strings.HasPrefix(id(one), prefix) {
			highest = max(highest, n)
		}
	}
	return fmt.Sprintf("%s%03d", prefix, highest+1)
}
