package propagate

import (
	"math"
	"slices"
	"sync"
	"sync/atomic"

	"accordo.dev/internal/problem"
)

// YearOptions say what is wanted of the years of a model.
type YearOptions struct {
	Years   int // simulated; 0 computes means alone, as does a model in which nothing has a frequency
	Seed    uint64
	Threads int // 0 is one; the answer does not depend on it
	// Services are the ids of the nodes whose minutes are wanted; when empty, the model's targets and all nodes
	// that lose money.
	Services []string
}

// Years is what a year does to services. Every upset — a failure of its own of a node, or a common cause — comes as a
// Poisson process and lasts its recovery time; it stops at once whatever needs what it stops, beyond buffers, so that
// services behind the same node lose together. Upsets are followed one by one: minutes of upsets that overlap are
// counted twice, and what only two upsets at once would stop is not counted. Evaluate has that part.
type Years struct {
	Services []ServiceYear `json:"services"` // by id
	Upsets   []Upset       `json:"upsets"`   // nodes by id, then causes by id
	Loss     float64       `json:"loss"`     // expected money in a year, of all services
	Years    int           `json:"years"`
	Seed     uint64        `json:"seed"`
	Losses   *Spread       `json:"losses"` // of simulated years; nil without them
	// Minutes are the simulated years by service and year, YearlyLoss the money by year.
	Minutes    [][]float64 `json:"-"`
	YearlyLoss []float64   `json:"-"`
}

// ServiceYear is the year of a service.
type ServiceYear struct {
	ID          string  `json:"id"`
	Minutes     float64 `json:"minutes"`     // expected minutes down in a year
	Loss        float64 `json:"loss"`        // expected money in a year
	Stops       float64 `json:"stops"`       // expected stops in a year
	Probability float64 `json:"probability"` // that it stops at least once: 1 - exp(-stops)
	Simulated   *Spread `json:"simulated"`   // minutes of simulated years; nil without them
}

// Upset is something that happens in a year, and which services it stops.
type Upset struct {
	Event     string    `json:"event"`
	Kind      EventKind `json:"kind"`
	Frequency float64   `json:"frequency"` // in a year
	Minutes   float64   `json:"minutes"`   // that it lasts
	Stops     []Stop    `json:"stops"`     // by id
	Loss      float64   `json:"loss"`      // expected money each time
	Sampled   bool      `json:"sampled"`   // too many uncertain links: means from 1,000 drawn ways it can go
}

// Stop is a service that an upset stops.
type Stop struct {
	ID          string  `json:"id"`
	Probability float64 `json:"probability"` // that it stops when the upset happens
	Minutes     float64 `json:"minutes"`     // expected, each time the upset happens
}

// Spread describes simulated years.
type Spread struct {
	Mean      float64    `json:"mean"`
	Error     float64    `json:"mean_error"` // standard error of the mean
	SD        float64    `json:"sd"`
	Quantiles []Quantile `json:"quantiles"`
	Max       float64    `json:"max"`
}

