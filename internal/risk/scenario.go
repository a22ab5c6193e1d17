// Package risk holds the quantified map of digital risks: scenarios in FAIR terms with two owners, how their
// estimates moved and whether they held, common causes and insurance, the appetite that the board set, and the
// yearly loss held against it.
package risk

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
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

// Scenario is one way in which the organisation can lose money or service: a threat community acts on an asset, with
// an effect. Model quantifies it in the terms of FAIR, in euro and minutes, as somebody estimated it.
type Scenario struct {
	ID            string   `yaml:"id" json:"id"`
	Title         string   `yaml:"title" json:"title"`
	TitleIT       string   `yaml:"title_it,omitempty" json:"titleIt,omitempty"`
	Category      Category `yaml:"category,omitempty" json:"category,omitempty"`
	Project       string   `yaml:"project,omitempty" json:"project,omitempty"`              // project id, when the risk comes from one
	Threat        string   `yaml:"threat,omitempty" json:"threat,omitempty"`                // threat community: criminals, insiders, error, nature, supplier
	Effects       []string `yaml:"effects,omitempty" json:"effects,omitempty"`              // what is lost: see Effects
	Asset         string   `yaml:"asset,omitempty" json:"asset,omitempty"`                  // element id
	Services      []string `yaml:"services,omitempty" json:"services,omitempty"`            // element ids of the services hit
	OwnerIT       string   `yaml:"owner_it,omitempty" json:"ownerIt,omitempty"`             // person id
	OwnerSecurity string   `yaml:"owner_security,omitempty" json:"ownerSecurity,omitempty"` // person id
	Former        `yaml:",inline"`
	Model         fair.Scenario `yaml:"model" json:"model"`         // without id: that of the scenario is meant
	Treatment     string        `yaml:"treatment" json:"treatment"` // reduce, accept, transfer, avoid
	Status        string        `yaml:"status" json:"status"`       // open, treated, closed: a closed scenario is not simulated
	Rationale     string        `yaml:"rationale,omitempty" json:"rationale,omitempty"`
	RationaleIT   string        `yaml:"rationale_it,omitempty" json:"rationaleIt,omitempty"`
	EstimatedOn   string        `yaml:"estimated_on,omitempty" json:"estimatedOn,omitempty"` // day
	EstimatedBy   string        `yaml:"estimated_by,omitempty" json:"estimatedBy,omitempty"` // person id
	Reason        Reason        `yaml:"reason,omitempty" json:"reason,omitempty"`            // why this estimate followed the one before
	Note          string        `yaml:"note,omitempty" json:"note,omitempty"`                // the same in words
	Version       int           `yaml:"-" json:"version"`
}

// Category is the area of the organisation in which a risk arises.
type Category string

// The categories.
const (
	IT         Category = "it"
	Security   Category = "security"
	ThirdParty Category = "third-party"
	Project    Category = "project"
	Continuity Category = "continuity"
)

// Reserved are words that pages about all risks use where a scenario's page has its id.
var Reserved = []string{"new", "assess", "appetite", "escalations", "heat", "services", "changes", "evidence", "portfolio", "calibration"}

// Categories in the order in which they are offered.
var Categories = []Category{IT, Security, ThirdParty, Project, Continuity}

// Effects are what a loss event takes away.
var Effects = []string{"confidentiality", "integrity", "availability", "authenticity", "safety"}

// Name is the title in both languages.
func (s Scenario) Name() i18n.Text { return i18n.Text{EN: s.Title, IT: s.TitleIT} }

// Fair is the scenario as the engines take it.
func (s Scenario) Fair() fair.Scenario {
	model := s.Model
	model.ID = s.ID
	return model
}

// check tells what is wrong with the scenario itself; what it refers to is checked against the others.
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
	if slices.Contains(Reserved, s.ID) {
		add(problem.Field(field("id"), "landscape.error.reserved", "value", s.ID))
	}
	if s.Title == "" {
		add(problem.Field(field("title"), "problem.required"))
	}
	add(problem.Choice(field("category"), string(s.Category), "", string(IT), string(Security), string(ThirdParty), string(Project), string(Continuity)))
	for _, effect := range s.Effects {
		add(problem.Choice(field("effects"), effect, Effects...))
	}
	wrong = append(wrong, s.checkModel(field)...)
	add(problem.Choice(field("treatment"), s.Treatment, "reduce", "accept", "transfer", "avoid"))
	add(problem.Choice(field("status"), s.Status, "open", "treated", "closed"))
	add(s.Reason.check(field("reason")))
	if s.EstimatedOn != "" && !db.ValidDay(s.EstimatedOn) {
		add(problem.Field(field("estimated_on"), "problem.day", "value", s.EstimatedOn))
	}
	return wrong
}

func (s Scenario) checkModel(field func(string) string) []*problem.Error {
	if wrong := checkFormer(s.Former, field, s.Model); len(wrong) > 0 {
		return wrong
	}
	model := s.converted().Model
	model.ID = "-" // that of the scenario is checked by itself
	return model.Check(field("model"))
}

