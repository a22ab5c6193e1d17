package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"accordo.dev/internal/governance/raci"
	"accordo.dev/internal/governance/raci/rules"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/web/ui"
)

// raciForm is a form about a matrix: of a new one, of a row, of a column.
type raciForm struct {
	Title, Lead, Action, Back string
	Fields                    []ui.Input
	Cells                     []raciCell // of a row: a line of letters for each role
	Matrix                    raci.Matrix
	Was                       string // id of the row or column; empty for a new one
	Library                   []raciProcess
	Chosen                    []string // of the library
	Err                       error
	Refused                   string
	Moves                     [2]string // words of the buttons that move it
}

type raciProcess struct {
	ID, Name   string
	Activities []ui.Option
}

// raciNew shows the form of a new matrix; ?process= marks the activities of a process.
func (s *Server) raciNew(w http.ResponseWriter, q *request) error {
	process := q.URL.Query().Get("process")
	values := url.Values{"process": {process}}
	for _, a := range raci.TheLibrary().Activities {
		if a.Process == process {
			values.Add("activity", a.ID)
		}
	}
	if process != "" {
		values.Set("id", process)
		values.Set("title", q.T("raci.process."+process))
	}
	return q.render(w, raciNewPage(q.Page, s.newForm(q, values, nil)))
}

func (s *Server) newForm(q *request, values url.Values, wrong error) raciForm {
	p := q.Page
	q.raciTitle(q.T("raci.new.title"))
	f := raciForm{
		Title: p.T("raci.new.title"), Lead: p.T("raci.new.lead"), Action: "/roles/raci/new", Back: "/roles", Err: wrong, Chosen: values["activity"],
		Refused: s.refusal(q, raci.OpNew.Name),
		Fields: fill(p, values, wrong, []ui.Input{
			{Name: "title", Label: p.T("raci.f.title"), Required: true},
			{Name: "title_it", Label: p.T("raci.f.title_it")},
			{Name: "id", Label: p.T("raci.f.id"), Hint: p.T("raci.f.id.hint"), Required: true},
			{Name: "process", Label: p.T("raci.col.process"), Type: "select", Required: true, Options: choices(p, "raci.process.", raci.Processes...)},
			{Name: "profile", Label: p.T("raci.f.profile"), Hint: p.T("raci.f.profile.hint"), Type: "select", Options: append([]ui.Option{{Text: p.T("raci.profile.own")}}, choices(p, "raci.profile.", raci.LibraryProfiles...)...)},
		}),
	}
	for _, process := range raci.Processes {
		group := raciProcess{ID: process, Name: p.T("raci.process." + process)}
		for _, a := range raci.TheLibrary().Activities {
			if a.Process == process {
				group.Activities = append(group.Activities, ui.Option{Value: a.ID, Text: a.Name().In(p.Lang)})
			}
		}
		if len(group.Activities) > 0 {
			f.Library = append(f.Library, group)
		}
	}
	return f
}

// raciCreate makes a matrix.
func (s *Server) raciCreate(w http.ResponseWriter, q *request) error {
	f, err := q.form()
	if err != nil {
		return err
	}
	m, err := op.Do(q.Context(), s.Run, q.Actor, raci.OpNew, raci.NewIn{
		ID: f.text("id"), Title: f.text("title"), TitleIT: f.text("title_it"), Process: f.text("process"), Profile: f.text("profile"), Activities: f.Values["activity"],
	})
	if err != nil {
		return q.again(w, err, raciNewPage(q.Page, s.newForm(q, f.Values, err)))
	}
	return q.redirect(w, "/roles/raci/"+m.ID, "raci.notice.saved")
}

// raciRowForm shows the form of a row; without ?activity= that of a new one.
func (s *Server) raciRowForm(w http.ResponseWriter, q *request) error {
	form, err := s.rowForm(q, q.URL.Query().Get("activity"), nil, nil)
	if err != nil {
		return err
	}
	return q.render(w, raciRowPage(q.Page, form))
}

