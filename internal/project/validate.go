package project

import (
	"context"

	"accordo.dev/internal/db"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// ValidateIn is the decision of security on a design.
type ValidateIn struct {
	ID         string     `json:"id"`
	Version    int        `json:"version" doc:"version that was seen; refused when somebody changed the project since"`
	Decision   Validation `json:"decision" enum:"approved,approved-with-conditions,rejected"`
	Conditions int        `json:"conditions,omitempty" minimum:"0" maximum:"99" doc:"open conditions"`
}

// Target is the project.
func (in ValidateIn) Target() ref.Ref { return ref.New("project", in.ID) }

// Validate records today what security decided on the design. It never moves the day on which a
// project left design: a late validation stays visible as late.
func Validate(ctx context.Context, tx *db.Tx, in ValidateIn) (Project, error) {
	p, err := load(ctx, tx, in.ID, in.Version)
	if err != nil {
		return p, err
	}
	if err := problem.Choice("decision", string(in.Decision), "approved", "approved-with-conditions", "rejected"); err != nil {
		return p, err
	}
	if (in.Decision == ApprovedWithConditions) != (in.Conditions > 0) {
		return p, problem.Field("conditions", "project.error.conditions")
	}
	p.Validation, p.ValidationOn, p.ConditionsOpen = in.Decision, tx.Now().Format("2006-01-02"), in.Conditions
	return saved(ctx, tx, p)
}

// OpValidate records a security validation.
var OpValidate = op.Command[ValidateIn, Project]{Name: "project.validate", Route: "POST /api/projects/validate", Func: Validate}

// LeaveDesignIn says that a project leaves its design phase.
type LeaveDesignIn struct {
	ID      string   `json:"id"`
	Version int      `json:"version"`
	Kind    ExitKind `json:"kind" enum:"gate-passed,build-started,gate-skipped"`
}

// Target is the project.
func (in LeaveDesignIn) Target() ref.Ref { return ref.New("project", in.ID) }

// LeaveDesign ends the design phase today. The gate is passed only with an approved validation;
// starting to build or skipping the gate without one is possible, and counted.
func LeaveDesign(ctx context.Context, tx *db.Tx, in LeaveDesignIn) (Project, error) {
	p, err := load(ctx, tx, in.ID, in.Version)
	if err != nil {
		return p, err
	}
	if err := problem.Choice("kind", string(in.Kind), "gate-passed", "build-started", "gate-skipped"); err != nil {
		return p, err
	}
	if p.DesignExit != "" {
		return p, problem.New(problem.Conflict, "project.error.left-already", "day", p.DesignExit)
	}
	if in.Kind == GatePassed && p.Validation != Approved && p.Validation != ApprovedWithConditions {
		return p, problem.New(problem.Conflict, "project.error.gate-closed")
	}
	p.DesignExit, p.ExitKind, p.Stage = tx.Now().Format("2006-01-02"), in.Kind, Build
	return saved(ctx, tx, p)
}

// OpLeaveDesign ends the design phase of a project.
var OpLeaveDesign = op.Command[LeaveDesignIn, Project]{Name: "project.leave-design", Route: "POST /api/projects/leave-design", Func: LeaveDesign}

func load(ctx context.Context, tx *db.Tx, id string, version int) (Project, error) {
	p, err := Get(ctx, tx, GetIn{ID: id})
	if err != nil {
		return p, err
	}
	if p.Version != version {
		return p, problem.New(problem.Conflict, "problem.stale")
	}
	if p.Stage == Cancelled || p.Stage == Closed {
		return p, problem.New(problem.Conflict, "project.error.ended")
	}
	return p, nil
}

func saved(ctx context.Context, tx *db.Tx, p Project) (Project, error) {
	if err := put(ctx, tx, p); err != nil {
		return p, err
	}
	p.Version++
	return p, nil
}
