package risk

import (
	"context"

	"accordo.dev/internal/db"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/risk/fair"
	"accordo.dev/internal/risk/quant"
)

// exacts keeps the transforms of scenarios that were computed before; what changed is computed anew.
var exacts = quant.NewExacts()

// Curves are the exact yearly loss of the whole portfolio without controls, as it is, and with those that are planned.
// Exact figures have no noise: a difference between two of them is real.
type Curves struct {
	States map[fair.State]quant.Summary `json:"states"`
	Method string                       `json:"method"`
	// Reason says why there are no exact figures: a scenario that only other tools would count so.
	Reason error `json:"-"`
}

// CurvesNow computes the portfolio in its three states.
func CurvesNow(ctx context.Context, r db.Reader, _ struct{}) (Curves, error) {
	out := Curves{States: map[fair.State]quant.Summary{}}
	limits, err := amounts(ctx, r)
	if err != nil {
		return out, err
	}
	for _, state := range []fair.State{fair.Inherent, fair.Current, fair.Goal} {
		p, err := Portfolio(ctx, r, state)
		if err != nil {
			return out, err
		}
		if len(p.Scenarios) == 0 {
			return out, problem.New(problem.NotFound, "risk.error.no-scenario")
		}
		result, err := exacts.Result(p, quant.ExactOptions{Appetites: limits})
		if _, told := problem.As(err); told {
			out.Reason = err
			return out, nil
		}
		if err != nil {
			return out, err
		}
		out.States[state], out.Method = result.Total, result.Method
	}
	return out, nil
}

// PreviewIn is a model that nobody has saved yet, or one that was.
type PreviewIn struct {
	Model fair.Scenario `json:"model"`
}

// Preview computes the yearly loss of one scenario alone in the three states, before aggregate insurance and without
// common causes, which keep its mean.
func Preview(_ context.Context, _ db.Reader, in PreviewIn) (Curves, error) {
	out, s := Curves{States: map[fair.State]quant.Summary{}}, in.Model
	s.ID, s.Causes = "preview", nil
	if err := problem.Many(s.Check("model")); err != nil {
		return out, err
	}
	for _, state := range []fair.State{fair.Inherent, fair.Current, fair.Goal} {
		result, err := exacts.Result(fair.Portfolio{Scenarios: []fair.Scenario{s}, State: state}, quant.ExactOptions{})
		if _, told := problem.As(err); told {
			out.Reason = err
			return out, nil
		}
		if err != nil {
			return out, err
		}
		out.States[state], out.Method = result.Total, result.Method
	}
	return out, nil
}

// OpPreview computes the yearly loss of one scenario alone.
var OpPreview = op.Query[PreviewIn, Curves]{Name: "risk.preview", Func: Preview}

// OpCurves computes the portfolio in its three states.
var OpCurves = op.Query[struct{}, Curves]{Name: "risk.curves", Route: "GET /api/risks/curves", Func: CurvesNow}
