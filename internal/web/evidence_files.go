package web

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"accordo.dev/internal/db"
	"accordo.dev/internal/evidence"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
	"accordo.dev/internal/web/ui"
)

// listPage reads order and cursor of a list; an export asks for all rows.
func listPage(q *request) db.Page {
	query := q.URL.Query()
	page := db.Page{Sort: query.Get("sort"), After: query.Get("after")}
	if wantsExport(q) {
		page.After, page.Limit = "", db.Unlimited
	}
	return page
}

// files lists what was loaded, and when each scope was last looked at as a whole.
func (e *evidencePages) files(w http.ResponseWriter, q *request) error {
	query := q.URL.Query()
	page, err := op.Ask(q.Context(), e.Run, q.Actor, evidence.OpFiles, evidence.FileFilter{Page: listPage(q), Format: query.Get("file_format"), Text: query.Get("q"), Whole: query.Get("whole")})
	if err != nil {
		return err
	}
	if wantsExport(q) {
		return export(w, q, "evidence-files", []string{"id", "sha256", "name", "format", "scope", "taken", "loaded", "by", "complete", "importer"}, fileRows(page.Items))
	}
	fresh, err := op.Ask(q.Context(), e.Run, q.Actor, evidence.OpFreshness, struct{}{})
	if err != nil {
		return err
	}
	called, err := e.called(q, loaders(page.Items)...)
	if err != nil {
		return err
	}
	waiting, err := op.Ask(q.Context(), e.Run, q.Actor, evidence.OpUnmatched, struct{}{})
	if err != nil {
		return err
	}
	partial, err := op.Ask(q.Context(), e.Run, q.Actor, evidence.OpFiles, evidence.FileFilter{Page: db.Page{Limit: 1}, Whole: "no"})
	if err != nil {
		return err
	}
	q.title("evidence", q.T("shell.nav.evidence"))
	verdict := evidenceVerdict(q.Page, fresh, len(waiting), partial.Total)
	return q.render(w, evidenceFilesPage(q.Page, verdict, fileList(q, page, called), freshList(q, fresh)))
}

// loaders names who loaded the files.
func loaders(files []evidence.EvidenceFile) []ref.Ref {
	all := make([]ref.Ref, len(files))
	for i, f := range files {
		all[i] = f.By
	}
	return all
}

func fileRows(files []evidence.EvidenceFile) [][]any {
	rows := make([][]any, len(files))
	for i, f := range files {
		rows[i] = []any{f.ID, f.SHA256, f.Name, string(f.Format), f.Scope, f.Taken.Format("2006-01-02T15:04:05Z"), f.Loaded.Format("2006-01-02T15:04:05Z"), string(f.By), f.Complete, f.Importer}
	}
	return rows
}

func fileList(q *request, page db.PageOf[evidence.EvidenceFile], called names) ui.List {
	formats := make([]string, len(evidence.Formats))
	for i, format := range evidence.Formats {
		formats[i] = string(format)
	}
	list := ui.List{
		Caption: q.T("evidence.tab.files"), Sort: q.URL.Query().Get("sort"), Next: page.Next, Total: page.Total, Exports: true, Nothing: q.T("evidence.files.none"),
		Columns: []ui.Column{
			{Key: "name", Title: q.T("evidence.file.name")},
			{Key: "format", Title: q.T("evidence.file.format")},
			{Key: "scope", Title: q.T("evidence.file.scope")},
			{Key: "taken", Title: q.T("evidence.file.taken"), Right: true},
			{Key: "loaded", Title: q.T("evidence.file.loaded"), Right: true},
			{Title: q.T("evidence.file.whole")},
			{Title: q.T("evidence.file.found"), Right: true},
		},
		Filters: []ui.Input{
			{Name: "q", Label: q.T("evidence.filter.text")},
			{Name: "file_format", Label: q.T("evidence.file.format"), Type: "select", Options: chosen(q.Page, "evidence.filter.any", "evidence.format.", formats...)},
			{Name: "whole", Label: q.T("evidence.file.whole"), Type: "select", Options: chosen(q.Page, "evidence.filter.any", "evidence.whole.", "yes", "no")},
		},
	}
	if list.Sort == "" {
		list.Sort = "-loaded"
	}
	for _, f := range page.Items {
		list.Rows = append(list.Rows, ui.Cells(
			ui.To("/evidence/files/"+f.ID, f.Name), ui.Words(q.T("evidence.format."+string(f.Format))), ui.Words(f.Scope),
			ui.Words(q.Page.DateTime(f.Taken)), ui.Words(q.Page.DateTime(f.Loaded)).Below(called.of(q.Lang(), f.By)), wholeCell(q.Page, f), ui.Words(q.Page.Integer(f.Counts.Records))))
	}
	return list
}

