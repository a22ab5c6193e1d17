package cli

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"accordo.dev/internal/i18n"
	"accordo.dev/internal/risk/propagate"
)

// CalcPropagateCmd carries failures along needs.
type CalcPropagateCmd struct {
	File    string `arg:"" help:"The model as JSON or YAML; - reads the standard input."`
	JSON    bool   `help:"Print the whole result as JSON."`
	Trials  int    `help:"Simulate so many trials; 0 computes exactly." default:"0"`
	Seed    uint64 `help:"Seed of what is drawn." default:"1"`
	Threads int    `help:"Threads of a simulation; the answer does not depend on them." default:"1"`
	Exact   bool   `help:"Compute exactly besides the trials."`
	Order   int    `help:"List minimal cut sets of up to so many events." default:"3"`
	Years   int    `help:"Simulate so many years of the nodes and causes that have a frequency." default:"10000"`
}

// propagated is everything that the calculator says; its fields are described in docs/calculators.md.
type propagated struct {
	Nodes   []propagatedNode   `json:"nodes"`
	Targets []propagate.Target `json:"targets,omitempty"`
	Trials  int                `json:"trials"`
	Seed    uint64             `json:"seed"`
	Yearly  *propagate.Years   `json:"yearly,omitempty"` // when anything has a frequency
}

type propagatedNode struct {
	ID          string              `json:"id"`
	Probability float64             `json:"probability"` // exact if that was computed, otherwise the share of trials
	Minutes     float64             `json:"minutes_per_year"`
	Simulated   *propagate.Estimate `json:"simulated,omitempty"`
}

// RunOffline reads, computes and prints.
func (c *CalcPropagateCmd) RunOffline(env *Env) error {
	data, err := env.readCalculation(c.File)
	if err != nil {
		return err
	}
	m, err := propagate.Read(data)
	if err != nil {
		return inFile(err, c.File)
	}
	all, err := c.calculate(m)
	if err != nil {
		return inFile(err, c.File)
	}
	if c.JSON {
		return env.print(all)
	}
	env.sayPropagated(all)
	return nil
}

func (c *CalcPropagateCmd) calculate(m propagate.Model) (propagated, error) {
	all := propagated{Trials: c.Trials, Seed: c.Seed}
	if c.Trials == 0 || c.Exact {
		exact, err := propagate.Evaluate(m, propagate.ExactOptions{Order: c.Order})
		if err != nil {
			return all, err
		}
		all.Targets = exact.Targets
		for _, n := range exact.Nodes {
			all.Nodes = append(all.Nodes, propagatedNode{ID: n.ID, Probability: n.Probability})
		}
	}
	if c.Trials != 0 {
		drawn, err := propagate.Simulate(m, propagate.SimulateOptions{Trials: c.Trials, Seed: c.Seed, Threads: c.Threads})
		if err != nil {
			return all, err
		}
		if all.Nodes == nil {
			for _, n := range drawn.Nodes {
				all.Nodes = append(all.Nodes, propagatedNode{ID: n.ID, Probability: n.Probability})
			}
		}
		for i := range drawn.Nodes {
			all.Nodes[i].Simulated = &drawn.Nodes[i]
		}
	}
	for i, n := range all.Nodes {
		all.Nodes[i].Minutes = n.Probability * propagate.MinutesPerYear
	}
	years, err := propagate.Yearly(m, propagate.YearOptions{Years: c.Years, Seed: c.Seed, Threads: c.Threads})
	if err == nil && len(years.Upsets) > 0 {
		all.Yearly = &years
	}
	return all, err
}

// said is how many lines of a kind a person is shown; JSON has them all.
const said = 20

