package web

import (
	"sync"

	"accordo.dev/internal/ref"
)

// job is work that a person began and that goes on when the page is left.
type job interface {
	name() string   // id
	begun() ref.Ref // who began it
}

// jobs are the newest hundred of this server; all are forgotten when it stops.
type jobs[J job] struct {
	mu    sync.Mutex
	byID  map[string]J
	order []string
}

const mostJobs = 100

func (all *jobs[J]) add(one J) J {
	all.mu.Lock()
	defer all.mu.Unlock()
	if all.byID == nil {
		all.byID = map[string]J{}
	}
	all.byID[one.name()] = one
	all.order = append(all.order, one.name())
	if len(all.order) > mostJobs {
		delete(all.byID, all.order[0])
		all.order = all.order[1:]
	}
	return one
}

// find gives the job that the address names to the person who began it.
func (all *jobs[J]) find(q *request) (one J, there bool) {
	all.mu.Lock()
	defer all.mu.Unlock()
	one, there = all.byID[q.PathValue("job")]
	return one, there && one.begun() == q.Actor.Ref
}
