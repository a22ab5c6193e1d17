package web

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"accordo.dev/internal/governance/raci"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/web/ui"
)

// raciImportView is the form of an import, and what the table would change once it was read.
type raciImportView struct {
	Fields  []ui.Input
	Err     error
	Refused string
	Ready   bool
	Out     raci.ImportOut
	Values  url.Values
}

// raciImport shows the form; ?id= names the matrix.
func (s *Server) raciImport(w http.ResponseWriter, q *request) error {
	values := url.Values{"id": {q.URL.Query().Get("id")}}
	view, err := s.raciImportView(q, values, nil)
	if err != nil {
		return err
	}
	return q.render(w, raciImportPage(q.Page, view))
}

func (s *Server) raciImportView(q *request, values url.Values, wrong error) (raciImportView, error) {
	p := q.Page
	rows, err := op.Ask(q.Context(), s.Run, q.Actor, raci.OpList, raci.Filter{})
	if err != nil {
		return raciImportView{}, err
	}
	into := []ui.Option{{Text: p.T("raci.import.new")}}
	for _, r := range rows {
		into = append(into, ui.Option{Value: r.ID, Text: matrixTitle(r).In(p.Lang)})
	}
	q.raciTitle(q.T("raci.import.title"))
	return raciImportView{
		Err: wrong, Refused: s.refusal(q, raci.OpImport.Name), Values: values,
		Fields: fill(p, values, wrong, []ui.Input{
			{Name: "id", Label: p.T("raci.import.into"), Type: "select", Options: into},
			{Name: "new_id", Label: p.T("raci.f.id"), Hint: p.T("raci.import.new.hint")},
			{Name: "title", Label: p.T("raci.f.title")},
			{Name: "process", Label: p.T("raci.col.process"), Type: "select", Options: choices(p, "raci.process.", raci.Processes...)},
			{Name: "file", Label: p.T("raci.import.file"), Type: "file", Accept: ".csv,text/csv"},
			{Name: "table", Label: p.T("raci.import.table"), Hint: p.T("raci.import.table.hint"), Type: "textarea", Rows: 6, Wide: true},
		}),
	}, nil
}

// raciTable reads a table: the first time it only shows what would change, confirmed it changes it.
func (s *Server) raciTable(w http.ResponseWriter, q *request) error {
	values, err := uploadedTable(q)
	if err != nil {
		return err
	}
	in := raci.ImportIn{ID: values.Get("id"), Title: values.Get("title"), Process: values.Get("process"), Table: values.Get("table")}
	if in.ID == "" {
		in.ID = values.Get("new_id")
	}
	if values.Get("do") == "import" {
		in.Version, _ = strconv.Atoi(values.Get("version")) //nolint:errcheck // 0 is the version of a new one; a stale one is refused
		if _, err = op.Do(q.Context(), s.Run, q.Actor, raci.OpImport, in); err == nil {
			return q.redirect(w, "/roles/raci/"+in.ID, "raci.notice.imported")
		}
	}
	var out raci.ImportOut
	if err == nil {
		if m, missing := op.Ask(q.Context(), s.Run, q.Actor, raci.OpGet, raci.GetIn{ID: in.ID}); missing == nil {
			in.Version = m.Version
		}
		values.Set("version", strconv.Itoa(in.Version))
		out, err = op.DryRun(q.Context(), s.Run, q.Actor, raci.OpImport, in)
	}
	view, failed := s.raciImportView(q, values, renamed(err, "", "id", "new_id"))
	if failed != nil {
		return failed
	}
	if err != nil {
		return q.again(w, err, raciImportPage(q.Page, view))
	}
	view.Ready, view.Out = true, out
	return q.render(w, raciImportPage(q.Page, view))
}

// uploadedTable reads the form; the text of a file takes the place of what was typed.
func uploadedTable(q *request) (url.Values, error) {
	if err := q.ParseMultipartForm(1 << 20); err != nil && !errors.Is(err, http.ErrNotMultipart) {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			return nil, err
		}
		return nil, problem.New(problem.Invalid, "web.error.form")
	}
	values := url.Values{}
	for name := range q.PostForm {
		values.Set(name, strings.TrimSpace(q.PostForm.Get(name)))
	}
	if q.MultipartForm == nil {
		return values, nil
	}
	defer q.MultipartForm.RemoveAll() //nolint:errcheck // temporary files of the upload
	for _, header := range q.MultipartForm.File["file"] {
		file, err := header.Open()
		if err != nil {
			return nil, err
		}
		data, err := io.ReadAll(file)
		file.Close()
		if err != nil {
			return nil, err
		}
		if len(data) > 0 {
			values.Set("table", string(data))
		}
	}
	return values, nil
}
