package committee

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"accordo.dev/internal/db"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// Item is one point of an agenda: what it is about, why it is there and since when, and how long it may take. While a
// sitting is held it takes the minutes of that point.
type Item struct {
	ID      string  `yaml:"id" json:"id"` // of what is open: the same as long as it is open
	From    Source  `yaml:"from" json:"from"`
	About   ref.Ref `yaml:"about,omitempty" json:"about,omitempty"`
	Title   string  `yaml:"title" json:"title"`
	TitleIT string  `yaml:"title_it,omitempty" json:"titleIt,omitempty"`
	Why     string  `yaml:"why,omitempty" json:"why,omitempty"`
	WhyIT   string  `yaml:"why_it,omitempty" json:"whyIt,omitempty"`
	Since   string  `yaml:"since,omitempty" json:"since,omitempty"` // day
	Minutes int     `yaml:"minutes" json:"minutes"`                 // that it may take
	Dropped string  `yaml:"dropped,omitempty" json:"dropped,omitempty"`
	Note    string  `yaml:"note,omitempty" json:"note,omitempty"` // minutes of the point
	NoteIT  string  `yaml:"note_it,omitempty" json:"noteIt,omitempty"`
}

// Name is the title in both languages.
func (i Item) Name() i18n.Text { return i18n.Text{EN: i.Title, IT: i.TitleIT} }

// Reason says why the point is there, in both languages.
func (i Item) Reason() i18n.Text { return i18n.Text{EN: i.Why, IT: i.WhyIT} }

// Text is the minutes of the point, in both languages.
func (i Item) Text() i18n.Text { return i18n.Text{EN: i.Note, IT: i.NoteIT} }

// Stands tells whether the point is on the agenda; what was dropped stays listed with its reason.
func (i Item) Stands() bool { return i.Dropped == "" }

// maxItem bounds the minutes of one point.
const maxItem = 240

func (k *checker) items(all []Item) {
	seen := map[string]bool{}
	for n, i := range all {
		at := fmt.Sprintf("items[%d].", n)
		k.needed(at+"id", i.ID)
		k.needed(at+"title", i.Title)
		k.choice(at+"from", string(i.From), append([]string{string(Added)}, sourceNames...)...)
		k.day(at+"since", i.Since)
		if i.Minutes < 1 || i.Minutes > maxItem {
			k.add(problem.Field(k.field(at+"minutes"), "problem.range", "value", i.Minutes, "min", 1, "max", maxItem))
		}
		if seen[i.ID] {
			k.add(problem.Field(k.field(at+"id"), "problem.twice", "value", i.ID))
		}
		seen[i.ID] = true
	}
}

// AgendaMinutes is the time that the points of the agenda ask for.
func (s Sitting) AgendaMinutes() int {
	sum := 0
	for _, i := range s.Items {
		if i.Stands() {
			sum += i.Minutes
		}
	}
	return sum
}

// Standing are the points that were not dropped, in their order.
func (s Sitting) Standing() []Item {
	return slices.DeleteFunc(slices.Clone(s.Items), func(i Item) bool { return !i.Stands() })
}

func (s Sitting) item(id string) int {
	return slices.IndexFunc(s.Items, func(i Item) bool { return i.ID == id })
}

// fresh is the agenda of a sitting that was not called yet: what people arranged, without what is open no more, and
// with what has opened since at its end.
func (s Sitting) fresh(ctx context.Context, r db.Reader, c Committee) ([]Item, error) {
	open, err := gather(ctx, r, c)
	if err != nil {
		return nil, err
	}
	return merge(s.Items, open), nil
}

// merge keeps order, minutes and drops of what was arranged; words come from what is open now.
func merge(arranged, open []Item) []Item {
	now := map[string]Item{}
	for _, i := range open {
		now[i.ID] = i
	}
	items, known := []Item{}, map[string]bool{}
	for _, i := range arranged {
		known[i.ID] = true
		if i.From != Added {
			fresh, still := now[i.ID]
			if !still {
				continue
			}
			fresh.Minutes, fresh.Dropped = i.Minutes, i.Dropped
			i = fresh
		}
		items = append(items, i)
	}
	for _, i := range open {
		if !known[i.ID] {
			items = append(items, i)
		}
	}
	return items
}

// planned gives a sitting whose agenda can still be arranged, with the agenda as it is now.
func planned(ctx context.Context, tx *db.Tx, id string) (Committee, Sitting, error) {
	c, s, err := led(ctx, tx, id, Planned)
	if err != nil {
		return c, s, err
	}
	s.Items, err = s.fresh(ctx, tx, c)
	return c, s, err
}

