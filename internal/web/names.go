package web

import (
	"context"

	"accordo.dev/internal/db"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/item"
	"accordo.dev/internal/op"
	"accordo.dev/internal/ref"
)

// names are what items are called, in both languages.
type names map[ref.Ref]i18n.Text

// opNames finds what items are called; people who have left keep their names.
var opNames = op.Query[[]ref.Ref, names]{
	Name: "item.names",
	Func: func(ctx context.Context, r db.Reader, of []ref.Ref) (names, error) {
		found, err := item.Titles(ctx, r, of)
		if err != nil {
			return nil, err
		}
		for _, name := range of {
			if _, known := found[name]; known || name.Kind() != "person" {
				continue
			}
			everybody, err := identity.People(ctx, r)
			for id, person := range everybody {
				found[identity.PersonRef(id)] = i18n.Text{EN: person.Name}
			}
			return found, err
		}
		return found, nil
	},
}

// called finds what these items are called.
func (s *Server) called(q *request, of ...ref.Ref) (names, error) {
	return op.Ask(q.Context(), s.Run, q.Actor, opNames, of)
}

// of is what people call an item: its id when nobody knows it any more.
func (n names) of(lang i18n.Lang, name ref.Ref) string {
	if title, ok := n[name]; ok {
		return title.In(lang)
	}
	return name.ID()
}

// person is what people call the person with an id.
func (n names) person(lang i18n.Lang, id string) string { return n.of(lang, identity.PersonRef(id)) }

// people makes the names of people out of their ids, without the empty ones.
func people(ids ...string) []ref.Ref { return refs("person", ids...) }

// refs makes the names of items of a kind out of their ids, without the empty ones.
func refs(kind string, ids ...string) []ref.Ref {
	var all []ref.Ref
	for _, id := range ids {
		if id != "" {
			all = append(all, ref.New(kind, id))
		}
	}
	return all
}

// holders gives the first holder of each office today, by the code of the office.
func (s *Server) holders(q *request) (map[string]string, error) {
	all, err := op.Ask(q.Context(), s.Run, q.Actor, identity.OpHoldings, identity.HoldingsInput{Day: identity.Day(s.DB.Now())})
	first := map[string]string{}
	for _, h := range all {
		if first[h.Office] == "" {
			first[h.Office] = h.Person
		}
	}
	return first, err
}
