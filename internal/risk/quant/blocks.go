package quant

import (
	"sync"
	"sync/atomic"

	"accordo.dev/internal/risk/fair"
)

// simulation goes through the years block by block. Workers take blocks; what they record comes out the same in any
// order, and sums over scenarios are made within a block in order of id.
type simulation struct {
	o        Options
	world    world
	samplers []*sampler
	groups   []group
	grouped  []int     // by scenario: its group, or -1
	totals   []float64 // by year, after insurance
	ledgers  []*ledger
	lengths  []*ledger // minutes, by scenario; nil where nobody estimated them
	total    *ledger
	minutes  *ledger
	shares   []float64 // of the tail, by scenario
}

func newSimulation(p fair.Portfolio, o Options) *simulation {
	m := &simulation{o: o, world: newWorld(o.Seed, p), totals: make([]float64, o.Years)}
	m.samplers, m.groups = prepare(p, m.world)
	m.shares, m.lengths = make([]float64, len(m.samplers)), make([]*ledger, len(m.samplers))
	for i, s := range m.samplers {
		m.grouped = append(m.grouped, -1)
		m.ledgers = append(m.ledgers, newLedger(o.Years, s.expected(), o.Appetites))
		if s.minutes != nil {
			m.lengths[i] = newLedger(o.Years, s.expectedMinutes(), nil)
		}
	}
	for g, group := range m.groups {
		for _, i := range group.members {
			m.grouped[i] = g
		}
	}
	expected, minutes := m.expected()
	m.total = newLedger(o.Years, expected, o.Appetites)
	if minutes != nil {
		m.minutes = newLedger(o.Years, minutes, nil)
	}
	return m
}

// expected are the exact means of the sums; nil where there is none.
func (m *simulation) expected() (losses, minutes *float64) {
	loss, length, known, measured := 0.0, 0.0, len(m.groups) == 0, false
	for i, s := range m.samplers {
		if mean := s.expected(); mean != nil {
			loss += *mean
		} else {
			known = false
		}
		if m.lengths[i] != nil {
			length += *s.expectedMinutes()
			measured = true
		}
	}
	if known {
		losses = &loss
	}
	if measured {
		minutes = &length
	}
	return losses, minutes
}

// blockChunks is the number of chunks that are worked on together: many enough that the bins of a scenario are used
// while they are near, few enough that all workers have something to do.
func (m *simulation) blockChunks() int { return min(max(m.chunks()/16, 1), 8) }

func (m *simulation) chunks() int { return (m.o.Years + chunkYears - 1) / chunkYears }

// parallel calls work for every block.
func (m *simulation) parallel(work func(d *desk, block int)) {
	blocks := (m.chunks() + m.blockChunks() - 1) / m.blockChunks()
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(m.o.Workers, blocks) {
		wg.Go(func() {
			var d desk
			for block := int(next.Add(1)) - 1; block < blocks; block = int(next.Add(1)) - 1 {
				d.open(m, block)
				work(&d, block)
			}
		})
	}
	wg.Wait()
}

// desk is the memory of one worker.
type desk struct {
	from, to        int // years of the block
	years           []years
	losses, lengths [chunkYears]float64
	gross           [][]float64 // by group: losses of its scenarios
	minutes         []float64   // sum over scenarios
	batch           events
}

// open starts on a block.
func (d *desk) open(m *simulation, block int) {
	first := block * m.blockChunks()
	d.from, d.to = first*chunkYears, min((first+m.blockChunks())*chunkYears, m.o.Years)
	if d.years == nil {
		d.years = make([]years, m.blockChunks())
	}
	for c := range d.chunks() {
		m.world.fill(&d.years[c], first+c, min(chunkYears, d.to-d.from-c*chunkYears))
	}
}

func (d *desk) chunks() int { return (d.to - d.from + chunkYears - 1) / chunkYears }

// part is the c-th chunk of what is kept for the years of the block.
func (d *desk) part(list []float64, c int) []float64 {
	return list[c*chunkYears : min((c+1)*chunkYears, d.to-d.from)]
}

// block draws all scenarios in the years of a block.
func (m *simulation) block(d *desk, _ int) {
	totals := m.totals[d.from:d.to]
	d.gross = zeros(d.gross, len(m.groups), len(totals))
	if m.minutes != nil {
		d.minutes = zeros([][]float64{d.minutes}, 1, len(totals))[0]
	}
	for i, s := range m.samplers {
		to := totals
		if g := m.grouped[i]; g >= 0 {
			to = d.gross[g]
		}
		for c := range d.chunks() {
			y := &d.years[c]
			losses, lengths := d.losses[:y.n], []float64(nil)
			if m.lengths[i] != nil {
				lengths = d.lengths[:y.n]
			}
			s.fill(&d.batch, y, losses, lengths)
			m.ledgers[i].record(y.chunk, losses)
			add(d.part(to, c), losses)
			if lengths != nil {
				m.lengths[i].record(y.chunk, lengths)
				add(d.part(d.minutes, c), lengths)
			}
		}
	}
	for g, group := range m.groups {
		for year, loss := range d.gross[g] {
			totals[year] += group.cover.Retained(loss)
		}
	}
	for c := range d.chunks() {
		m.total.record(d.years[c].chunk, d.part(totals, c))
		if m.minutes != nil {
			m.minutes.record(d.years[c].chunk, d.part(d.minutes, c))
		}
	}
}

// zeros are lists of zeros, in memory that is used again.
func zeros(lists [][]float64, count, n int) [][]float64 {
	for len(lists) < count {
		lists = append(lists, nil)
	}
	for i := range lists[:count] {
		if cap(lists[i]) < n {
			lists[i] = make([]float64, n)
		}
		lists[i] = lists[i][:n]
		clear(lists[i])
	}
	return lists[:count]
}

func add(sum, values []float64) {
	for i, v := range values {
		sum[i] += v
	}
}

// result puts the figures together.
func (m *simulation) result() Result {
	r := Result{Method: Method, Seed: m.o.Seed, Years: m.o.Years, Scenarios: make([]ScenarioResult, len(m.samplers))}
	for i, s := range m.samplers {
		r.Scenarios[i] = ScenarioResult{
			ID: s.scenario.ID, Loss: m.ledgers[i].summary(s.expected()), BeforeCover: m.grouped[i] >= 0, TailShare: m.shares[i],
		}
		if m.lengths[i] != nil {
			minutes := m.lengths[i].summary(s.expectedMinutes())
			r.Scenarios[i].Minutes = &minutes
		}
	}
	losses, minutes := m.expected()
	r.Total = m.total.summary(losses)
	if m.minutes != nil {
		s := m.minutes.summary(minutes)
		r.Minutes = &s
	}
	return r
}
