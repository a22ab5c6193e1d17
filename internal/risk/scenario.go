// Package risk holds the quantified map of digital risks: scenarios in FAIR terms with two owners,
// the appetite that the board set, and the simulated yearly loss held against it.
package risk

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/huandu/go-sqlbuilder"

	"accordo.dev/internal/db"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/item"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
	"accordo.dev/internal/risk/fair"
)

// Scenario is one way in which the organisation can lose money or service: a threat acts on an asset.
// Frequency and loss are 90 % intervals of whoever estimated them.
type Scenario struct {
	ID            string   `yaml:"id" json:"id"`
	Title         string   `yaml:"title" json:"title"`
	TitleIT       string   `yaml:"title_it,omitempty" json:"titleIt,omitempty"`
	Threat        string   `yaml:"threat,omitempty" json:"threat,omitempty"`                // threat community: criminals, insiders, error, nature, supplier
	Asset         string   `yaml:"asset,omitempty" json:"asset,omitempty"`                  // element id
	Services      []string `yaml:"services,omitempty" json:"services,omitempty"`            // element ids of the services hit
	OwnerIT       string   `yaml:"owner_it,omitempty" json:"ownerIt,omitempty"`             // person id
	OwnerSecurity string   `yaml:"owner_security,omitempty" json:"ownerSecurity,omitempty"` // person id
	FrequencyLow  float64  `yaml:"frequency_low" json:"frequencyLow"`                       // loss events a year
	FrequencyHigh float64  `yaml:"frequency_high" json:"frequencyHigh"`
	LossLowEUR    float64  `yaml:"loss_low_eur" json:"lossLowEur"` // euro of one event
	LossHighEUR   float64  `yaml:"loss_high_eur" json:"lossHighEur"`
	MinutesLow    *float64 `yaml:"minutes_low,omitempty" json:"minutesLow,omitempty"` // minutes of critical service lost in one event
	MinutesHigh   *float64 `yaml:"minutes_high,omitempty" json:"minutesHigh,omitempty"`
	Treatment     string   `yaml:"treatment" json:"treatment"` // reduce, accept, transfer, avoid
	Status        string   `yaml:"status" json:"status"`       // open, treated, closed: a closed scenario is not simulated
	Rationale     string   `yaml:"rationale,omitempty" json:"rationale,omitempty"`
	RationaleIT   string   `yaml:"rationale_it,omitempty" json:"rationaleIt,omitempty"`
	EstimatedOn   string   `yaml:"estimated_on,omitempty" json:"estimatedOn,omitempty"` // day
	EstimatedBy   string   `yaml:"estimated_by,omitempty" json:"estimatedBy,omitempty"` // person id
	Version       int      `yaml:"-" json:"version"`
}

// Name is the title in both languages.
func (s Scenario) Name() i18n.Text { return i18n.Text{EN: s.Title, IT: s.TitleIT} }

// Quant is the scenario as the risk engine takes it.
func (s Scenario) Quant() fair.Scenario {
	q := fair.Scenario{
		ID:        s.ID,
		Frequency: fair.Interval90(s.FrequencyLow, s.FrequencyHigh),
		Primary:   []fair.Loss{{Amount: fair.Interval90(s.LossLowEUR, s.LossHighEUR)}},
	}
	if s.MinutesLow != nil && s.MinutesHigh != nil {
		minutes := fair.Interval90(*s.MinutesLow, *s.MinutesHigh)
		q.Minutes = &minutes
	}
	return q
}

func (s Scenario) check(field func(string) string) []*problem.Error {
	var wrong []*problem.Error
	add := func(e *problem.Error) {
		if e != nil {
			wrong = append(wrong, e)
		}
	}
	if !ref.ValidID(s.ID) {
		add(problem.Field(field("id"), "problem.required"))
	}
	if s.Title == "" {
		add(problem.Field(field("title"), "problem.required"))
	}
	add(interval(field, "frequency", s.FrequencyLow, s.FrequencyHigh, 1000))
	add(interval(field, "loss", s.LossLowEUR, s.LossHighEUR, 1e12))
	if (s.MinutesLow == nil) != (s.MinutesHigh == nil) {
		add(problem.Field(field("minutes_high"), "risk.error.minutes"))
	} else if s.MinutesLow != nil {
		add(interval(field, "minutes", *s.MinutesLow, *s.MinutesHigh, 525600))
	}
	add(problem.Choice(field("treatment"), s.Treatment, "reduce", "accept", "transfer", "avoid"))
	add(problem.Choice(field("status"), s.Status, "open", "treated", "closed"))
	if s.EstimatedOn != "" && !db.ValidDay(s.EstimatedOn) {
		add(problem.Field(field("estimated_on"), "problem.day", "value", s.EstimatedOn))
	}
	return wrong
}

// interval refuses ranges that are not 0 < low <= high <= most.
func interval(field func(string) string, name string, low, high, most float64) *problem.Error {
	suffix := map[string]string{"loss": "_eur"}[name]
	switch {
	case !(low > 0):
		return problem.Field(field(name+"_low"+suffix), "risk.error.positive")
	case !(high >= low):
		return problem.Field(field(name+"_high"+suffix), "risk.error.order")
	case high > most:
		return problem.Field(field(name+"_high"+suffix), "problem.range", "value", high, "min", 0.0, "max", most)
	default:
		return nil
	}
}