// Filter narrows the list of scenarios.
type Filter struct {
	db.Page
	Text      string `query:"text" doc:"words in the title"`
	Status    string `query:"status" doc:"open, treated or closed"`
	Treatment string `query:"treatment"`
	Category  string `query:"category" doc:"it, security, third-party, project or continuity"`
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
	for column, value := range map[string]string{"s.status": f.Status, "s.treatment": f.Treatment, "s.asset": f.Asset, "s.category": f.Category} {
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

// AssessIn is a scenario as somebody estimates it now; Version 0 makes a new one. Reason and note say why the
// estimate changes.
type AssessIn struct {
	Scenario Scenario `json:"scenario"`
}

// Target is the scenario.
func (in AssessIn) Target() ref.Ref { return ref.New("risk", in.Scenario.ID) }

// Assess writes an estimate and keeps the former one: who acts estimated it, now.
func Assess(ctx context.Context, tx *db.Tx, in AssessIn) (Scenario, error) {
	s := in.Scenario
	if err := problem.Many(s.check(plainly)); err != nil {
		return s, err
	}
	s = s.converted()
	s.Model.ID = ""
	version, err := db.Value[int](ctx, tx, "SELECT version FROM risk_scenario WHERE id = $1", s.ID)
	if err != nil {
		return s, err
	}
	if version != s.Version {
		return s, problem.New(problem.Conflict, "problem.stale")
	}
	if err := s.checkTies(ctx, tx); err != nil {
		return s, err
	}
	if version == 0 {
		s.Reason = New
	}
	s.EstimatedOn, s.EstimatedBy = tx.Now().Format("2006-01-02"), tx.Actor().Ref.ID()
	if err := put(ctx, tx, s); err != nil {
		return s, err
	}
	if err := keepEstimate(ctx, tx, s, tx.Now()); err != nil {
		return s, err
	}
	s.Version++
	return s, nil
}

// OpAssess writes an estimate.
var OpAssess = op.Command[AssessIn, Scenario]{Name: "risk.assess", Route: "POST /api/risks/assess", Func: Assess}

// plainly names the fields of a single thing.
func plainly(name string) string { return name }

// checkTies refuses elements, people, projects and common causes that do not exist.
func (s Scenario) checkTies(ctx context.Context, r db.Reader) error {
	known, err := db.Column[string](ctx, r, "SELECT id FROM risk_cause")
	if err != nil {
		return err
	}
	wrong := s.checkCauses(plainly, known)
	if err := item.Dangling(ctx, r, append(s.pointers(plainly), item.Point("project", "project", s.Project)...)); err != nil {
		p, ok := problem.As(err)
		if !ok {
			return err
		}
		wrong = append(wrong, p.Causes...)
		if len(p.Causes) == 0 {
			wrong = append(wrong, p)
		}
	}
	return problem.Many(wrong)
}

func (s Scenario) checkCauses(field func(string) string, known []string) []*problem.Error {
	var wrong []*problem.Error
	for i, link := range s.Model.Causes {
		if !slices.Contains(known, link.Cause) {
			wrong = append(wrong, problem.Field(field(fmt.Sprintf("model.causes[%d].cause", i)), "fair.error.unknown-cause", "value", link.Cause))
		}
	}
	return wrong
}

// pointers are what the scenario hangs on and who owns it. Who estimated it may have left; a project is applied after
// the risks.
func (s Scenario) pointers(field func(string) string) []item.Pointer {
	all := item.Point(field("asset"), "element", s.Asset)
	all = append(all, item.Point(field("services"), "element", s.Services...)...)
	all = append(all, item.Point(field("owner_it"), "person", s.OwnerIT)...)
	return append(all, item.Point(field("owner_security"), "person", s.OwnerSecurity)...)
}

func scan(s db.Scan) (Scenario, error) {
	var body string
	var version int
	if err := s(&body, &version); err != nil {
		return Scenario{}, err
	}
	return parse(body, version)
}

func parse(body string, version int) (Scenario, error) {
	var s Scenario
	err := json.Unmarshal([]byte(body), &s)
	s.Version = version
	return s.converted(), err
}

func put(ctx context.Context, tx *db.Tx, s Scenario) error {
	body, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("risk %s: %w", s.ID, err)
	}
	_, err = tx.Exec(ctx, `INSERT INTO risk_scenario (id, title, title_it, asset, owner_it, owner_security, status, treatment, category, body, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
		ON CONFLICT (id) DO UPDATE SET title = excluded.title, title_it = excluded.title_it, asset = excluded.asset, owner_it = excluded.owner_it,
		owner_security = excluded.owner_security, status = excluded.status, treatment = excluded.treatment, category = excluded.category,
		body = excluded.body, version = excluded.version`,
		s.ID, s.Title, s.TitleIT, s.Asset, s.OwnerIT, s.OwnerSecurity, s.Status, s.Treatment, string(s.Category), string(body), s.Version+1)
	if err != nil {
		return err
	}
	tx.Touch(ref.New("risk", s.ID))
	return item.Put(ctx, tx, item.Item{Ref: ref.New("risk", s.ID), Title: s.Name(), Area: "risk"})
}
