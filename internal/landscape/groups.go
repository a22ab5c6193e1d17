package landscape

import (
	"cmp"
	"context"
	"slices"

	"accordo.dev/internal/db"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
)

// Groupings are by what the whole map can be drawn together.
var Groupings = []string{"domain", "layer", "kind", "owner", "source"}

// GroupsIn says by what to draw the whole map together.
type GroupsIn struct {
	Lens
	By    string `query:"by" enum:"domain,layer,kind,owner,source," doc:"domain, layer, kind, owner or source of the elements; domain when empty"`
	Of    string `query:"of" doc:"only elements of this kind"`
	Owner string `query:"owner" doc:"only what this person answers for (id)"`
	Phase string `query:"phase" doc:"only connections in this phase"`
}

// check checks what was asked for, and takes the usual grouping where none was named.
func (in *GroupsIn) check() error {
	in.By = cmp.Or(in.By, "domain")
	c := checker{field: plain}
	in.Lens.check(&c)
	c.choice("by", in.By, Groupings...)
	c.choice("of", in.Of, append([]string{""}, words(Kinds)...)...)
	c.choice("phase", in.Phase, append([]string{""}, words(Phases)...)...)
	return problem.Many(c.wrong)
}

func (in GroupsIn) keeps(e Element) bool {
	return (in.Of == "" || e.Kind == Kind(in.Of)) && (in.Owner == "" || e.Owner == in.Owner)
}

// Group is a part of the map as one box.
type Group struct {
	Name     string       `json:"name"` // empty: nobody has said
	Elements int          `json:"elements"`
	Outside  int          `json:"outside"`
	Kinds    map[Kind]int `json:"kinds"`
	Within   int          `json:"within"` // needs inside the group
}

// GroupTie counts the needs of one group on another, by their places in the list.
type GroupTie struct {
	From int `json:"from"`
	To   int `json:"to"`
	Hard int `json:"hard"`
	Soft int `json:"soft"`
}

// Groups are the whole map in groups.
type Groups struct {
	By     string     `json:"by"`
	Groups []Group    `json:"groups"` // by name; the unnamed last
	Ties   []GroupTie `json:"ties"`
}

// DrawTogether gives the whole map in groups. O(elements + connections).
func DrawTogether(ctx context.Context, r db.Reader, in GroupsIn) (Groups, error) {
	if err := in.check(); err != nil {
		return Groups{}, err
	}
	s, err := Current(ctx, r)
	if err != nil {
		return Groups{}, err
	}
	return s.View(in.Lens).groups(in), nil
}

// OpGroups gives the whole map in groups.
var OpGroups = op.Query[GroupsIn, Groups]{Name: "landscape.groups", Route: "GET /api/landscape/groups", Func: DrawTogether}

func (v *View) groups(in GroupsIn) Groups {
	out := Groups{By: in.By, Groups: []Group{}, Ties: []GroupTie{}}
	names := map[string]bool{}
	for _, e := range v.Elements {
		if in.keeps(e) {
			names[e.group(in.By)] = true
		}
	}
	order := sortedKeys(names)
	if len(order) > 1 && order[0] == "" {
		order = append(order[1:], "")
	}
	at := make(map[string]int, len(order))
	for i, name := range order {
		at[name] = i
		out.Groups = append(out.Groups, Group{Name: name, Kinds: map[Kind]int{}})
	}
	for _, e := range v.Elements {
		if !in.keeps(e) {
			continue
		}
		g := &out.Groups[at[e.group(in.By)]]
		g.Elements++
		g.Kinds[e.Kind]++
		if e.Outside {
			g.Outside++
		}
	}
	counts := map[[2]int]*GroupTie{}
	for _, t := range v.Ties {
		c, consumer, provider := v.Connections[t.Connection], v.Of(t.Consumer), v.Of(t.Provider)
		if in.Phase != "" && c.Phase != Phase(in.Phase) || !in.keeps(consumer) || !in.keeps(provider) {
			continue
		}
		key := [2]int{at[consumer.group(in.By)], at[provider.group(in.By)]}
		if key[0] == key[1] {
			out.Groups[key[0]].Within++
			continue
		}
		if counts[key] == nil {
			counts[key] = &GroupTie{From: key[0], To: key[1]}
		}
		if c.Strength == Soft {
			counts[key].Soft++
		} else {
			counts[key].Hard++
		}
	}
	for _, tie := range counts {
		out.Ties = append(out.Ties, *tie)
	}
	slices.SortFunc(out.Ties, func(a, b GroupTie) int {
		if a.From != b.From {
			return a.From - b.From
		}
		return a.To - b.To
	})
	return out
}

// group is the name under which an element is drawn together with others.
func (e Element) group(by string) string {
	switch by {
	case "layer":
		return e.Layer
	case "kind":
		return string(e.Kind)
	case "owner":
		return e.Owner
	case "source":
		return e.Source
	default:
		return e.Domain
	}
}
