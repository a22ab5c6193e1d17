package raci

import (
	"context"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"

	"accordo.dev/internal/db"
	"accordo.dev/internal/governance/raci/rules"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// ImportIn reads a table of rows and columns into a matrix: one line an activity, one column a role, as the export
// writes it. Rows and columns that the table does not name stay as they are.
type ImportIn struct {
	ID      string `json:"id" doc:"of the matrix; one that does not exist is made"`
	Version int    `json:"version" doc:"of the matrix as it was seen; 0 for a new one"`
	Title   string `json:"title,omitempty" doc:"of a new matrix"`
	TitleIT string `json:"titleIt,omitempty"`
	Process string `json:"process,omitempty" doc:"of a new matrix"`
	Table   string `json:"table" doc:"CSV with comma, semicolon or tab; first line: id, title, title_it, and roles by code or name"`
}

// Target is the matrix.
func (in ImportIn) Target() ref.Ref { return ref.New("raci", in.ID) }

// ImportOut is the matrix as it became, with what the table changed.
type ImportOut struct {
	Matrix   Matrix       `json:"matrix"`
	Rows     []ChangedRow `json:"rows"`
	NewRoles []string     `json:"newRoles"` // columns that the matrix did not have
	Same     int          `json:"same"`     // rows that said what is so already
}

// ChangedRow is a row that the table added or changed.
type ChangedRow struct {
	Activity string        `json:"activity"`
	Name     i18n.Text     `json:"name"`
	New      bool          `json:"new"`
	Cells    []ChangedCell `json:"cells"`
}

// ChangedCell is a cell before and after.
type ChangedCell struct {
	Role string `json:"role"`
	Old  string `json:"old"`
	New  string `json:"new"`
}

// Import reads a table into a matrix; run dry, it tells what would change.
func Import(ctx context.Context, tx *db.Tx, in ImportIn) (ImportOut, error) {
	m, err := Get(ctx, tx, GetIn{in.ID})
	switch {
	case problem.Is(err, problem.NotFound) && in.Version == 0:
		m = Matrix{ID: in.ID, Title: in.Title, TitleIT: in.TitleIT, Process: in.Process}
	case err != nil:
		return ImportOut{}, err
	case m.Version != in.Version:
		return ImportOut{}, problem.New(problem.Conflict, "problem.stale")
	}
	t, err := readTable(in.Table)
	if err != nil {
		return ImportOut{}, err
	}
	out := ImportOut{Rows: []ChangedRow{}, NewRoles: []string{}}
	roles, err := t.roles(&m, &out)
	if err != nil {
		return out, err
	}
	if err := t.rows(&m, roles, &out); err != nil {
		return out, err
	}
	out.Matrix, err = saved(ctx, tx, m, "raci.import")
	return out, err
}

// OpImport reads a table into a matrix.
var OpImport = op.Command[ImportIn, ImportOut]{Name: "raci.import", Route: "POST /api/raci/import", Func: Import}

// table is a file as it was read: the header, and lines with as many cells.
type table struct {
	header []string
	lines  [][]string
	number []int // of each line in the file
}

func tableError(key string, args ...any) *problem.Error { return problem.Field("table", key, args...) }

func readTable(text string) (table, error) {
	text = strings.TrimPrefix(text, "\ufeff")
	first, _, _ := strings.Cut(text, "\n")
	in := csv.NewReader(strings.NewReader(text))
	in.FieldsPerRecord, in.LazyQuotes, in.TrimLeadingSpace = -1, true, true
	for _, c := range []rune{',', ';', '\t'} {
		if strings.Count(first, string(c)) > strings.Count(first, string(in.Comma)) {
			in.Comma = c
		}
	}
	var t table
	for {
		line, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return t, tableError("raci.error.table", "row", len(t.lines)+2)
		}
		number, _ := in.FieldPos(0)
		if t.header == nil {
			t.header = line
			continue
		}
		if strings.TrimSpace(strings.Join(line, "")) == "" {
			continue
		}
		t.lines, t.number = append(t.lines, line), append(t.number, number)
	}
	if len(t.lines) == 0 {
		return t, tableError("raci.error.table-empty")
	}
	return t, nil
}