func (e *Env) sayPropagated(all propagated) {
	nodes := slices.Clone(all.Nodes)
	slices.SortStableFunc(nodes, func(a, b propagatedNode) int { return cmp.Compare(b.Probability, a.Probability) })
	for _, n := range nodes[:min(said, len(nodes))] {
		e.Say("propagate.say.node", "id", n.ID, "probability", e.probability(n.Probability), "minutes", i18n.Number(e.Lang, n.Minutes, 1))
		if s := n.Simulated; s != nil {
			e.Say("propagate.say.interval", "low", e.probability(s.Low), "high", e.probability(s.High), "trials", all.Trials, "failures", s.Failures)
		}
	}
	if more := len(nodes) - said; more > 0 {
		e.Say("propagate.say.more", "n", more)
	}
	for _, t := range all.Targets[:min(said, len(all.Targets))] {
		e.sayTarget(t)
	}
	if all.Yearly != nil {
		e.sayYears(*all.Yearly)
	}
}

func (e *Env) sayYears(y propagate.Years) {
	services := slices.Clone(y.Services)
	slices.SortStableFunc(services, func(a, b propagate.ServiceYear) int { return cmp.Compare(b.Minutes, a.Minutes) })
	e.Say("propagate.say.years")
	for _, s := range services[:min(said, len(services))] {
		e.Say("propagate.say.service", "id", s.ID, "minutes", i18n.Number(e.Lang, s.Minutes, 1), "probability", i18n.Percent(e.Lang, s.Probability, 1), "loss", e.amount(s.Loss))
		e.sayYear("propagate.say.bad-minutes", s.Simulated)
	}
	if y.Loss > 0 {
		e.Say("propagate.say.loss", "loss", e.amount(y.Loss))
		e.sayYear("propagate.say.bad-loss", y.Losses)
	}
	upsets := slices.Clone(y.Upsets)
	slices.SortStableFunc(upsets, func(a, b propagate.Upset) int { return cmp.Compare(b.Frequency*b.Loss, a.Frequency*a.Loss) })
	for _, u := range upsets[:min(said, len(upsets))] {
		var stops []string
		for _, s := range u.Stops {
			stops = append(stops, s.ID)
		}
		e.Say("propagate.say.upset", "event", u.Event, "stops", e.options(stops), "loss", e.amount(u.Loss), "frequency", e.amount(u.Frequency))
	}
}

// sayYear says what is not passed in 19 of 20 years.
func (e *Env) sayYear(key string, s *propagate.Spread) {
	if s == nil {
		return
	}
	for _, q := range s.Quantiles {
		if q.Share == 0.95 {
			e.Say(key, "value", e.amount(q.Value), "low", e.amount(q.Low), "high", e.amount(q.High))
		}
	}
}

func (e *Env) sayTarget(t propagate.Target) {
	if t.CutSets == nil {
		e.Say("propagate.say.no-sets", "id", t.ID)
	} else {
		e.Say("propagate.say.sets", "id", t.ID, "n", int(min(t.CutSets.Count, math.MaxInt64)))
		for _, s := range t.CutSets.Sets[:min(said, len(t.CutSets.Sets))] {
			e.Say("propagate.say.set", "events", strings.Join(s.Events, " + "), "probability", e.probability(s.Probability))
		}
	}
	if len(t.Importance) == 0 || t.Probability == 0 {
		return
	}
	e.Say("propagate.say.importance", "id", t.ID)
	for _, one := range t.Importance[:min(said, len(t.Importance))] {
		if one.FussellVesely == nil {
			e.Say("propagate.say.birnbaum", "event", one.Event, "birnbaum", e.probability(one.Birnbaum))
			continue
		}
		e.Say("propagate.say.event", "event", one.Event, "birnbaum", e.probability(one.Birnbaum), "share", i18n.Percent(e.Lang, *one.FussellVesely, 1))
	}
}

// probability writes four significant digits.
func (e *Env) probability(p float64) string {
	if p <= 0 || p >= 1 {
		return i18n.Number(e.Lang, p, 0)
	}
	return i18n.Number(e.Lang, p, min(3-int(math.Floor(math.Log10(p))), 15))
}