func wholeCell(p ui.Page, f evidence.EvidenceFile) ui.Cell {
	if f.Complete {
		return ui.Is(ui.OK, p.T("evidence.complete"))
	}
	return ui.Is(ui.Warn, p.T("evidence.partial"))
}

// excerpt is a record of a raw file, where a figure led to.
type excerpt struct {
	Record string
	Text   string
}

// file shows one file, and the record that the address points to.
func (e *evidencePages) file(w http.ResponseWriter, q *request) error {
	f, err := op.Ask(q.Context(), e.Run, q.Actor, evidence.OpFile, evidence.FileQuery{ID: q.PathValue("id")})
	if err != nil {
		return err
	}
	part, err := e.excerpt(q, f)
	if err != nil {
		return err
	}
	called, err := e.called(q, f.By)
	if err != nil {
		return err
	}
	q.evidenceTitle(f.Name)
	return q.render(w, evidenceFilePage(q.Page, f, part, called))
}

// excerpt reads the record that begins at the byte of the address.
func (e *evidencePages) excerpt(q *request, f evidence.EvidenceFile) (excerpt, error) {
	query := q.URL.Query()
	offset, err := strconv.ParseInt(query.Get("offset"), 10, 64)
	if err != nil || offset < 0 {
		return excerpt{}, nil // no record was asked for
	}
	raw, err := e.store().Open(f.SHA256)
	if err != nil {
		return excerpt{}, err
	}
	defer raw.Close()
	data := make([]byte, 4096)
	n, err := raw.ReadAt(data, offset)
	if err != nil && err != io.EOF {
		return excerpt{}, err
	}
	return excerpt{Record: query.Get("record"), Text: oneRecord(data[:n], f.Format)}, nil
}

// oneRecord cuts one record out of the bytes that begin with it.
func oneRecord(data []byte, format evidence.Format) string {
	text := strings.ToValidUTF8(string(data), "")
	text = strings.TrimLeft(text, ", \t\r\n")
	if format != evidence.Trivy && format != evidence.Prometheus && !strings.HasPrefix(text, "{") {
		line, _, _ := strings.Cut(text, "\n")
		return line
	}
	depth := 0
	for i, c := range []byte(text) {
		switch c {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return text[:i+1]
			}
		}
	}
	return text
}

// raw sends the file as it was loaded.
func (e *evidencePages) raw(w http.ResponseWriter, q *request) error {
	f, err := op.Ask(q.Context(), e.Run, q.Actor, evidence.OpFile, evidence.FileQuery{ID: q.PathValue("id")})
	if err != nil {
		return err
	}
	raw, err := e.store().Open(f.SHA256)
	if err != nil {
		return err
	}
	defer raw.Close()
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(f.Name))
	http.ServeContent(w, q.Request, "", f.Loaded, raw)
	return nil
}

// optionFacts gives the options of a file in their order, for people.
func optionFacts(p ui.Page, options map[string]string) []ui.Fact {
	var facts []ui.Fact
	for _, name := range []string{"asset", "taken", "released", "order", "zone", "label", "step", "encoding"} {
		if options[name] != "" {
			facts = append(facts, ui.Fact{Term: p.T("evidence.option." + name), Text: options[name]})
		}
	}
	return facts
}

func countFacts(p ui.Page, c evidence.Counts) []ui.Fact {
	var facts []ui.Fact
	for _, one := range []struct {
		key string
		n   int
	}{
		{"records", c.Records},
		{"new", c.New},
		{"changed", c.Changed},
		{"closed", c.Closed},
		{"reopened", c.Reopened},
		{"unchanged", c.Unchanged},
		{"information", c.Information},
		{"repeated", c.Repeated},
		{"revised", c.Revised},
	} {
		facts = append(facts, ui.Fact{Term: p.T("evidence.count." + one.key), Text: p.Integer(one.n)})
	}
	return facts
}

var errForm = problem.New(problem.Invalid, "web.error.form")

// pretty breaks a record of JSON into lines where it is one.
func pretty(text string) string {
	if !strings.HasPrefix(text, "{") {
		return text
	}
	return string(bytes.ReplaceAll([]byte(text), []byte(`,"`), []byte(",\n\"")))
}
