package web

import (
	"context"
	"sync"
	"time"

	"accordo.dev/internal/db"
	"accordo.dev/internal/decision"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/indicator"
	"accordo.dev/internal/landscape"
	"accordo.dev/internal/op"
	"accordo.dev/internal/project"
	"accordo.dev/internal/record"
)

// figures are what the home page and the wall show of one state of the evidence, computed together.
type figures struct {
	Readings   []indicator.Reading // with their rows
	Scales     indicator.Scales
	Moves      indicator.Moves
	Unknowns   []indicator.Unknown
	Agreements []landscape.Agreement
}

// reading finds one indicator.
func (f figures) reading(id string) (indicator.Reading, bool) {
	for _, one := range f.Readings {
		if one.ID == id {
			return one, true
		}
	}
	return indicator.Reading{}, false
}

// fresh is how long computed figures are shown without asking again when nothing was recorded: ages grow while
// nobody changes anything. The page says as of when they are.
const fresh = 5 * time.Minute

// figureCache keeps the figures of the latest state of the record. Whatever changes is recorded, so the size of
// the record names the state of the evidence.
type figureCache struct {
	sync.Mutex
	size int64
	at   time.Time
	kept *figures

	navSize int64
	navAt   time.Time
	nav     *navigationFacts
}

// current gives the figures as they are now, at most a few minutes old.
func (s *Server) current(q *request) (figures, error) {
	return op.Ask(q.Context(), s.Run, q.Actor, op.Query[struct{}, figures]{Name: indicator.OpList.Name, Func: s.figures.get}, struct{}{})
}

func (c *figureCache) get(ctx context.Context, r db.Reader, _ struct{}) (figures, error) {
	size, err := record.Size(ctx, r)
	if err != nil {
		return figures{}, err
	}
	c.Lock()
	defer c.Unlock()
	if c.kept != nil && c.size == size && r.Now().Sub(c.at) < fresh && !r.Now().Before(c.at) {
		return *c.kept, nil
	}
	computed, err := computeFigures(ctx, r)
	if err == nil {
		c.size, c.at, c.kept = size, r.Now(), &computed
	}
	return computed, err
}

func computeFigures(ctx context.Context, r db.Reader) (f figures, err error) {
	for _, d := range indicator.Definitions() {
		one, err := indicator.Compute(ctx, r, d.ID, r.Now())
		if err != nil {
			return f, err
		}
		f.Readings = append(f.Readings, one)
	}
	if f.Scales, err = indicator.ComputeScales(ctx, r, indicator.ScalesIn{}); err != nil {
		return f, err
	}
	if f.Moves, err = indicator.ComputeMoves(ctx, r, struct{}{}); err != nil {
		return f, err
	}
	if f.Unknowns, err = indicator.Unknowns(ctx, r, struct{}{}); err != nil {
		return f, err
	}
	landscape, err := landscape.Export(ctx, r)
	f.Agreements = landscape.Agreements
	return f, err
}

// navigationFacts are what the counts in the navigation are made of.
type navigationFacts struct {
	open        []decision.Row
	delegations []decision.Delegation
	overdue     int
}

// waiting counts what waits, by area of the navigation: decisions for the reader's key, projects past their gate.
// It costs one number read from the database while nothing changes.
func (s *Server) waiting(q *request) (map[string]int, error) {
	var facts navigationFacts
	err := s.DB.View(q.Context(), db.System("pages"), func(r db.Reader) (err error) {
		facts, err = s.figures.navigation(q.Context(), r)
		return err
	})
	return map[string]int{"decisions": len(waitingFor(q, facts.open)) + delegatedTo(q, facts), "projects": facts.overdue}, err
}

// delegatedTo counts the decisions that wait for a key which was delegated to the reader.
func delegatedTo(q *request, facts navigationFacts) int {
	n, today := 0, identity.Day(q.Page.Now)
	for _, d := range facts.delegations {
		if d.To != q.Actor.Ref.ID() || !d.On(today) || q.Actor.Holds(d.Office) {
			continue
		}
		for _, r := range facts.open {
			if r.Waits(d.Office, q.Page.Now) {
				n++
			}
		}
	}
	return n
}

func (c *figureCache) navigation(ctx context.Context, r db.Reader) (navigationFacts, error) {
	size, err := record.Size(ctx, r)
	if err != nil {
		return navigationFacts{}, err
	}
	c.Lock()
	defer c.Unlock()
	if c.nav != nil && c.navSize == size && r.Now().Sub(c.navAt) < time.Minute && !r.Now().Before(c.navAt) {
		return *c.nav, nil
	}
	facts := navigationFacts{}
	if facts.open, err = decision.List(ctx, r, decision.Filter{Open: true}); err != nil {
		return facts, err
	}
	if facts.delegations, err = decision.Delegations(ctx, r, struct{}{}); err != nil {
		return facts, err
	}
	overdue, err := project.List(ctx, r, project.Filter{Page: db.Page{Limit: 1}, State: "overdue"})
	facts.overdue = overdue.Total
	if err == nil {
		c.navSize, c.navAt, c.nav = size, r.Now(), &facts
	}
	return facts, err
}
