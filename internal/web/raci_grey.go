package web

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"accordo.dev/internal/governance/raci"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/op"
	"accordo.dev/internal/ref"
	"accordo.dev/internal/web/ui"
)

// zone is one thing that no matrix says.
type zone struct {
	Kind, Name, Where, Href, Do, DoHref string
	State                               ui.State
}

var zoneKinds = []string{"without-a", "service", "unrated", "process", "library"}

// raciGrey lists what no matrix says: activities without A, services and processes without a row, the library.
func (s *Server) raciGrey(w http.ResponseWriter, q *request) error {
	z, err := op.Ask(q.Context(), s.Run, q.Actor, raci.OpGrey, struct{}{})
	if err != nil {
		return err
	}
	rows := zonesOf(q.Page, z)
	query := q.URL.Query()
	text := strings.ToLower(query.Get("text"))
	rows = slices.DeleteFunc(rows, func(one zone) bool {
		return query.Get("zone") != "" && one.Kind != query.Get("zone") || !strings.Contains(strings.ToLower(one.Name+" "+one.Where), text)
	})
	name, down := strings.CutPrefix(query.Get("sort"), "-")
	if name == "name" {
		slices.SortStableFunc(rows, func(a, b zone) int { return cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)) })
	}
	if down {
		slices.Reverse(rows)
	}
	if wantsExport(q) {
		cells := make([][]any, len(rows))
		for i, one := range rows {
			cells[i] = []any{q.T("raci.zone." + one.Kind), one.Name, one.Where}
		}
		return export(w, q, "raci-grey", []string{q.T("raci.col.zone"), q.T("raci.col.name"), q.T("raci.col.where")}, cells)
	}
	q.raciTitle(q.T("raci.grey.title"))
	return q.render(w, raciGreyPage(q.Page, greyVerdict(q.Page, z), greyTable(q.Page, rows)))
}

func zonesOf(p ui.Page, z raci.Zones) []zone {
	var all []zone
	for _, n := range z.WithoutA {
		all = append(all, zone{
			Kind: "without-a", State: ui.Bad, Name: n.Name.In(p.Lang), Where: n.Title.In(p.Lang), Href: "/roles/raci/" + n.Matrix + "#a:" + n.Activity,
			Do: p.T("raci.do.answer"), DoHref: "/roles/raci/" + n.Matrix + "/row?activity=" + n.Activity,
		})
	}
	element := func(kind string, state ui.State, list []raci.Uncovered) {
		for _, e := range list {
			all = append(all, zone{Kind: kind, State: state, Name: e.Name.In(p.Lang), Where: e.Domain, Href: "/landscape/" + e.ID, Do: p.T("raci.do." + kind), DoHref: "/roles"})
		}
	}
	element("service", ui.Bad, z.Services)
	element("unrated", ui.Unk, z.Unrated)
	element("process", ui.Warn, z.Processes)
	for _, a := range z.Library {
		all = append(all, zone{
			Kind: "library", State: ui.Plain, Name: a.Name().In(p.Lang), Where: p.T("raci.process." + a.Process), Href: "/roles/raci/new?process=" + a.Process,
			Do: p.T("raci.do.library"), DoHref: "/roles/raci/new?process=" + a.Process,
		})
	}
	return all
}

func greyVerdict(p ui.Page, z raci.Zones) string {
	if z.Matrices == 0 {
		return p.T("raci.verdict.none")
	}
	text := p.N("raci.grey.without-a", len(z.WithoutA)) + " " + p.T("raci.grey.services", "n", len(z.Services), "of", z.Critical) + " " +
		p.T("raci.grey.processes", "n", len(z.Processes), "of", z.AllOf)
	if len(z.Unrated) > 0 {
		text += " " + p.N("raci.grey.unrated", len(z.Unrated))
	}
	return text
}

func greyTable(p ui.Page, rows []zone) ui.List {
	list := ui.List{
		Caption: p.T("raci.grey.title"), Sort: p.Query.Get("sort"), Total: len(rows), Exports: true, Nothing: p.T("raci.grey.empty"),
		Columns: []ui.Column{{Key: "name", Title: p.T("raci.col.name")}, {Title: p.T("raci.col.zone")}, {Title: p.T("raci.col.where")}, {Title: p.T("raci.col.do")}},
		Filters: []ui.Input{
			{Name: "text", Label: p.T("raci.col.name")},
			{Name: "zone", Label: p.T("raci.col.zone"), Type: "select", Options: anyOf(p, "raci.zone.", zoneKinds...)},
		},
	}
	rows, list.Next = pageOf(rows, p.Query.Get("after"))
	for _, one := range rows {
		list.Rows = append(list.Rows, ui.Cells(ui.To(one.Href, one.Name), ui.Is(one.State, p.T("raci.zone."+one.Kind)), ui.Words(orDash(one.Where)), ui.To(one.DoHref, one.Do)))
	}
	return list
}

