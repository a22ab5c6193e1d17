package web

import (
	"cmp"
	"slices"
	"strings"

	"accordo.dev/internal/db"
	"accordo.dev/internal/landscape"
	"accordo.dev/internal/op"
	"accordo.dev/internal/web/ui"
)

// elementsCalled finds what elements are called, by their ids.
func (e *evidencePages) elementsCalled(q *request, ids []string) (names, error) {
	return e.called(q, refs("element", ids...)...)
}

// element is what people call the element with an id.
func (n names) element(p ui.Page, id string) string { return n.of(p.Lang, landscape.ElementRef(id)) }

// toElement is a cell that leads to an element.
func (n names) toElement(p ui.Page, id string) ui.Cell {
	return ui.To("/landscape/"+id, n.element(p, id))
}

// ids picks an id out of each row.
func ids[T any](rows []T, id func(T) string) []string {
	all := make([]string, len(rows))
	for i, row := range rows {
		all[i] = id(row)
	}
	return all
}

// serviceOptions are the services of the map, for a select, with a first choice for none.
func (e *evidencePages) serviceOptions(q *request, none string) ([]ui.Option, error) {
	services, err := op.Ask(q.Context(), e.Run, q.Actor, landscape.OpServices, struct{}{})
	options := make([]ui.Option, len(services))
	for i, s := range services {
		options[i] = ui.Option{Value: s.ID, Text: q.Page.In(s.Name)}
	}
	return byText(none, options), err
}

// elementOptions are all elements of the map, for a select, with a first choice for none.
func (e *evidencePages) elementOptions(q *request, none string) ([]ui.Option, error) {
	page, err := op.Ask(q.Context(), e.Run, q.Actor, landscape.OpListElements, landscape.Filter{Page: db.Page{Limit: db.Unlimited}})
	options := make([]ui.Option, len(page.Items))
	for i, element := range page.Items {
		options[i] = ui.Option{Value: element.ID, Text: q.Page.In(element.Title())}
	}
	return byText(none, options), err
}

// byText puts options in the order of their words, behind the choice for none.
func byText(none string, options []ui.Option) []ui.Option {
	slices.SortFunc(options, func(a, b ui.Option) int {
		return cmp.Or(strings.Compare(strings.ToLower(a.Text), strings.ToLower(b.Text)), strings.Compare(a.Value, b.Value))
	})
	return append([]ui.Option{{Text: none}}, options...)
}