// known are the columns that are no role, by their names in both languages.
func known(name string) string {
	switch strings.ToLower(strings.TrimSpace(name)) {
	case "id":
		return "id"
	case "title", "activity", "attività", strings.ToLower(i18n.T(i18n.EN, "raci.col.activity")), strings.ToLower(i18n.T(i18n.IT, "raci.col.activity")):
		return "title"
	case "title_it":
		return "title_it"
	case "about", "checks", "joint", "material", "library":
		return strings.ToLower(strings.TrimSpace(name))
	}
	return ""
}

// roles gives each column its role; columns that are new are added to the matrix.
func (t table) roles(m *Matrix, out *ImportOut) ([]string, error) {
	roles := make([]string, len(t.header))
	var wrong []*problem.Error
	seen, titled := map[string]bool{}, false
	for i, name := range t.header {
		name = strings.TrimSpace(name)
		if field := known(name); field != "" {
			titled = titled || field == "title" || field == "id"
			continue
		}
		r := m.roleCalled(name)
		if r.ID == "" {
			wrong = append(wrong, tableError("raci.error.table-column", "column", i+1))
			continue
		}
		if seen[r.ID] {
			wrong = append(wrong, tableError("problem.twice", "value", name))
		}
		seen[r.ID], roles[i] = true, r.ID
		if m.role(r.ID) < 0 {
			m.Roles = append(slices.Clone(m.Roles), r)
			out.NewRoles = append(out.NewRoles, r.ID)
		}
	}
	if !titled {
		wrong = append(wrong, tableError("raci.error.table-title"))
	}
	return roles, problem.Many(wrong)
}

// roleCalled finds the role that a header names, by code or by name in either language: one of the matrix, an office,
// a role of the library, or else a new one of the business.
func (m Matrix) roleCalled(name string) Role {
	called := func(r Role) bool {
		return strings.EqualFold(r.ID, name) || strings.EqualFold(r.Name().EN, name) || strings.EqualFold(r.Name().IT, name)
	}
	for _, r := range m.Roles {
		if called(r) {
			return r
		}
	}
	for _, office := range identity.Offices {
		if r := (Role{ID: office, Kind: Office}); called(r) {
			return r
		}
	}
	for _, r := range TheLibrary().Roles {
		if called(r) {
			r.Kind = Free
			return r
		}
	}
	return Role{ID: slug(name), Kind: Free, Title: name, Function: rules.Business}
}

// slug makes an id out of words: lower case, dashes between.
func slug(words string) string {
	out := []rune{}
	for _, c := range strings.ToLower(words) {
		switch {
		case c >= 'a' && c <= 'z' || c >= '0' && c <= '9':
			out = append(out, c)
		case strings.ContainsRune("àá", c):
			out = append(out, 'a')
		case strings.ContainsRune("èé", c):
			out = append(out, 'e')
		case strings.ContainsRune("ìí", c):
			out = append(out, 'i')
		case strings.ContainsRune("òó", c):
			out = append(out, 'o')
		case strings.ContainsRune("ùú", c):
			out = append(out, 'u')
		case len(out) > 0 && out[len(out)-1] != '-':
			out = append(out, '-')
		}
	}
	text := strings.Trim(string(out), "-")
	return text[:min(len(text), 60)]
}

// rows reads all lines; errors name the line and the column.
func (t table) rows(m *Matrix, roles []string, out *ImportOut) error {
	var wrong []*problem.Error
	seen := map[string]bool{}
	for n, line := range t.lines {
		number := t.number[n]
		a, cells, faults := t.line(*m, roles, line, number)
		wrong = append(wrong, faults...)
		if seen[a.ID] {
			wrong = append(wrong, tableError("raci.error.table-twice", "row", number, "value", a.ID))
		}
		seen[a.ID] = true
		if len(wrong) > 0 {
			continue
		}
		t.put(m, a, cells, out)
	}
	return problem.Many(wrong)
}