func (s *Server) rowForm(q *request, was string, typed url.Values, wrong error) (raciForm, error) {
	p := q.Page
	m, err := op.Ask(q.Context(), s.Run, q.Actor, raci.OpGet, raci.GetIn{ID: q.PathValue("id")})
	if err != nil {
		return raciForm{}, err
	}
	a, there := m.Row(was)
	if was != "" && !there {
		return raciForm{}, problem.New(problem.NotFound, "problem.not-found", "what", was)
	}
	if typed == nil {
		typed = rowValues(m, a)
	}
	form := raciForm{
		Title: p.T("raci.row.new"), Lead: p.T("raci.row.lead"), Action: "/roles/raci/" + m.ID + "/row", Back: "/roles/raci/" + m.ID, Matrix: m, Was: was, Err: wrong,
		Refused: s.refusal(q, raci.OpSetRow.Name), Fields: fill(p, typed, wrong, rowFields(p, m, was)), Moves: [2]string{p.T("raci.move.up"), p.T("raci.move.down")},
	}
	if was != "" {
		form.Title = a.Name().In(p.Lang)
	}
	for _, r := range m.Roles {
		form.Cells = append(form.Cells, raciCell{Role: r.ID, Name: r.Name().In(p.Lang), Letters: strings.Join(typed["cell."+r.ID], "")})
	}
	q.raciTitle(form.Title, ui.Crumb{Title: m.Name().In(p.Lang), Href: form.Back})
	return form, nil
}

func rowFields(p ui.Page, m raci.Matrix, was string) []ui.Input {
	var others []string
	for _, a := range m.Activities {
		if a.ID != was {
			others = append(others, a.ID)
		}
	}
	return []ui.Input{
		{Name: "title", Label: p.T("raci.f.title"), Required: true},
		{Name: "title_it", Label: p.T("raci.f.title_it")},
		{Name: "activity_id", Label: p.T("raci.f.id"), Hint: p.T("raci.f.id.hint")},
		{Name: "about", Label: p.T("raci.f.about"), Hint: p.T("raci.f.about.hint")},
		{Name: "checks", Label: p.T("raci.f.checks"), Hint: p.T("raci.f.checks.hint", "others", orDash(strings.Join(others, ", ")))},
		{Name: "joint", Label: p.T("raci.f.joint"), Type: "select", Options: append([]ui.Option{{Text: p.T("raci.joint.none")}}, choices(p, "raci.joint.", raci.Joints...)...)},
		{Name: "material", Label: p.T("raci.f.material"), Type: "checkbox"},
		{Name: "version", Type: "hidden"},
	}
}

func rowValues(m raci.Matrix, a raci.Activity) url.Values {
	values := url.Values{
		"title": {a.Title}, "title_it": {a.TitleIT}, "activity_id": {a.ID}, "about": {strings.Join(a.About, ", ")}, "checks": {strings.Join(a.Checks, ", ")},
		"joint": {a.Joint}, "material": {strconv.FormatBool(a.Material)}, "version": {strconv.Itoa(m.Version)},
	}
	for role, letters := range a.Cells {
		values["cell."+role] = strings.Split(letters, "")
	}
	return values
}

// ids reads a field of ids, with commas or spaces between.
func (f *form) ids(name string) []string {
	return strings.FieldsFunc(f.text(name), func(c rune) bool { return c == ',' || c == ' ' || c == ';' || c == '\n' })
}

