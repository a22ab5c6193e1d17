package choice

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"accordo.dev/internal/problem"
	"accordo.dev/internal/risk/fair"
	"accordo.dev/internal/risk/quant"
)

// Sampling says how yearly losses are drawn for scenarios that are given as estimates.
type Sampling struct {
	Trials int
	Seed   uint64
}

// maxLosses is the most joint losses, trials times scenarios, that are kept.
const maxLosses = 50_000_000

// Read reads a problem from JSON (docs/calculators.md has the fields). Every error names the place of the
// field, like options[2].effects.ransomware.
func Read(data []byte, sampling Sampling) (Problem, error) {
	document, err := decode(data)
	if err != nil {
		return Problem{}, err
	}
	r := &reader{}
	p := r.problem(document, sampling)
	if err := problem.Many(r.wrong); err != nil {
		return Problem{}, err
	}
	_, err = compile(p)
	return p, err
}

func decode(data []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var document any
	err := d.Decode(&document)
	if err == nil {
		if _, err = d.Token(); err == io.EOF {
			return document, nil
		}
	}
	offset := d.InputOffset()
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		offset = syntax.Offset
	} else if errors.Is(err, io.ErrUnexpectedEOF) {
		offset = int64(len(bytes.TrimSpace(data)))
	}
	line := 1 + bytes.Count(data[:min(int(offset), len(data))], []byte("\n"))
	return nil, problem.New(problem.Invalid, "choice.not-json").At(problem.Source{Line: line})
}

// reader takes a document apart and collects what is wrong with it.
type reader struct {
	wrong     []*problem.Error
	estimates []fair.Scenario // by scenario; without a loss where the mean was given
}

func (r *reader) refuse(field, key string, args ...any) {
	r.wrong = append(r.wrong, problem.Field(field, key, args...))
}

// object is a JSON object with none but the known fields; a missing one (nil) is an empty object.
func (r *reader) object(field string, v any, known ...string) map[string]any {
	o, ok := v.(map[string]any)
	if !ok && v != nil {
		r.refuse(field, "choice.not-object")
	}
	for _, name := range sorted(o) {
		if !slices.Contains(known, name) && known != nil {
			r.refuse(strings.TrimPrefix(field+"."+name, "."), "choice.unknown-field", "known", strings.Join(known, ", "))
		}
	}
	return o
}

func (r *reader) list(field string, v any) []any {
	l, ok := v.([]any)
	if !ok && v != nil {
		r.refuse(field, "choice.not-list")
	}
	return l
}

func (r *reader) text(field string, v any) string {
	t, ok := v.(string)
	if !ok && v != nil {
		r.refuse(field, "choice.not-text")
	}
	return t
}

func (r *reader) texts(field string, v any) []string {
	var texts []string
	for i, one := range r.list(field, v) {
		texts = append(texts, r.text(path(field, i), one))
	}
	return texts
}

func (r *reader) groups(field string, v any) [][]string {
	var groups [][]string
	for i, one := range r.list(field, v) {
		groups = append(groups, r.texts(path(field, i), one))
	}
	return groups
}

// number is a finite number; without one the value is otherwise.
func (r *reader) number(field string, v any, otherwise float64) float64 {
	if v == nil {
		return otherwise
	}
	n, ok := v.(json.Number)
	if !ok {
		r.refuse(field, "choice.not-number")
		return otherwise
	}
	x, err := strconv.ParseFloat(n.String(), 64)
	if err != nil {
		r.refuse(field, "choice.not-finite")
		return otherwise
	}
	return x
}

func (r *reader) numbers(field string, v any) []float64 {
	l := r.list(field, v)
	numbers := make([]float64, 0, len(l))
	for i, one := range l {
		if one == nil {
			r.refuse(path(field, i), "choice.not-number")
		}
		numbers = append(numbers, r.number(path(field, i), one, 0))
	}
	return numbers
}

func (r *reader) problem(document any, sampling Sampling) Problem {
	if document == nil {
		r.refuse("", "choice.not-object")
	}
	o := r.object("", document, "scenarios", "options", "budgets", "requires", "at_most_one", "exactly_one",
		"mandatory", "ring_fence", "objective", "weights", "losses")
	p := Problem{
		Budgets: r.numbers("budgets", o["budgets"]), AtMostOne: r.groups("at_most_one", o["at_most_one"]),
		ExactlyOne: r.groups("exactly_one", o["exactly_one"]), Mandatory: r.texts("mandatory", o["mandatory"]),
		Objective: r.objective(o),
	}
	for i, one := range r.list("losses", o["losses"]) {
		p.Losses = append(p.Losses, r.numbers(path("losses", i), one))
	}
	for i, one := range r.list("scenarios", o["scenarios"]) {
		p.Scenarios = append(p.Scenarios, r.scenario(path("scenarios", i), one, p.Losses, i))
	}
	for i, one := range r.list("options", o["options"]) {
		p.Options = append(p.Options, r.option(path("options", i), one))
	}
	for i, pair := range r.groups("requires", o["requires"]) {
		if len(pair) != 2 {
			r.refuse(path("requires", i), "choice.not-pair")
			continue
		}
		p.Requires = append(p.Requires, [2]string{pair[0], pair[1]})
	}
	if o["ring_fence"] != nil {
		p.RingFence = r.ringFence(o["ring_fence"])
	}
	if len(p.Losses) == 0 {
		p.Losses = r.sample(p.Scenarios, sampling)
	}
	return p
}

