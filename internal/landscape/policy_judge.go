package landscape

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"sync"
	"time"

	"accordo.dev/internal/db"
	"accordo.dev/internal/landscape/rule"
)

// judged is what the policies in force say of a map on a day. It is shared and never changes.
type judged struct {
	facts    *facts
	key      string   // names the map, the day and the policies
	policies []Policy // enabled ones
	rules    []*rule.Rule
	found    []found // of each policy
	applying func() map[string]bool
}

// found is what one policy says of the subjects that it concerns.
type found struct {
	Holds    int
	Violated []int32 // indices of subjects
	Untold   []int32
	Cut      bool // the map has more paths than a policy looks at
}

// subjects are the things that a policy about a subject judges.
func (f *facts) subjects(of string) (all []*rule.Record, cut bool) {
	switch of {
	case "connection":
		return f.connections, false
	case "path":
		chains := f.paths()
		return chains.records, chains.cut
	case "map":
		return []*rule.Record{f.whole}, false
	default:
		return f.elements, false
	}
}

// judgeAll asks all enabled policies about everything. Each thing is asked about by all policies in turn, so that its
// facts stay near the processor.
func judgeAll(f *facts, policies []Policy) (*judged, error) {
	j := &judged{facts: f}
	j.applying = sync.OnceValue(j.findApplying)
	about := map[string][]int{}
	for _, p := range policies {
		if p.Disabled {
			continue
		}
		r, err := p.compile()
		if err != nil {
			return nil, fmt.Errorf("policy %s: %w", p.ID, err)
		}
		about[p.Subject] = append(about[p.Subject], len(j.policies))
		j.policies, j.rules = append(j.policies, p), append(j.rules, r)
	}
	j.found = make([]found, len(j.policies))
	for subject, those := range about {
		all, cut := f.subjects(subject)
		for _, k := range those {
			j.found[k].Cut = cut
		}
		for i, one := range all {
			for _, k := range those {
				j.found[k].note(int32(i), j.rules[k].Judge(one, f.day))
			}
		}
	}
	return j, nil
}

func (f *found) note(subject int32, answer rule.Answer) {
	switch answer {
	case rule.Holds:
		f.Holds++
	case rule.Violated:
		f.Violated = append(f.Violated, subject)
	case rule.CannotTell:
		f.Untold = append(f.Untold, subject)
	}
}

var (
	statedFacts    = lately[*facts]{size: 3}
	judgements     = lately[*judged]{size: 3}
	pastJudgements = lately[[]map[string]Tally]{size: 8} // of the ends of twelve months
)

// currentFacts gives the facts of the map today, kept by revision and day.
func currentFacts(ctx context.Context, r db.Reader) (*facts, error) {
	s, err := Current(ctx, r)
	if err != nil {
		return nil, err
	}
	day := r.Now().Format(time.DateOnly)
	if s.Revision == emptyRevision {
		return newFacts(s, day), nil
	}
	return statedFacts.get(s.Revision+" "+day, func() (*facts, error) { return newFacts(s, day), nil })
}

// judgement gives what the policies in force say of the map today, kept by revision, policies and day.
func judgement(ctx context.Context, r db.Reader) (*judged, error) {
	policies, err := Policies(ctx, r)
	if err != nil {
		return nil, err
	}
	f, err := currentFacts(ctx, r)
	if err != nil {
		return nil, err
	}
	if f.Revision == emptyRevision {
		return judgeAll(f, policies)
	}
	key := f.Revision + " " + f.day + " " + policiesHash(policies)
	return judgements.get(key, func() (*judged, error) {
		j, err := judgeAll(f, policies)
		if err == nil {
			j.key = key
		}
		return j, err
	})
}

// policiesHash names exactly these policies.
func policiesHash(all []Policy) string {
	h := sha256.New()
	for _, p := range all {
		fmt.Fprintf(h, "%q %d %d %t %q %q %q %q\n", p.ID, p.Version, p.ChangedAt.UnixMicro(), p.Disabled, p.Subject, p.Applies, p.Holds, p.Severity)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Tally counts the answers of a policy, or of all.
type Tally struct {
	Holds      int `json:"holds"`
	Violated   int `json:"violated"` // without an exception in force
	Excepted   int `json:"excepted"` // violated under an exception in force
	CannotTell int `json:"cannotTell"`
}

// Concerned is how many subjects a policy concerns.
func (t Tally) Concerned() int { return t.Holds + t.Violated + t.Excepted + t.CannotTell }

func (t *Tally) add(o Tally) {
	t.Holds += o.Holds
	t.Violated += o.Violated
	t.Excepted += o.Excepted
	t.CannotTell += o.CannotTell
}

// standing tells how elements stand to the policies in force, for the rules of coherence about policies. An exception
// does not mend what it excuses.
type standing struct {
	*judged
	broken map[string][]string
}

// standingToday is nil while no policy is in force: then nothing can lack one.
func standingToday(ctx context.Context, r db.Reader) (*standing, error) {
	j, err := judgement(ctx, r)
	if err != nil || len(j.policies) == 0 {
		return nil, err
	}
	s := &standing{judged: j, broken: map[string][]string{}}
	for i, p := range j.policies {
		for _, at := range j.found[i].Violated {
			for _, id := range wordSet(j.concerned(i, at)) {
				s.broken[id] = append(s.broken[id], p.ID)
			}
		}
	}
	return s, nil
}

func (s *standing) key() string {
	if s == nil {
		return ""
	}
	return s.judged.key
}

// Applies tells whether a policy about elements or connections concerns an element or one of its connections.
func (s *standing) Applies(element string) bool { return s.applying()[element] }

// Violated gives the policies that an element, its connections or its paths break, by id.
func (s *standing) Violated(element string) []string { return wordSet(s.broken[element]) }

// findApplying gives the elements that a policy concerns.
func (j *judged) findApplying() map[string]bool {
	all := map[string]bool{}
	for i, p := range j.policies {
		if p.Subject != "element" && p.Subject != "connection" {
			continue
		}
		subjects, _ := j.facts.subjects(p.Subject)
		for at, subject := range subjects {
			ids := j.concerned(i, int32(at))
			if all[ids[0]] && all[ids[len(ids)-1]] {
				continue
			}
			if j.rules[i].Concerns(subject, j.facts.day) == rule.Holds {
				for _, id := range ids {
					all[id] = true
				}
			}
		}
	}
	return all
}

// concerned gives the ids of the elements that a subject of a policy is about.
func (j *judged) concerned(policy int, at int32) []string {
	s := j.facts.Snapshot
	switch j.policies[policy].Subject {
	case "connection":
		return []string{s.Connections[at].From, s.Connections[at].To}
	case "path":
		consumer, provider := pathEnds(j.facts.paths().records[at].ID)
		return []string{consumer, provider}
	case "map":
		return nil
	default:
		return []string{s.IDs[at]}
	}
}