// raciRowSave writes a row, moves or removes it.
func (s *Server) raciRowSave(w http.ResponseWriter, q *request) error {
	f, err := q.form()
	if err != nil {
		return err
	}
	id, was, version := q.PathValue("id"), f.text("was"), int(f.version())
	place := raci.PlaceIn{ID: id, Version: version, Place: was}
	switch f.text("do") {
	case "back", "forth":
		place.By = map[string]int{"back": -1, "forth": 1}[f.text("do")]
		_, err = op.Do(q.Context(), s.Run, q.Actor, raci.OpMoveRow, place)
	case "remove":
		_, err = op.Do(q.Context(), s.Run, q.Actor, raci.OpRemoveRow, place)
	default:
		_, err = op.Do(q.Context(), s.Run, q.Actor, raci.OpSetRow, raci.RowIn{ID: id, Version: version, Was: was, Activity: s.rowOf(q, f, was)})
	}
	if err != nil {
		err = renamed(err, "activities["+f.text("activity_id")+"].", "id", "activity_id")
		form, failed := s.rowForm(q, was, f.Values, err)
		if failed != nil {
			return failed
		}
		return q.again(w, err, raciRowPage(q.Page, form))
	}
	return q.redirect(w, "/roles/raci/"+id, "raci.notice.saved")
}

// rowOf is the row that the form describes; what it does not show stays as it was.
func (s *Server) rowOf(q *request, f *form, was string) raci.Activity {
	a := raci.Activity{}
	if m, err := op.Ask(q.Context(), s.Run, q.Actor, raci.OpGet, raci.GetIn{ID: q.PathValue("id")}); err == nil {
		a, _ = m.Row(was)
	}
	a.ID, a.Title, a.TitleIT, a.Joint, a.Material = f.text("activity_id"), f.text("title"), f.text("title_it"), f.text("joint"), f.text("material") == "true"
	a.About, a.Checks, a.Cells = f.ids("about"), f.ids("checks"), map[string]string{}
	for name, letters := range f.Values {
		if role, ok := strings.CutPrefix(name, "cell."); ok {
			a.Cells[role] = strings.Join(letters, "")
		}
	}
	return a
}

// renamed gives problems of one row or column the names of the fields of its form.
func renamed(err error, prefix, from, to string) error {
	p, ok := problem.As(err)
	if !ok {
		return err
	}
	copied := *p
	copied.Field = strings.TrimPrefix(copied.Field, prefix)
	if copied.Field == from {
		copied.Field = to
	}
	copied.Causes = slices.Clone(p.Causes)
	for i, cause := range copied.Causes {
		inner, _ := problem.As(renamed(cause, prefix, from, to))
		copied.Causes[i] = inner
	}
	return &copied
}

// raciRoleForm shows the form of a column; without ?role= that of a new one.
func (s *Server) raciRoleForm(w http.ResponseWriter, q *request) error {
	form, err := s.roleForm(q, q.URL.Query().Get("role"), nil, nil)
	if err != nil {
		return err
	}
	return q.render(w, raciRolePage(q.Page, form))
}

func (s *Server) roleForm(q *request, was string, typed url.Values, wrong error) (raciForm, error) {
	p := q.Page
	m, err := op.Ask(q.Context(), s.Run, q.Actor, raci.OpGet, raci.GetIn{ID: q.PathValue("id")})
	if err != nil {
		return raciForm{}, err
	}
	at := slices.IndexFunc(m.Roles, func(r raci.Role) bool { return r.ID == was })
	if was != "" && at < 0 {
		return raciForm{}, problem.New(problem.NotFound, "problem.not-found", "what", was)
	}
	form := raciForm{
		Title: p.T("raci.role.new"), Lead: p.T("raci.role.lead"), Action: "/roles/raci/" + m.ID + "/column", Back: "/roles/raci/" + m.ID, Matrix: m, Was: was, Err: wrong,
		Refused: s.refusal(q, raci.OpSetRole.Name), Moves: [2]string{p.T("raci.move.left"), p.T("raci.move.right")},
	}
	role := raci.Role{Kind: raci.Office}
	if at >= 0 {
		role = m.Roles[at]
		form.Title = role.Name().In(p.Lang)
	}
	if typed == nil {
		typed = roleValues(m, role)
	}
	form.Fields = fill(p, typed, wrong, roleFields(p))
	q.raciTitle(form.Title, ui.Crumb{Title: m.Name().In(p.Lang), Href: form.Back})
	return form, nil
}