// raciReality sets the matrices against who really acted, act by act.
func (s *Server) raciReality(w http.ResponseWriter, q *request) error {
	real, err := op.Ask(q.Context(), s.Run, q.Actor, raci.OpReality, struct{}{})
	if err != nil {
		return err
	}
	var about []ref.Ref
	for _, row := range real.Rows {
		for _, act := range row.Acts {
			about = append(append(about, act.Item), people(act.Person)...)
		}
	}
	slices.Sort(about)
	called, err := s.called(q, slices.Compact(about)...)
	if err != nil {
		return err
	}
	acts := actsOf(q, real)
	if wantsExport(q) {
		return exportActs(w, q, acts, called)
	}
	q.raciTitle(q.T("raci.reality.title"))
	return q.render(w, raciRealityPage(q.Page, realityView{
		Verdict: realityVerdict(q.Page, real), Activities: comparedTable(q.Page, real), Roles: byRole(q.Page, real.Roles), Acts: raciActTable(q.Page, acts, called), Silent: silentWords(q.Page, real.Silent),
	}))
}

// realityView is the comparison: by activity, by role, and the acts behind it.
type realityView struct {
	Verdict    string
	Activities []comparedRow
	Roles      []comparedRow
	Acts       ui.List
	Silent     []string
}

// comparedRow is one line of the comparison.
type comparedRow struct {
	Name, Sub, Href, Expected, Differ string
	State                             ui.State
	Word                              string
}

func realityVerdict(p ui.Page, real raci.Reality) string {
	above, unknown, acts := 0, 0, 0
	for _, row := range real.Rows {
		acts += len(row.Acts)
		if row.Unknown {
			unknown++
		} else if row.Above {
			above++
		}
	}
	if acts == 0 {
		return p.T("raci.reality.none")
	}
	text := p.N("raci.reality.verdict", above, "acts", acts, "of", len(real.Rows))
	if unknown > 0 {
		text += " " + p.N("raci.reality.unknown", unknown, "min", real.MinActs)
	}
	return text
}

func comparedTable(p ui.Page, real raci.Reality) []comparedRow {
	var rows []comparedRow
	for _, r := range real.Rows {
		row := comparedRow{
			Name: r.Name.In(p.Lang), Sub: r.Title.In(p.Lang), Href: "/roles/raci/" + r.Matrix + "#a:" + r.Activity, Expected: shouldAct(p, r.Expected),
			Differ: p.T("raci.of-acts", "n", r.Differ, "of", len(r.Acts)), State: ui.OK, Word: p.Percent(r.Share, 0),
		}
		switch {
		case r.Unknown:
			row.State, row.Word = ui.Unk, p.T("raci.too-few")
		case r.Above:
			row.State = ui.Warn
		}
		rows = append(rows, row)
	}
	return rows
}

func shouldAct(p ui.Page, expected map[string][]string) string {
	var parts []string
	for _, letter := range []string{"R", "A", "K"} {
		var names []string
		for _, role := range expected[letter] {
			names = append(names, roleWords(p, role))
		}
		if len(names) > 0 {
			parts = append(parts, letter+": "+strings.Join(names, ", "))
		}
	}
	return strings.Join(parts, " · ")
}

// roleWords is the name of an office; the id of a role that is none.
func roleWords(p ui.Page, role string) string {
	switch {
	case role == "":
		return p.T("raci.no-office")
	case slices.Contains(identity.Offices, role):
		return identity.OfficeName(role).In(p.Lang)
	}
	return role
}

func byRole(p ui.Page, roles []raci.ByRole) []comparedRow {
	var rows []comparedRow
	for _, r := range roles {
		row := comparedRow{Name: roleWords(p, r.Role), Differ: p.T("raci.of-acts", "n", r.Differ, "of", r.Acts), State: ui.OK, Word: p.T("raci.as-foreseen")}
		if r.Differ > 0 {
			row.State, row.Word = ui.Warn, p.T("raci.differs")
		}
		rows = append(rows, row)
	}
	return rows
}

func silentWords(p ui.Page, silent []raci.Silent) []string {
	words := make([]string, len(silent))
	for i, one := range silent {
		words[i] = p.T("raci.silent."+one.Source, "n", one.N)
	}
	return words
}

// actRow is one act with the activity that it belongs to.
type actRow struct {
	raci.Act
	Name   i18n.Text
	Matrix string
}

