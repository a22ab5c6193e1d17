package committee

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"accordo.dev/internal/db"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/item"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// Resolution is what a sitting resolved, with its votes. Where it speaks about a decision of two keys it is advice to
// their holders: it never stands for a key.
type Resolution struct {
	ID        string    `yaml:"id" json:"id"` // R1, R2, … of the sitting
	Item      string    `yaml:"item,omitempty" json:"item,omitempty"`
	Text      string    `yaml:"text" json:"text"`
	TextIT    string    `yaml:"text_it,omitempty" json:"textIt,omitempty"`
	For       int       `yaml:"for" json:"for"`
	Against   int       `yaml:"against" json:"against"`
	Abstained int       `yaml:"abstained" json:"abstained"`
	Dissents  []Dissent `yaml:"dissents,omitempty" json:"dissents,omitempty"`
	Decision  string    `yaml:"decision,omitempty" json:"decision,omitempty"` // id of a decision of two keys
}

// Dissent is the reason of somebody who voted against, under their name.
type Dissent struct {
	Person   string `yaml:"person" json:"person"` // id
	Reason   string `yaml:"reason" json:"reason"`
	ReasonIT string `yaml:"reason_it,omitempty" json:"reasonIt,omitempty"`
}

// Words is the text in both languages.
func (r Resolution) Words() i18n.Text { return i18n.Text{EN: r.Text, IT: r.TextIT} }

// Words is the reason in both languages.
func (d Dissent) Words() i18n.Text { return i18n.Text{EN: d.Reason, IT: d.ReasonIT} }

// Carried tells whether more voted for it than against.
func (r Resolution) Carried() bool { return r.For > r.Against }

// line is all of a resolution in one text, for the hash of the minutes.
func (r Resolution) line() string {
	parts := []string{r.Item, r.Text, r.TextIT, fmt.Sprint(r.For, r.Against, r.Abstained), r.Decision}
	for _, d := range r.Dissents {
		parts = append(parts, d.Person, d.Reason, d.ReasonIT)
	}
	return strings.Join(parts, " | ")
}

func (r Resolution) check(k *checker, at string) {
	k.needed(at+"text", r.Text)
	if r.For < 0 || r.Against < 0 || r.Abstained < 0 || r.For+r.Against+r.Abstained == 0 {
		k.add(problem.Field(k.field(at+"for"), "committee.error.votes"))
	}
	if len(r.Dissents) > r.Against {
		k.add(problem.Field(k.field(at+"dissents"), "committee.error.dissents", "n", r.Against))
	}
	for n, d := range r.Dissents {
		k.needed(fmt.Sprintf("%sdissents[%d].person", at, n), d.Person)
		k.needed(fmt.Sprintf("%sdissents[%d].reason", at, n), d.Reason)
	}
}

func (k *checker) resolutions(s Sitting) {
	seen := map[string]bool{}
	for _, r := range s.Resolutions {
		at := "resolutions[" + r.ID + "]."
		r.check(k, at)
		if r.Item != "" && s.item(r.Item) < 0 {
			k.add(problem.Field(k.field(at+"item"), "problem.dangling", "value", r.Item))
		}
		if r.ID == "" || seen[r.ID] {
			k.add(problem.Field(k.field(at+"id"), "problem.twice", "value", r.ID))
		}
		seen[r.ID] = true
	}
	if len(s.Resolutions) > 0 && !s.Held() {
		k.add(problem.Field(k.field("resolutions"), "committee.error.not-held"))
	}
}

// ResolveIn is a resolution. With the id of one that is there it replaces that one.
type ResolveIn struct {
	Sitting    string     `json:"sitting"`
	Resolution Resolution `json:"resolution"`
}

// Target is the sitting.
func (in ResolveIn) Target() ref.Ref { return ref.New("sitting", in.Sitting) }

// Resolve writes down what the sitting resolved. Without a quorum it can resolve nothing; afterwards only the words
// and counts of what was resolved can be mended, which ends the approvals of the minutes.
func Resolve(ctx context.Context, tx *db.Tx, in ResolveIn) (Sitting, error) {
	c, s, err := led(ctx, tx, in.Sitting, Open, Closed, Approved)
	if err != nil {
		return s, err
	}
	r := in.Resolution
	at := slices.IndexFunc(s.Resolutions, func(one Resolution) bool { return one.ID == r.ID && r.ID != "" })
	if at < 0 && s.State != Open {
		return s, problem.New(problem.Conflict, "committee.error.state", "state", i18n.Key("committee.state."+string(s.State)))
	}
	if err := s.resolvable(ctx, tx, c, r); err != nil {
		return s, err
	}
	before := s
	s.Resolutions = slices.Clone(s.Resolutions)
	if at < 0 {
		r.ID = fmt.Sprintf("R%d", len(s.Resolutions)+1)
		s.Resolutions = append(s.Resolutions, r)
	} else {
		s.Resolutions[at] = r
	}
	return revised(ctx, tx, c, before, s)
}

func (s Sitting) resolvable(ctx context.Context, r db.Reader, c Committee, one Resolution) error {
	q := s.QuorumOf(c)
	if !q.Met {
		return problem.New(problem.Forbidden, "committee.error.quorum", "present", q.Present, "needed", q.Needed, "chairs", q.Chairs, "policy", policyQuorum)
	}
	k := checker{field: plain}
	one.check(&k, "")
	if one.For+one.Against+one.Abstained > q.Present {
		k.add(problem.Field("for", "committee.error.more-votes", "n", q.Present))
	}
	if one.Item != "" && s.item(one.Item) < 0 {
		k.add(problem.Field("item", "problem.dangling", "value", one.Item))
	}
	for n, d := range one.Dissents {
		if !slices.ContainsFunc(s.Seats, func(seat Seat) bool { return seat.Role.Votes() && seat.Sitter() == d.Person }) {
			k.add(problem.Field(fmt.Sprintf("dissents[%d].person", n), "committee.error.not-there", "value", d.Person))
		}
	}
	if err := problem.Many(k.wrong); err != nil {
		return err
	}
	if one.Decision == "" {
		return nil
	}
	return item.Dangling(ctx, r, item.Point("decision", "decision", one.Decision))
}

// OpResolve writes down a resolution.
var OpResolve = op.Command[ResolveIn, Sitting]{Name: "committee.resolve", Route: "POST /api/sittings/resolutions", Func: Resolve}