func roleFields(p ui.Page) []ui.Input {
	functions := []ui.Option{{Text: "–"}}
	for _, f := range rules.Functions {
		functions = append(functions, ui.Option{Value: string(f), Text: p.T("raci.function." + string(f))})
	}
	return []ui.Input{
		{Name: "office", Label: p.T("raci.f.office"), Hint: p.T("raci.f.office.hint"), Type: "select", Options: append([]ui.Option{{Text: p.T("raci.f.office.none")}}, choices(p, "office.", identity.Offices...)...)},
		{Name: "kind", Label: p.T("raci.f.kind"), Type: "select", Options: choices(p, "raci.kind.", string(raci.Free), string(raci.Committee))},
		{Name: "role_id", Label: p.T("raci.f.id"), Hint: p.T("raci.f.id.hint")},
		{Name: "title", Label: p.T("raci.f.title")},
		{Name: "title_it", Label: p.T("raci.f.title_it")},
		{Name: "function", Label: p.T("raci.f.function"), Hint: p.T("raci.f.function.hint"), Type: "select", Options: functions},
		{Name: "persons", Label: p.T("raci.f.persons"), Hint: p.T("raci.f.persons.hint")},
		{Name: "vacant", Label: p.T("raci.f.vacant"), Type: "checkbox"},
		{Name: "external", Label: p.T("raci.f.external"), Type: "checkbox"},
		{Name: "version", Type: "hidden"},
	}
}

func roleValues(m raci.Matrix, r raci.Role) url.Values {
	values := url.Values{
		"kind": {string(r.Kind)}, "role_id": {r.ID}, "title": {r.Title}, "title_it": {r.TitleIT}, "function": {string(r.Function)}, "persons": {strings.Join(r.Persons, ", ")},
		"vacant": {strconv.FormatBool(r.Vacant)}, "external": {strconv.FormatBool(r.External)}, "version": {strconv.Itoa(m.Version)},
	}
	if r.Kind == raci.Office {
		values["office"], values["role_id"], values["kind"] = []string{r.ID}, nil, nil
	}
	return values
}

// raciRoleSave writes a column, moves or removes it.
func (s *Server) raciRoleSave(w http.ResponseWriter, q *request) error {
	f, err := q.form()
	if err != nil {
		return err
	}
	id, was, version := q.PathValue("id"), f.text("was"), int(f.version())
	place := raci.PlaceIn{ID: id, Version: version, Place: was}
	role := roleOf(f)
	switch f.text("do") {
	case "back", "forth":
		place.By = map[string]int{"back": -1, "forth": 1}[f.text("do")]
		_, err = op.Do(q.Context(), s.Run, q.Actor, raci.OpMoveRole, place)
	case "remove":
		_, err = op.Do(q.Context(), s.Run, q.Actor, raci.OpRemoveRole, place)
	default:
		_, err = op.Do(q.Context(), s.Run, q.Actor, raci.OpSetRole, raci.RoleIn{ID: id, Version: version, Was: was, Role: role})
	}
	if err != nil {
		err = renamed(err, "roles["+role.ID+"].", "id", "role_id")
		form, failed := s.roleForm(q, was, f.Values, err)
		if failed != nil {
			return failed
		}
		return q.again(w, err, raciRolePage(q.Page, form))
	}
	return q.redirect(w, "/roles/raci/"+id, "raci.notice.saved")
}

func roleOf(f *form) raci.Role {
	external := f.text("external") == "true"
	if office := f.text("office"); office != "" {
		return raci.Role{ID: office, Kind: raci.Office, Function: rules.Function(f.text("function")), External: external}
	}
	return raci.Role{
		ID: f.text("role_id"), Kind: raci.RoleKind(f.text("kind")), Title: f.text("title"), TitleIT: f.text("title_it"), Function: rules.Function(f.text("function")),
		Persons: f.ids("persons"), Vacant: f.text("vacant") == "true", External: external,
	}
}
