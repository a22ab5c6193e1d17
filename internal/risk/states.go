package risk

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"sync"

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

// CurvesNow computes the portfolio in its three states, or remembers it.
func CurvesNow(ctx context.Context, r db.Reader, _ struct{}) (Curves, error) {
	limits, err := amounts(ctx, r)
	if err != nil {
		return Curves{}, err
	}
	portfolios := make([]fair.Portfolio, 0, 3)
	for _, state := range []fair.State{fair.Inherent, fair.Current, fair.Goal} {
		p, err := Portfolio(ctx, r, state)
		if err != nil {
			return Curves{}, err
		}
		if len(p.Scenarios) == 0 {
			return Curves{}, problem.New(problem.NotFound, "risk.error.no-scenario")
		}
		portfolios = append(portfolios, p)
	}
	return curvesOf(portfolios, quant.ExactOptions{Appetites: limits})
}

// recent are the last curves, by the hash of what they were computed from.
var recent = struct {
	sync.Mutex
	curves map[string]Curves
}{curves: map[string]Curves{}}

// maxRecent is how many portfolios are remembered.
const maxRecent = 16

// curvesOf computes the total of each portfolio, named by its state.
func curvesOf(portfolios []fair.Portfolio, o quant.ExactOptions) (Curves, error) {
	key, err := json.Marshal([]any{portfolios, o})
	if err != nil {
		return Curves{}, fmt.Errorf("curves: %w", err)
	}
	sum := sha256.Sum256(key)
	name := string(sum[:])
	recent.Lock()
	known, there := recent.curves[name]
	recent.Unlock()
	if there {
		return known, nil
	}
	out := Curves{States: map[fair.State]quant.Summary{}}
	for _, p := range portfolios {
		result, err := exacts.Result(p, o)
		if _, told := problem.As(err); told {
			out.Reason = err
			return out, nil
		}
		if err != nil {
			return out, err
		}
		out.States[p.State], out.Method = result.Total, result.Method
	}
	recent.Lock()
	defer recent.Unlock()
	if len(recent.curves) >= maxRecent {
		clear(recent.curves)
	}
	recent.curves[name] = out
	return out, nil
}

// PreviewIn is a model that nobody has saved yet, or one that was.
type PreviewIn struct {
	Model fair.Scenario `json:"model"`
}

// Preview computes the yearly loss of one scenario alone in the three states, before aggregate insurance and without
// common causes, which keep its mean.
func Preview(_ context.Context, _ db.Reader, in PreviewIn) (Curves, error) {
	s := in.Model
	s.ID, s.Causes = "preview", nil
	if err := problem.Many(s.Check("model")); err != nil {
		return Curves{}, err
	}
	portfolios := make([]fair.Portfolio, 0, 3)
	for _, state := range []fair.State{fair.Inherent, fair.Current, fair.Goal} {
		portfolios = append(portfolios, fair.Portfolio{Scenarios: []fair.Scenario{s}, State: state})
	}
	return curvesOf(portfolios, quant.ExactOptions{})
}

// OpPreview computes the yearly loss of one scenario alone.
var OpPreview = op.Query[PreviewIn, Curves]{Name: "risk.preview", Func: Preview}

// OpCurves computes the portfolio in its three states.
var OpCurves = op.Query[struct{}, Curves]{Name: "risk.curves", Route: "GET /api/risks/curves", Func: CurvesNow}
