package web

import (
	"slices"
	"strings"

	"accordo.dev/internal/db"
	"accordo.dev/internal/governance"
	"accordo.dev/internal/governance/independence"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/op"
	"accordo.dev/internal/organisation"
	"accordo.dev/internal/web/ui"
)

// chartUnit is a unit on the organisation chart, with its people and the units below it.
type chartUnit struct {
	Title    string
	Line     string // of defence, in words; taken from the unit above where nothing is said
	Function string
	People   []chartPerson
	Below    []chartUnit
}

// chartPerson is a person on the chart: offices, lines, and what the rules say of them.
type chartPerson struct {
	ID, Name, Offices string
	Superior          string   // in words
	Functional        []string // in words
	Findings          []governance.Finding
}

// chart builds the tree of units; people of whom no unit is known come last.
func (s *Server) chart(q *request, findings []governance.Finding) ([]chartUnit, error) {
	units, err := op.Ask(q.Context(), s.Run, q.Actor, identity.OpUnits, struct{}{})
	if err != nil {
		return nil, err
	}
	page, err := op.Ask(q.Context(), s.Run, q.Actor, identity.OpList, identity.Filter{Page: db.Page{Limit: db.Unlimited}})
	if err != nil {
		return nil, err
	}
	own, err := s.organisation(q)
	if err != nil {
		return nil, err
	}
	names := map[string]string{identity.Board: q.T("identity.person.reports-to.board")}
	for _, p := range page.Items {
		names[p.ID] = p.Name
	}
	people := map[string][]chartPerson{}
	for _, p := range page.Items {
		people[p.Unit] = append(people[p.Unit], chartPersonOf(q.Page, own, p, names, findings))
	}
	snapshot := independence.Snapshot{Units: map[string]independence.Unit{}}
	for _, u := range units {
		snapshot.Units[u.Name] = independence.Unit{Parent: u.Parent, Line: u.Line, Function: u.Function}
	}
	tree := unitsBelow(q.Page, units, snapshot.Resolved(), people, "")
	if lost := people[""]; len(lost) > 0 {
		tree = append(tree, chartUnit{Title: q.T("identity.chart.no-unit"), People: lost})
	}
	return tree, nil
}

func unitsBelow(p ui.Page, units []identity.Unit, resolved map[string]independence.Unit, people map[string][]chartPerson, parent string) []chartUnit {
	var found []chartUnit
	for _, u := range units {
		if u.Parent != parent {
			continue
		}
		one := chartUnit{Title: p.In(u.Title()), People: people[u.Name], Below: unitsBelow(p, units, resolved, people, u.Name)}
		one.Line, one.Function = p.T("identity.line.unsaid"), ""
		if line := resolved[u.Name].Line; line != "" {
			one.Line = p.T("identity.line." + line)
		}
		if function := resolved[u.Name].Function; function != "" {
			one.Function = p.T("identity.function." + function)
		}
		found = append(found, one)
	}
	return found
}

func chartPersonOf(p ui.Page, own organisation.Organisation, row identity.Row, names map[string]string, findings []governance.Finding) chartPerson {
	one := chartPerson{ID: row.ID, Name: row.Name, Superior: names[row.ReportsTo]}
	var offices []string
	for _, office := range row.Offices {
		offices = append(offices, officeWord(p, own, office))
	}
	one.Offices = strings.Join(offices, ", ")
	for _, to := range row.FunctionalTo {
		one.Functional = append(one.Functional, names[to])
	}
	for _, f := range findings {
		if slices.Contains(f.People, row.ID) {
			one.Findings = append(one.Findings, f)
		}
	}
	return one
}

// officeWord names an office as the organisation calls it: what CIO stands for is its own choice.
func officeWord(p ui.Page, own organisation.Organisation, office string) string {
	word := p.T("office." + office)
	if office == identity.OfficeCIO && own.CIO != "" {
		word += " (" + p.T("organisation.cio."+own.CIO) + ")"
	}
	return word
}