// Filter narrows the list of scenarios.
type Filter struct {
	db.Page
	Text      string `query:"text" doc:"words in the title"`
	Status    string `query:"status" doc:"open, treated or closed"`
	Treatment string `query:"treatment"`
	Asset     string `query:"asset" doc:"element id"`
}

// List gives the scenarios that the filter leaves.
func List(ctx context.Context, r db.Reader, f Filter) (db.PageOf[Scenario], error) {
	b := sqlbuilder.PostgreSQL.NewSelectBuilder()
	b.Select("s.body", "s.version").From("risk_scenario s")
	if f.Text != "" {
		holds := " LIKE " + b.Var(db.Holding(strings.ToLower(f.Text))) + ` ESCAPE '\'`
		b.Where("(LOWER(s.title)" + holds + " OR LOWER(s.title_it)" + holds + ")")
	}
	for column, value := range map[string]string{"s.status": f.Status, "s.treatment": f.Treatment, "s.asset": f.Asset} {
		if value != "" {
			b.Where(b.Equal(column, value))
		}
	}
	sorts := db.Sorts{By: map[string]string{"title": "LOWER(s.title)", "status": "s.status", "treatment": "s.treatment", "id": "s.id"}, Key: "s.id", Default: "id"}
	return db.Paged(ctx, r, b, f.Page, sorts, scan)
}

// OpList lists scenarios.
var OpList = op.Query[Filter, db.PageOf[Scenario]]{Name: "risk.list", Route: "GET /api/risks", Func: List}

// GetIn names a scenario.
type GetIn struct {
	ID string `path:"id" json:"id"`
}

// Target is the scenario.
func (in GetIn) Target() ref.Ref { return ref.New("risk", in.ID) }

// Get loads a scenario.
func Get(ctx context.Context, r db.Reader, in GetIn) (Scenario, error) {
	missing := problem.New(problem.NotFound, "problem.not-found", "what", "risk "+in.ID)
	return db.One(ctx, r, missing, scan, "SELECT s.body, s.version FROM risk_scenario s WHERE s.id = $1", in.ID)
}

// OpGet loads a scenario.
var OpGet = op.Query[GetIn, Scenario]{Name: "risk.get", Route: "GET /api/risks/{id}", Func: Get}

// AssessIn is a scenario as somebody estimates it now; Version 0 makes a new one.
type AssessIn struct {
	Scenario Scenario `json:"scenario"`
}

// Target is the scenario.
func (in AssessIn) Target() ref.Ref { return ref.New("risk", in.Scenario.ID) }

// Assess writes an estimate: who acts estimated it, today.
func Assess(ctx context.Context, tx *db.Tx, in AssessIn) (Scenario, error) {
	s := in.Scenario
	if err := problem.Many(s.check(func(name string) string { return name })); err != nil {
		return s, err
	}
	version, err := db.Value[int](ctx, tx, "SELECT version FROM risk_scenario WHERE id = $1", s.ID)
	if err != nil {
		return s, err
	}
	if version != s.Version {
		return s, problem.New(problem.Conflict, "problem.stale")
	}
	s.EstimatedOn, s.EstimatedBy = tx.Now().Format("2006-01-02"), tx.Actor().Ref.ID()
	if err := put(ctx, tx, s); err != nil {
		return s, err
	}
	s.Version++
	return s, nil
}

// OpAssess writes an estimate.
var OpAssess = op.Command[AssessIn, Scenario]{Name: "risk.assess", Route: "POST /api/risks/assess", Func: Assess}

func scan(s db.Scan) (Scenario, error) {
	var body string
	var version int
	var scenario Scenario
	if err := s(&body, &version); err != nil {
		return scenario, err
	}
	err := json.Unmarshal([]byte(body), &scenario)
	scenario.Version = version
	return scenario, err
}

func put(ctx context.Context, tx *db.Tx, s Scenario) error {
	body, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("risk %s: %w", s.ID, err)
	}
	_, err = tx.Exec(ctx, `INSERT INTO risk_scenario (id, title, title_it, asset, owner_it, owner_security, status, treatment, body, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		ON CONFLICT (id) DO UPDATE SET title = excluded.title, title_it = excluded.title_it, asset = excluded.asset, owner_it = excluded.owner_it,
		owner_security = excluded.owner_security, status = excluded.status, treatment = excluded.treatment, body = excluded.body, version = excluded.version`,
		s.ID, s.Title, s.TitleIT, s.Asset, s.OwnerIT, s.OwnerSecurity, s.Status, s.Treatment, string(body), s.Version+1)
	if err != nil {
		return err
	}
	tx.Touch(ref.New("risk", s.ID))
	return item.Put(ctx, tx, item.Item{Ref: ref.New("risk", s.ID), Title: s.Name(), Area: "risk"})
}