// actsOf gathers the acts that the filter of the page leaves.
func actsOf(q *request, real raci.Reality) []actRow {
	query := q.URL.Query()
	var rows []actRow
	for _, r := range real.Rows {
		for _, act := range r.Acts {
			if query.Get("foreseen") == "yes" && !act.Foreseen || query.Get("foreseen") == "no" && act.Foreseen || query.Get("did") != "" && act.Did != query.Get("did") {
				continue
			}
			rows = append(rows, actRow{Act: act, Name: r.Name, Matrix: r.Matrix})
		}
	}
	name, down := strings.CutPrefix(query.Get("sort"), "-")
	switch name {
	case "activity":
		slices.SortStableFunc(rows, func(a, b actRow) int { return cmp.Compare(a.Name.In(q.Lang()), b.Name.In(q.Lang())) })
	case "at":
		slices.SortStableFunc(rows, func(a, b actRow) int { return a.At.Compare(b.At) })
	}
	if down {
		slices.Reverse(rows)
	}
	return rows
}

func raciActTable(p ui.Page, acts []actRow, called names) ui.List {
	list := ui.List{
		Caption: p.T("raci.acts"), Sort: p.Query.Get("sort"), Total: len(acts), Exports: true, Nothing: p.T("raci.reality.none"),
		Columns: []ui.Column{
			{Title: p.T("raci.col.item")},
			{Key: "activity", Title: p.T("raci.col.activity")},
			{Title: p.T("raci.col.who")},
			{Title: p.T("raci.col.did")},
			{Key: "at", Title: p.T("raci.col.at"), Short: true},
			{Title: p.T("raci.col.foreseen")},
		},
		Filters: []ui.Input{
			{Name: "foreseen", Label: p.T("raci.col.foreseen"), Type: "select", Options: anyOf(p, "raci.foreseen.", "yes", "no")},
			{Name: "did", Label: p.T("raci.col.did"), Type: "select", Options: anyOf(p, "raci.did.", "proposed", "key", "arbitrated", "owned", "exempted")},
		},
	}
	acts, list.Next = pageOf(acts, p.Query.Get("after"))
	for _, a := range acts {
		state := ui.Is(ui.OK, p.T("raci.as-foreseen"))
		if !a.Foreseen {
			state = ui.Is(ui.Warn, p.T("raci.differs"))
		}
		list.Rows = append(list.Rows, ui.Cells(ui.To(itemHref(a.Item), called.of(p.Lang, a.Item)), ui.To("/roles/raci/"+a.Matrix+"#a:"+a.Activity, a.Name.In(p.Lang)),
			ui.Words(called.person(p.Lang, a.Person)).Below(rolesWords(p, a.Roles)), ui.Words(p.T("raci.did."+a.Did)).Below(a.Letter()), ui.Words(actDay(p, a)), state))
	}
	return list
}

// pageOf cuts a list that was computed: fifty rows from the number that the cursor is.
func pageOf[T any](all []T, after string) (rows []T, next string) {
	const size = 50
	from, err := strconv.Atoi(after)
	if err != nil || from < 0 || from > len(all) {
		from = 0
	}
	until := min(len(all), from+size)
	if until < len(all) {
		next = strconv.Itoa(until)
	}
	return all[from:until], next
}

func rolesWords(p ui.Page, roles []string) string {
	if len(roles) == 0 {
		return p.T("raci.no-office")
	}
	words := make([]string, len(roles))
	for i, role := range roles {
		words[i] = roleWords(p, role)
	}
	return strings.Join(words, ", ")
}

func actDay(p ui.Page, a actRow) string {
	if a.At.IsZero() {
		return "–"
	}
	return p.Date(a.At)
}

func exportActs(w http.ResponseWriter, q *request, acts []actRow, called names) error {
	header := []string{q.T("raci.col.item"), "id", q.T("raci.col.activity"), q.T("raci.col.who"), q.T("raci.col.roles"), q.T("raci.col.did"), q.T("raci.col.letter"), q.T("raci.col.at"), q.T("raci.col.foreseen")}
	cells := make([][]any, len(acts))
	for i, a := range acts {
		at := ""
		if !a.At.IsZero() {
			at = identity.Day(a.At)
		}
		cells[i] = []any{called.of(q.Lang(), a.Item), string(a.Item), a.Name.In(q.Lang()), called.person(q.Lang(), a.Person), strings.Join(a.Roles, " "), q.T("raci.did." + a.Did), a.Letter(), at, a.Foreseen}
	}
	return export(w, q, "raci-reality", header, cells)
}