func (t table) line(m Matrix, roles []string, line []string, number int) (Activity, map[string]string, []*problem.Error) {
	var a Activity
	var wrong []*problem.Error
	if len(line) > len(t.header) {
		return a, nil, []*problem.Error{tableError("raci.error.table-wide", "row", number, "n", len(line), "max", len(t.header))}
	}
	fields, cells := map[string]string{}, map[string]string{}
	for i, text := range line {
		text = strings.TrimSpace(text)
		if roles[i] == "" {
			fields[known(t.header[i])] = text
			continue
		}
		letters, ok := rules.ParseSet(strings.NewReplacer("/", "", ",", "", " ", "").Replace(text))
		if !ok {
			wrong = append(wrong, tableError("raci.error.table-cell", "row", number, "column", strings.TrimSpace(t.header[i]), "value", text))
		}
		cells[roles[i]] = letters.String()
	}
	a = m.activityCalled(fields["id"], fields["title"])
	if fields["title"] != "" && fields["id"] != "" {
		a.Title = fields["title"]
	}
	if fields["title_it"] != "" {
		a.TitleIT = fields["title_it"]
	}
	for name, list := range map[string]*[]string{"about": &a.About, "checks": &a.Checks} {
		if text, said := fields[name]; said {
			*list = strings.FieldsFunc(text, func(c rune) bool { return c == ' ' || c == ',' || c == ';' })
		}
	}
	for name, text := range map[string]*string{"joint": &a.Joint, "library": &a.Library} {
		if value, said := fields[name]; said {
			*text = value
		}
	}
	if text, said := fields["material"]; said {
		a.Material = slices.Contains([]string{"true", "yes", "sì", "si", "1", "x"}, strings.ToLower(text))
	}
	if a.ID == "" {
		wrong = append(wrong, tableError("raci.error.table-nameless", "row", number))
	}
	return a, cells, wrong
}

// activityCalled finds the row with an id or a title, or makes one.
func (m Matrix) activityCalled(id, title string) Activity {
	for _, a := range m.Activities {
		if id != "" && a.ID == id || id == "" && title != "" && (strings.EqualFold(a.Title, title) || strings.EqualFold(a.TitleIT, title)) {
			return a
		}
	}
	if id == "" {
		id = slug(title)
	}
	if title == "" {
		title = id
	}
	return Activity{ID: id, Title: title}
}

// put writes a row into the matrix and notes what became different.
func (t table) put(m *Matrix, a Activity, cells map[string]string, out *ImportOut) {
	at := m.activity(a.ID)
	row := ChangedRow{Activity: a.ID, Name: a.Name(), New: at < 0, Cells: []ChangedCell{}}
	old := map[string]string{}
	for role, letters := range a.Cells {
		old[role] = letters
	}
	a.Cells = map[string]string{}
	for role, letters := range old {
		a.Cells[role] = letters
	}
	for _, role := range m.Roles {
		if letters, said := cells[role.ID]; said && letters != old[role.ID] {
			row.Cells = append(row.Cells, ChangedCell{Role: role.ID, Old: old[role.ID], New: letters})
			a.Cells[role.ID] = letters
		}
	}
	if !row.New && len(row.Cells) == 0 && sameWords(m.Activities[at], a) {
		out.Same++
		return
	}
	m.Activities = slices.Clone(m.Activities)
	if row.New {
		m.Activities = append(m.Activities, a)
	} else {
		m.Activities[at] = a
	}
	out.Rows = append(out.Rows, row)
}

// sameWords tells whether two rows say the same beside their cells.
func sameWords(a, b Activity) bool {
	return a.Title == b.Title && a.TitleIT == b.TitleIT && a.Joint == b.Joint && a.Material == b.Material && a.Library == b.Library &&
		slices.Equal(a.About, b.About) && slices.Equal(a.Checks, b.Checks)
}