// Quantile is the smallest value that a share of years does not pass, with its 95 % interval from order statistics.
type Quantile struct {
	Share float64 `json:"share"`
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

const (
	maxYearValues = 50_000_000 // services times years
	chunkYears    = 4096       // share a random stream; part of the method
)

// Yearly follows all upsets and, when years are asked for, simulates them. Means are exact unless an upset is marked as
// sampled. O(upsets × what they stop), and O(upsets that happen × services they stop) for the years.
func Yearly(m Model, o YearOptions) (Years, error) {
	p, err := compile(m)
	if err != nil {
		return Years{}, err
	}
	services, err := p.services(o.Services)
	if err != nil {
		return Years{}, err
	}
	y := year{program: p, services: services, upsets: upsets(m, p.nodes)}
	if len(y.upsets) == 0 {
		o.Years = 0
	}
	if limit := maxYearValues / max(len(services), 1); o.Years < 0 || o.Years > limit {
		return Years{}, problem.Field("years", "problem.range", "value", o.Years, "min", 0, "max", limit)
	}
	y.follow(o.Seed)
	answer := y.means()
	if answer.Years, answer.Seed = o.Years, o.Seed; o.Years > 0 {
		y.simulate(o, &answer)
	}
	return answer, nil
}

// services numbers the nodes whose minutes are wanted, by id.
func (p *program) services(ids []string) ([]int32, error) {
	all := slices.Clone(p.targets)
	for v, n := range p.nodes {
		if n.LossPerMinute > 0 {
			all = append(all, int32(v))
		}
	}
	if len(ids) > 0 {
		all = all[:0]
	}
	for i, id := range ids {
		v, known := p.index[id]
		if !known {
			return nil, problem.Field(path("services", i), "problem.dangling", "value", id)
		}
		all = append(all, v)
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}

type year struct {
	*program
	services []int32
	upsets   []upset
	outcomes [][]outcome // by upset
	sampled  []bool
}

func (y *year) follow(seed uint64) {
	s := newSpreader(y.program, y.services, seed)
	for _, u := range y.upsets {
		outcomes, sampled := s.outcomes(u)
		y.outcomes, y.sampled = append(y.outcomes, outcomes), append(y.sampled, sampled)
	}
}

// price is the money lost in a minute of a service.
func (y *year) price(service int) float64 { return y.nodes[y.services[service]].LossPerMinute }

func (y *year) means() Years {
	all := Years{Services: make([]ServiceYear, len(y.services)), Upsets: []Upset{}}
	for i, v := range y.services {
		all.Services[i].ID = y.nodes[v].ID
	}
	for i, u := range y.upsets {
		one := Upset{Event: u.name, Kind: u.kind, Frequency: u.frequency, Minutes: u.minutes, Stops: []Stop{}, Sampled: y.sampled[i]}
		stops := make([]Stop, len(y.services))
		for _, o := range y.outcomes[i] {
			for _, l := range o.lost {
				stops[l.service].Probability += o.weight
				stops[l.service].Minutes += o.weight * l.minutes
			}
		}
		for service, stop := range stops {
			if stop.Probability == 0 {
				continue
			}
			s := &all.Services[service]
			stop.ID = s.ID
			one.Stops = append(one.Stops, stop)
			one.Loss += stop.Minutes * y.price(service)
			s.Stops += u.frequency * stop.Probability
			s.Minutes += u.frequency * stop.Minutes
		}
		all.Upsets = append(all.Upsets, one)
	}
	for i := range all.Services {
		s := &all.Services[i]
		s.Loss, s.Probability = s.Minutes*y.price(i), -math.Expm1(-s.Stops)
		all.Loss += s.Loss
	}
	return all
}

// simulate draws the years, in chunks that threads take as they become free.
func (y *year) simulate(o YearOptions, all *Years) {
	all.YearlyLoss, all.Minutes = make([]float64, o.Years), make([][]float64, len(y.services))
	for i := range y.services {
		all.Minutes[i] = make([]float64, o.Years)
	}
	keys := make([]uint64, len(y.upsets))
	for i, u := range y.upsets {
		keys[i] = key(o.Seed, "year-"+string(u.kind), u.name)
	}
	chunks := (o.Years + chunkYears - 1) / chunkYears
	var next atomic.Int64
	var workers sync.WaitGroup
	for range min(max(o.Threads, 1), chunks) {
		workers.Go(func() {
			for chunk := int(next.Add(1) - 1); chunk < chunks; chunk = int(next.Add(1) - 1) {
				for i := range y.upsets {
					y.walk(i, streamOf(keys[i], chunk), chunk*chunkYears, min((chunk+1)*chunkYears, o.Years), all)
				}
			}
		})
	}
	workers.Wait()
	for i := range y.services {
		all.Services[i].Simulated = spreadOf(all.Minutes[i])
	}
	all.Losses = spreadOf(all.YearlyLoss)
}

// walk goes along a range of years from upset to upset of one kind.
func (y *year) walk(i int, random stream, from, to int, all *Years) {
	rate := y.upsets[i].frequency
	if rate == 0 {
		return
	}
	gap := func() float64 { return -math.Log(random.uniform()) / rate }
	for t := gap(); t < float64(to-from); t += gap() {
		at := from + int(t)
		for _, l := range pick(y.outcomes[i], &random).lost {
			all.Minutes[l.service][at] += l.minutes
			all.YearlyLoss[at] += l.minutes * y.price(l.service)
		}
	}
}

func pick(outcomes []outcome, random *stream) outcome {
	if len(outcomes) == 1 {
		return outcomes[0]
	}
	u := random.uniform()
	for _, o := range outcomes {
		if u -= o.weight; u <= 0 {
			return o
		}
	}
	return outcomes[len(outcomes)-1] // rounding
}

func spreadOf(values []float64) *Spread {
	sorted, n := slices.Clone(values), float64(len(values))
	slices.Sort(sorted)
	s := &Spread{Max: sorted[len(sorted)-1]}
	for _, x := range values {
		s.Mean += x / n
	}
	for _, x := range values {
		s.SD += (x - s.Mean) * (x - s.Mean)
	}
	s.SD = math.Sqrt(s.SD / max(n-1, 1))
	s.Error = s.SD / math.Sqrt(n)
	for _, share := range []float64{0.5, 0.9, 0.95, 0.99} {
		at := func(rank float64) float64 {
			return sorted[min(max(int(math.Ceil(rank-1e-9))-1, 0), len(sorted)-1)]
		}
		half := 1.959963984540054 * math.Sqrt(n*share*(1-share))
		s.Quantiles = append(s.Quantiles, Quantile{share, at(n * share), at(math.Floor(n*share - half)), at(n*share + half + 1)})
	}
	return s
}
