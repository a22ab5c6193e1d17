// Package project holds the digital projects and their design gate: the point before which security
// must have validated the design.
package project

import (
	"context"
	"encoding/json"
	"math"
	"strings"

	"github.com/huandu/go-sqlbuilder"

	"accordo.dev/internal/db"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/item"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// Stage is where a project stands in its life.
type Stage string

// The stages.
const (
	Idea      Stage = "idea"
	Design    Stage = "design"
	Build     Stage = "build"
	Run       Stage = "run"
	Closed    Stage = "closed"
	Cancelled Stage = "cancelled"
)

// ExitKind is how a project left its design phase. Spending on build, or skipping the gate, is leaving
// it too: otherwise the projects that avoid the gate would not be counted.
type ExitKind string

// The ways to leave design.
const (
	NotYet       ExitKind = ""
	GatePassed   ExitKind = "gate-passed"
	BuildStarted ExitKind = "build-started"
	GateSkipped  ExitKind = "gate-skipped"
)

// Validation is what security decided about the design.
type Validation string

// The decisions of a security validation.
const (
	NoValidation           Validation = "none"
	Approved               Validation = "approved"
	ApprovedWithConditions Validation = "approved-with-conditions"
	Rejected               Validation = "rejected"
)

// Project is one project of the portfolio.
type Project struct {
	ID              string     `yaml:"id" json:"id"`
	Title           string     `yaml:"title" json:"title"`
	TitleIT         string     `yaml:"title_it,omitempty" json:"titleIt,omitempty"`
	Owner           string     `yaml:"owner,omitempty" json:"owner,omitempty"`                      // person id, IT side
	SecurityPartner string     `yaml:"security_partner,omitempty" json:"securityPartner,omitempty"` // person id
	Digital         bool       `yaml:"digital" json:"digital"`
	InScope         bool       `yaml:"in_scope" json:"inScope"` // of the agreed list of projects that need validation
	Stage           Stage      `yaml:"stage" json:"stage"`
	CostEUR         *float64   `yaml:"cost_eur,omitempty" json:"costEur,omitempty"`
	BenefitEURWeek  *float64   `yaml:"benefit_eur_week,omitempty" json:"benefitEurWeek,omitempty"` // worth of each week in use; unset: nobody said
	DesignGateDue   string     `yaml:"design_gate_due,omitempty" json:"designGateDue,omitempty"`   // day
	DesignExit      string     `yaml:"design_exit,omitempty" json:"designExit,omitempty"`          // day
	ExitKind        ExitKind   `yaml:"exit_kind,omitempty" json:"exitKind,omitempty"`
	Validation      Validation `yaml:"validation" json:"validation"`
	ValidationOn    string     `yaml:"validation_on,omitempty" json:"validationOn,omitempty"` // day
	ConditionsOpen  int        `yaml:"conditions_open,omitempty" json:"conditionsOpen,omitempty"`
	ExemptedBy      string     `yaml:"exempted_by,omitempty" json:"exemptedBy,omitempty"` // person id who let it pass without validation
	Elements        []string   `yaml:"elements,omitempty" json:"elements,omitempty"`      // of the landscape that it changes
	Version         int        `yaml:"-" json:"version"`
}

// Name is the title in both languages.
func (p Project) Name() i18n.Text { return i18n.Text{EN: p.Title, IT: p.TitleIT} }

// ValidatedInDesign tells whether security approved the design not later than the project left it.
func (p Project) ValidatedInDesign() bool {
	approved := p.Validation == Approved || p.Validation == ApprovedWithConditions
	return approved && p.ValidationOn != "" && p.DesignExit != "" && p.ValidationOn <= p.DesignExit
}

// ValidatedLate tells whether security approved only after the project had left design.
func (p Project) ValidatedLate() bool {
	approved := p.Validation == Approved || p.Validation == ApprovedWithConditions
	return approved && p.DesignExit != "" && p.ValidationOn > p.DesignExit
}

// Overdue tells whether the design gate is past on a day and the project is still in design.
func (p Project) Overdue(day string) bool {
	open := p.Stage == Idea || p.Stage == Design
	return open && p.DesignExit == "" && p.DesignGateDue != "" && p.DesignGateDue < day
}

func (p Project) check(field func(string) string) []*problem.Error {
	var wrong []*problem.Error
	add := func(e *problem.Error) {
		if e != nil {
			wrong = append(wrong, e)
		}
	}
	if !ref.ValidID(p.ID) {
		add(problem.Field(field("id"), "problem.required"))
	}
	if p.Title == "" {
		add(problem.Field(field("title"), "problem.required"))
	}
	add(problem.Choice(field("stage"), string(p.Stage), "idea", "design", "build", "run", "closed", "cancelled"))
	add(problem.Choice(field("exit_kind"), string(p.ExitKind), "", "gate-passed", "build-started", "gate-skipped"))
	add(problem.Choice(field("validation"), string(p.Validation), "none", "approved", "approved-with-conditions", "rejected"))
	if p.BenefitEURWeek != nil && !(*p.BenefitEURWeek >= 0 && *p.BenefitEURWeek < 1e12) {
		add(problem.Field(field("benefit_eur_week"), "problem.range", "value", *p.BenefitEURWeek, "min", 0, "max", 1e12))
	}
	days := []struct{ name, day string }{{"design_gate_due", p.DesignGateDue}, {"design_exit", p.DesignExit}, {"validation_on", p.ValidationOn}}
	for _, d := range days {
		if d.day != "" && !db.ValidDay(d.day) {
			add(problem.Field(field(d.name), "problem.day", "value", d.day))
		}
	}
	if (p.DesignExit == "") != (p.ExitKind == NotYet) {
		add(problem.Field(field("exit_kind"), "project.error.exit"))
	}
	if (p.Validation == NoValidation) != (p.ValidationOn == "") {
		add(problem.Field(field("validation_on"), "project.error.validation-day"))
	}
	return wrong
}

// Filter narrows the list of projects.
type Filter struct {
	db.Page
	Text  string `query:"text" doc:"words in the title"`
	Stage string `query:"stage" doc:"only projects at this stage"`
	State string `query:"state" doc:"validated, late, unvalidated (left design without validation) or overdue (past the gate, still in design)"`
}

const columns = `p.id, p.title, p.title_it, p.owner, p.security_partner, p.digital, p.in_scope, p.stage, p.cost_cents,
	p.design_gate_due, p.design_exit, p.exit_kind, p.validation, p.validation_on, p.conditions_open, p.exempted_by, p.elements, p.benefit_cents_week, p.version`

// List gives the projects that the filter leaves.
func List(ctx context.Context, r db.Reader, f Filter) (db.PageOf[Project], error) {
	b := sqlbuilder.PostgreSQL.NewSelectBuilder()
	b.Select(columns).From("project p")
	if f.Text != "" {
		holds := " LIKE " + b.Var(db.Holding(strings.ToLower(f.Text))) + ` ESCAPE '\'`
		b.Where("(LOWER(p.title)" + holds + " OR LOWER(p.title_it)" + holds + ")")
	}
	if f.Stage != "" {
		b.Where(b.Equal("p.stage", f.Stage))
	}
	approved := "p.validation IN ('approved', 'approved-with-conditions')"
	switch f.State {
	case "validated":
		b.Where(approved + " AND p.design_exit <> '' AND p.validation_on <= p.design_exit")
	case "late":
		b.Where(approved + " AND p.design_exit <> '' AND p.validation_on > p.design_exit")
	case "unvalidated":
		b.Where("p.design_exit <> '' AND NOT (" + approved + ")")
	case "overdue":
		b.Where("p.stage IN ('idea', 'design') AND p.design_exit = '' AND p.design_gate_due <> ''", b.LessThan("p.design_gate_due", r.Now().Format("2006-01-02")))
	}
	sorts := db.Sorts{By: map[string]string{
		"title": "LOWER(p.title)", "stage": "p.stage", "gate": "p.design_gate_due", "exit": "p.design_exit",
		"validation": "p.validation_on", "cost": "COALESCE(p.cost_cents, -1)",
	}, Key: "p.id", Default: "-gate"}
	return db.Paged(ctx, r, b, f.Page, sorts, scan)
}

// OpList lists projects.
var OpList = op.Query[Filter, db.PageOf[Project]]{Name: "project.list", Route: "GET /api/projects", Func: List}

// GetIn names a project.
type GetIn struct {
	ID string `path:"id" json:"id"`
}

// Target is the project.
func (in GetIn) Target() ref.Ref { return ref.New("project", in.ID) }

// Get loads a project.
func Get(ctx context.Context, r db.Reader, in GetIn) (Project, error) {
	missing := problem.New(problem.NotFound, "problem.not-found", "what", "project "+in.ID)
	return db.One(ctx, r, missing, scan, "SELECT "+columns+" FROM project p WHERE p.id = $1", in.ID)
}

// OpGet loads a project.
var OpGet = op.Query[GetIn, Project]{Name: "project.get", Route: "GET /api/projects/{id}", Func: Get}

func scan(s db.Scan) (Project, error) {
	var p Project
	var cents, benefit *int64
	var elements string
	err := s(&p.ID, &p.Title, &p.TitleIT, &p.Owner, &p.SecurityPartner, &p.Digital, &p.InScope, &p.Stage, &cents,
		&p.DesignGateDue, &p.DesignExit, &p.ExitKind, &p.Validation, &p.ValidationOn, &p.ConditionsOpen, &p.ExemptedBy, &elements, &benefit, &p.Version)
	if err != nil {
		return p, err
	}
	p.CostEUR, p.BenefitEURWeek = euroOf(cents), euroOf(benefit)
	return p, json.Unmarshal([]byte(elements), &p.Elements)
}

func euroOf(cents *int64) *float64 {
	if cents == nil {
		return nil
	}
	euro := float64(*cents) / 100
	return &euro
}

func centsOf(euro *float64) any {
	if euro == nil {
		return nil
	}
	return int64(math.Round(*euro * 100))
}

// put writes a project as it is and keeps its entry in the register.
func put(ctx context.Context, tx *db.Tx, p Project) error {
	elements, err := json.Marshal(append([]string{}, p.Elements...))
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM project WHERE id = $1`, p.ID); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO project (id, title, title_it, owner, security_partner, digital, in_scope, stage, cost_cents,
		design_gate_due, design_exit, exit_kind, validation, validation_on, conditions_open, exempted_by, elements, benefit_cents_week, version)
		VALUES `+db.Tuples(1, 19), p.ID, p.Title, p.TitleIT, p.Owner, p.SecurityPartner, p.Digital, p.InScope, p.Stage, centsOf(p.CostEUR),
		p.DesignGateDue, p.DesignExit, p.ExitKind, p.Validation, p.ValidationOn, p.ConditionsOpen, p.ExemptedBy, string(elements), centsOf(p.BenefitEURWeek), p.Version+1)
	if err != nil {
		return err
	}
	tx.Touch(ref.New("project", p.ID))
	return item.Put(ctx, tx, item.Item{Ref: ref.New("project", p.ID), Title: p.Name(), Area: "project"})
}