func (r *reader) ringFence(v any) *RingFence {
	o := r.object("ring_fence", v, "options", "share", "budgets")
	f := &RingFence{Options: r.texts("ring_fence.options", o["options"])}
	if o["share"] == nil {
		r.refuse("ring_fence.share", "problem.required")
	}
	f.Share = r.number("ring_fence.share", o["share"], 0)
	for i, b := range r.numbers("ring_fence.budgets", o["budgets"]) {
		if b != float64(int(b)) {
			r.refuse(path("ring_fence.budgets", i), "choice.not-number")
		}
		f.Budgets = append(f.Budgets, int(b))
	}
	return f
}

// scenario reads one scenario: its mean, or an estimate, or nothing when joint losses are given.
func (r *reader) scenario(field string, v any, losses [][]float64, column int) Scenario {
	o := r.object(field, v, "id", "ale", "frequency", "low", "high")
	s := Scenario{ID: r.text(field+".id", o["id"])}
	estimate := fair.Scenario{}
	switch {
	case o["ale"] != nil && o["frequency"] != nil:
		r.refuse(field+".ale", "choice.mean-twice")
	case o["ale"] != nil:
		s.ALE = r.number(field+".ale", o["ale"], 0)
	case o["frequency"] != nil:
		estimate = r.estimate(field, s.ID, o)
		expected, _ := estimate.Expected(fair.Current)
		s.ALE = expected.Mean
	case len(losses) > 0:
		for _, trial := range losses {
			if column < len(trial) {
				s.ALE += trial[column] / float64(len(losses))
			}
		}
	default:
		r.refuse(field+".ale", "problem.required")
	}
	r.estimates = append(r.estimates, estimate)
	return s
}

// estimate reads loss events of a fixed frequency a year, each of a lognormal loss between two points.
func (r *reader) estimate(field, id string, o map[string]any) fair.Scenario {
	frequency, low, high := r.number(field+".frequency", o["frequency"], 1), r.number(field+".low", o["low"], 0), r.number(field+".high", o["high"], 0)
	switch {
	case frequency <= 0 || frequency > 10_000:
		r.refuse(field+".frequency", "problem.range", "value", frequency, "min", 0, "max", 10_000)
	case low <= 0:
		r.refuse(field+".low", "choice.not-positive")
	case high < low:
		r.refuse(field+".high", "choice.high-below-low")
	default:
		return fair.Scenario{ID: id, Frequency: fair.Fixed(frequency), Primary: []fair.Loss{{Amount: fair.Interval90(low, high)}}}
	}
	return fair.Scenario{ID: id, Primary: []fair.Loss{{}}} // what is wrong has been told
}

// sample draws joint losses when every scenario is an estimate; nil otherwise.
func (r *reader) sample(scenarios []Scenario, o Sampling) [][]float64 {
	if len(r.wrong) > 0 || len(scenarios) == 0 {
		return nil
	}
	for _, e := range r.estimates {
		if e.Primary == nil {
			return nil
		}
	}
	if o.Trials < 1 || o.Trials > maxLosses/len(scenarios) {
		r.refuse("trials", "problem.range", "value", o.Trials, "min", 1, "max", maxLosses/len(scenarios))
		return nil
	}
	losses := make([][]float64, o.Trials)
	for i := range losses {
		losses[i] = make([]float64, len(scenarios))
	}
	for s, e := range r.estimates {
		for year, loss := range quant.YearlyLosses(e, fair.Current, o.Seed, o.Trials) {
			losses[year][s] = loss
		}
	}
	return losses
}

func (r *reader) option(field string, v any) Option {
	o := r.object(field, v, "id", "cost", "effects", "value")
	option := Option{ID: r.text(field+".id", o["id"]), Value: r.number(field+".value", o["value"], 0), Effects: map[string]float64{}}
	if one, single := o["cost"].(json.Number); single {
		option.Cost = []float64{r.number(field+".cost", one, 0)}
	} else {
		option.Cost = r.numbers(field+".cost", o["cost"])
	}
	effects := r.object(field+".effects", o["effects"])
	for _, id := range sorted(effects) {
		if effects[id] == nil {
			r.refuse(field+".effects."+id, "choice.not-number")
		}
		option.Effects[id] = r.number(field+".effects."+id, effects[id], 0)
	}
	return option
}

// objective reads "mean", "value" or "tvar" with its level in per cent, and weights that replace the usual
// ones: 1 for what the objective names and for value, 0 for the rest.
func (r *reader) objective(o map[string]any) Objective {
	name := r.text("objective", o["objective"])
	want := Objective{Level: 0.99, Value: 1}
	switch level, isTail := strings.CutPrefix(name, "tvar"); {
	case name == "" || name == "mean":
		want.Mean = 1
	case isTail:
		percent, err := strconv.ParseFloat(level, 64)
		if err != nil || !(percent >= 0 && percent < 100) {
			r.refuse("objective", "choice.level", "value", name)
			percent = 99
		}
		want.Tail, want.Level = 1, percent/100
	case name != "value":
		r.refuse("objective", "problem.choice", "value", name, "choices", "mean, tvar90, tvar95, tvar99, value")
	}
	weights := r.object("weights", o["weights"], "mean", "tvar", "value")
	want.Mean = r.number("weights.mean", weights["mean"], want.Mean)
	want.Tail = r.number("weights.tvar", weights["tvar"], want.Tail)
	want.Value = r.number("weights.value", weights["value"], want.Value)
	return want
}
