package budget

import (
	"slices"
	"strconv"

	"accordo.dev/internal/problem"
)

// Effect is what an initiative does to one factor of a risk scenario: the share of it that is taken away.
// Effects multiply, on one scenario and across initiatives: two that each take a half leave a quarter.
type Effect struct {
	Risk   string   `yaml:"risk" json:"risk"`                       // scenario id
	Factor Factor   `yaml:"factor,omitempty" json:"factor"`         // empty: nobody said on which
	Share  *float64 `yaml:"share,omitempty" json:"share,omitempty"` // 0 to 1; unset: it acts, nobody knows how much
	By     string   `yaml:"estimated_by,omitempty" json:"estimatedBy,omitempty"`
	On     string   `yaml:"estimated_on,omitempty" json:"estimatedOn,omitempty"` // day
	Why    string   `yaml:"why,omitempty" json:"why,omitempty"`
	WhyIT  string   `yaml:"why_it,omitempty" json:"whyIt,omitempty"`
}

// Factor is what an effect lowers.
type Factor string

// The factors, in the order of FAIR: how often it is tried, how often a try succeeds, how much one event costs.
const (
	Frequency      Factor = "frequency"
	Susceptibility Factor = "susceptibility"
	Magnitude      Factor = "magnitude"
)

// Factors lists all factors.
var Factors = []Factor{Frequency, Susceptibility, Magnitude}

func (i Initiative) checkEffects(c *checker) {
	seen := map[Effect]bool{}
	for n, e := range i.Effects {
		at := "effects[" + strconv.Itoa(n) + "]."
		c.needed(at+"risk", e.Risk)
		c.choice(at+"factor", string(e.Factor), "", "frequency", "susceptibility", "magnitude")
		c.share(at+"share", e.Share)
		c.day(at+"estimated_on", e.On)
		c.short(at+"why", e.Why)
		if e.Share != nil && e.Factor == "" {
			c.add(problem.Field(c.field(at+"factor"), "problem.required"))
		}
		key := Effect{Risk: e.Risk, Factor: e.Factor}
		if seen[key] {
			c.add(problem.Field(c.field(at+"risk"), "problem.twice", "value", e.Risk))
		}
		seen[key] = true
	}
}

// Takes is the share of the mean yearly loss of each scenario that the initiative takes away, where it is
// known: 1 less the product of what its effects leave. Each factor enters the mean loss as a factor.
func (i Initiative) Takes() map[string]float64 {
	leaves := map[string]float64{}
	for _, e := range i.Effects {
		if e.Share == nil {
			continue
		}
		if _, there := leaves[e.Risk]; !there {
			leaves[e.Risk] = 1
		}
		leaves[e.Risk] *= 1 - *e.Share
	}
	for id, left := range leaves {
		leaves[id] = 1 - left
	}
	return leaves
}

// Risks are the scenarios that the initiative acts on, in the order of its effects.
func (i Initiative) Risks() []string {
	var ids []string
	for _, e := range i.Effects {
		if !slices.Contains(ids, e.Risk) {
			ids = append(ids, e.Risk)
		}
	}
	return ids
}

// sign notes who estimated the effects that differ from before, and when.
func (i *Initiative) sign(old Initiative, person, day string) {
	before := map[string]Effect{}
	for _, e := range old.Effects {
		before[e.estimate()] = e
	}
	for n, e := range i.Effects {
		if was, same := before[e.estimate()]; same {
			i.Effects[n].By, i.Effects[n].On = was.By, was.On
		} else {
			i.Effects[n].By, i.Effects[n].On = person, day
		}
	}
}

// estimate is what of an effect is estimated, without who and when.
func (e Effect) estimate() string {
	share := "?"
	if e.Share != nil {
		share = strconv.FormatFloat(*e.Share, 'g', -1, 64)
	}
	return e.Risk + "\n" + string(e.Factor) + "\n" + share + "\n" + e.Why + "\n" + e.WhyIT
}

// Change is what an initiative does to the mean yearly loss of one scenario.
type Change struct {
	Exposure
	Takes  *float64 `json:"takes"`  // share; nil: nobody knows
	Before float64  `json:"before"` // euro a year
	After  *float64 `json:"after"`
}

// Changes are what an initiative alone does to the losses as they are estimated now. The effect of one that is
// done is in these estimates already: what was before it is computed back, unless it took everything.
func (i Initiative) Changes(now Losses) []Change {
	var all []Change
	takes := i.Takes()
	for _, id := range i.Risks() {
		one, there := now.of(id)
		if !there {
			continue
		}
		change := Change{Exposure: one, Before: one.ALE}
		if share, known := takes[id]; known {
			after := one.ALE * (1 - share)
			if i.State == Done {
				if share == 1 {
					all = append(all, change)
					continue
				}
				change.Before, after = one.ALE/(1-share), one.ALE
			}
			change.Takes, change.After = &share, &after
		}
		all = append(all, change)
	}
	return all
}

// removed is the mean yearly loss that changes take away; nil when none of them is known.
func removed(all []Change) *float64 {
	var sum *float64
	for _, c := range all {
		if c.After != nil {
			if sum == nil {
				sum = new(float64)
			}
			*sum += c.Before - *c.After
		}
	}
	return sum
}