// AddItemIn puts a point of one's own on the agenda.
type AddItemIn struct {
	ID      string  `json:"id" doc:"the sitting"`
	About   ref.Ref `json:"about,omitempty"`
	Title   string  `json:"title"`
	TitleIT string  `json:"titleIt,omitempty"`
	Why     string  `json:"why,omitempty"`
	WhyIT   string  `json:"whyIt,omitempty"`
	Minutes int     `json:"minutes"`
}

// Target is the sitting.
func (in AddItemIn) Target() ref.Ref { return ref.New("sitting", in.ID) }

// AddItem puts a point on the agenda.
func AddItem(ctx context.Context, tx *db.Tx, in AddItemIn) (Sitting, error) {
	c, s, err := planned(ctx, tx, in.ID)
	if err != nil {
		return s, err
	}
	k := checker{field: plain}
	k.needed("title", in.Title)
	if in.Minutes < 1 || in.Minutes > maxItem {
		k.add(problem.Field("minutes", "problem.range", "value", in.Minutes, "min", 1, "max", maxItem))
	}
	if err := problem.Many(k.wrong); err != nil {
		return s, err
	}
	s.Items = append(s.Items, Item{
		ID: "added." + ref.NewID(), From: Added, About: in.About, Title: in.Title, TitleIT: in.TitleIT, Why: in.Why, WhyIT: in.WhyIT,
		Since: identity.Day(tx.Now()), Minutes: in.Minutes,
	})
	return kept(ctx, tx, c, s)
}

// OpAddItem puts a point on the agenda.
var OpAddItem = op.Command[AddItemIn, Sitting]{Name: "committee.add-item", Route: "POST /api/sittings/items", Func: AddItem}

// DropItemIn takes a point off the agenda; without a reason it puts it back.
type DropItemIn struct {
	ID   string `json:"id" doc:"the sitting"`
	Item string `json:"item"`
	Why  string `json:"why"`
	Back bool   `json:"back,omitempty" doc:"put it back on"`
}

// Target is the sitting.
func (in DropItemIn) Target() ref.Ref { return ref.New("sitting", in.ID) }

// DropItem takes a point off the agenda. It stays in sight with the reason, and comes back on the agenda of the next
// sitting as long as it is open.
func DropItem(ctx context.Context, tx *db.Tx, in DropItemIn) (Sitting, error) {
	c, s, err := planned(ctx, tx, in.ID)
	if err != nil {
		return s, err
	}
	at := s.item(in.Item)
	switch {
	case at < 0:
		return s, problem.Field("item", "problem.dangling", "value", in.Item)
	case in.Back:
		in.Why = ""
	case in.Why == "":
		return s, problem.Field("why", "problem.required")
	}
	s.Items[at].Dropped = in.Why
	return kept(ctx, tx, c, s)
}

// OpDropItem takes a point off the agenda.
var OpDropItem = op.Command[DropItemIn, Sitting]{Name: "committee.drop-item", Route: "POST /api/sittings/items/drop", Func: DropItem}

// Place says where a point stands and how long it may take.
type Place struct {
	Item    string `json:"item"`
	Order   int    `json:"order" doc:"1 comes first"`
	Minutes int    `json:"minutes"`
}

// ArrangeIn orders the points. Those that are not named come after, as they were.
type ArrangeIn struct {
	ID     string  `json:"id" doc:"the sitting"`
	Places []Place `json:"places"`
}

// Target is the sitting.
func (in ArrangeIn) Target() ref.Ref { return ref.New("sitting", in.ID) }

// Arrange orders the agenda and gives its points their time.
func Arrange(ctx context.Context, tx *db.Tx, in ArrangeIn) (Sitting, error) {
	c, s, err := planned(ctx, tx, in.ID)
	if err != nil {
		return s, err
	}
	order := map[string]int{}
	k := checker{field: plain}
	for n, p := range in.Places {
		at := s.item(p.Item)
		if at < 0 {
			continue // it was settled in the meantime
		}
		if p.Minutes < 1 || p.Minutes > maxItem {
			k.add(problem.Field(fmt.Sprintf("places[%d].minutes", n), "problem.range", "value", p.Minutes, "min", 1, "max", maxItem))
		}
		s.Items[at].Minutes, order[p.Item] = p.Minutes, p.Order
	}
	if err := problem.Many(k.wrong); err != nil {
		return s, err
	}
	slices.SortStableFunc(s.Items, func(a, b Item) int {
		return cmp.Compare(cmp.Or(order[a.ID], 1<<20), cmp.Or(order[b.ID], 1<<20))
	})
	return kept(ctx, tx, c, s)
}

// OpArrange orders the agenda.
var OpArrange = op.Command[ArrangeIn, Sitting]{Name: "committee.arrange", Route: "POST /api/sittings/items/arrange", Func: Arrange}
