package web

import (
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"accordo.dev/internal/change"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/ingest"
	"accordo.dev/internal/landscape"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/web/ui"
)

// importForm is the upload with what was typed, and the preview once the files were read.
type importForm struct {
	In    landscape.ImportIn
	Err   error
	Ready bool
	Out   landscape.ImportOut
	Kept  []string // "hash name" of each file that waits to be confirmed
}

func (s *Server) landscapeImport(w http.ResponseWriter, q *request) error {
	return q.render(w, s.importPage(q, importForm{In: landscape.ImportIn{Source: q.URL.Query().Get("source")}}))
}

func (s *Server) importTitle(q *request) {
	q.landscapeTitle(q.T("landscape.import.title"))
}

func (s *Server) importPage(q *request, f importForm) templ.Component {
	s.importTitle(q)
	return importPage(q.Page, f, s.refusal(q, "landscape.import"))
}

// landscapePreview keeps the files and shows what they would change; nothing is changed yet.
func (s *Server) landscapePreview(w http.ResponseWriter, q *request) error {
	if err := q.ParseMultipartForm(16 << 20); err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			return err
		}
		return problem.New(problem.Invalid, "web.error.form")
	}
	defer q.MultipartForm.RemoveAll() //nolint:errcheck // temporary files of the upload
	f := importForm{In: typedImport(q)}
	for _, header := range q.MultipartForm.File["files"] {
		file, err := readUpload(header)
		if err != nil {
			return err
		}
		if file.Name != "" {
			f.In.Files = append(f.In.Files, file)
		}
	}
	kept := uploads{dir: s.uploadDir()}
	for _, file := range f.In.Files {
		if err := kept.keep(file, s.DB.Now()); err != nil {
			return err
		}
		f.Kept = append(f.Kept, file.Hash()+" "+file.Name)
	}
	job := s.startImport(q, f, false)
	if !job.waited() {
		return q.redirect(w, "/landscape/import/jobs/"+job.id, "")
	}
	return s.showPreview(w, q, job)
}

// showPreview shows what a finished preview found.
func (s *Server) showPreview(w http.ResponseWriter, q *request, job *mapImport) error {
	f := job.form()
	if f.Err != nil {
		return q.again(w, f.Err, s.importPage(q, f))
	}
	f.Ready = true
	return q.render(w, s.importPage(q, f))
}

func typedImport(q *request) landscape.ImportIn {
	return landscape.ImportIn{
		Source: strings.TrimSpace(q.PostFormValue("source")), Format: q.PostFormValue("format"),
		DateOrder: q.PostFormValue("dateOrder"), Partial: q.PostFormValue("partial") == "true",
	}
}

// landscapeConfirm reads the kept files again and imports them.
func (s *Server) landscapeConfirm(w http.ResponseWriter, q *request) error {
	form, err := q.form()
	if err != nil {
		return err
	}
	f := importForm{In: typedImport(q)}
	kept := uploads{dir: s.uploadDir()}
	for _, one := range form.Values["file"] {
		hash, name, _ := strings.Cut(one, " ")
		file, err := kept.open(hash, name)
		if err != nil {
			return err
		}
		f.In.Files = append(f.In.Files, file)
	}
	job := s.startImport(q, f, true)
	if !job.waited() {
		return q.redirect(w, "/landscape/import/jobs/"+job.id, "")
	}
	return s.showImported(w, q, job)
}

// showImported leads to the map when an import has been done.
func (s *Server) showImported(w http.ResponseWriter, q *request, job *mapImport) error {
	f := job.form()
	if f.Err != nil {
		return q.again(w, f.Err, s.importPage(q, importForm{In: f.In, Err: f.Err}))
	}
	return q.redirect(w, "/landscape", "landscape.import.done", "created", f.Out.Created, "changed", f.Out.Changed, "ended", f.Out.Ended)
}

// landscapeImportJob shows how far an import is that takes long, then what it found or did.
func (s *Server) landscapeImportJob(w http.ResponseWriter, q *request) error {
	job, there := s.mapImports.find(q)
	if !there {
		return problem.New(problem.NotFound, "landscape.import.no-job")
	}
	if !job.finished() {
		s.importTitle(q)
		return q.render(w, importRunning(q.Page, job.work(q.Page)))
	}
	if job.confirmed {
		return s.showImported(w, q, job)
	}
	return s.showPreview(w, q, job)
}

// landscapeTemplate gives an empty table to fill in.
func (s *Server) landscapeTemplate(w http.ResponseWriter, q *request) error {
	file := q.PathValue("file")
	if file == "landscape.xlsx" {
		attach(w, file, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
		return ingest.WriteTemplateWorkbook(w)
	}
	for _, t := range ingest.Templates {
		if file == t.Name+".csv" {
			attach(w, file, "text/csv; charset=utf-8")
			return t.WriteCSV(w)
		}
	}
	return errNoPage
}

func (s *Server) uploadDir() string { return filepath.Join(s.Data, "uploads") }

func readUpload(header *multipart.FileHeader) (landscape.ImportFile, error) {
	file, err := header.Open()
	if err != nil {
		return landscape.ImportFile{}, err
	}
	defer file.Close()
	data, err := io.ReadAll(file)
	return landscape.ImportFile{Name: filepath.Base(strings.ReplaceAll(header.Filename, `\`, "/")), Bytes: data}, err
}

// uploads keeps files under the hash of their content between preview and confirmation.
type uploads struct{ dir string }

// uploadLife is how long a file waits for a confirmation.
const uploadLife = 24 * time.Hour

func (u uploads) keep(file landscape.ImportFile, now time.Time) error {
	if err := os.MkdirAll(u.dir, 0o700); err != nil {
		return err
	}
	u.clear(now)
	path := filepath.Join(u.dir, file.Hash())
	if err := os.WriteFile(path+".part", file.Data(), 0o600); err != nil {
		return err
	}
	return os.Rename(path+".part", path)
}

// clear drops what nobody confirmed.
func (u uploads) clear(now time.Time) {
	entries, err := os.ReadDir(u.dir)
	if err != nil {
		return
	}
	for _, entry := range entries {
		if info, err := entry.Info(); err == nil && now.Sub(info.ModTime()) > uploadLife {
			_ = os.Remove(filepath.Join(u.dir, entry.Name()))
		}
	}
}

// open reads a kept file and checks that it is the one that was shown.
func (u uploads) open(hash, name string) (landscape.ImportFile, error) {
	gone := problem.New(problem.NotFound, "landscape.import.gone", "name", name)
	if len(hash) != 64 || strings.Trim(hash, "0123456789abcdef") != "" {
		return landscape.ImportFile{}, gone
	}
	data, err := os.ReadFile(filepath.Join(u.dir, hash))
	if errors.Is(err, os.ErrNotExist) {
		return landscape.ImportFile{}, gone
	}
	file := landscape.ImportFile{Name: name, Bytes: data}
	if err == nil && file.Hash() != hash {
		err = gone
	}
	return file, err
}

func (u uploads) drop(hash string) { _ = os.Remove(filepath.Join(u.dir, hash)) }

// mostShown bounds the lines of a preview; the counts above are of all.
const mostShown = 300

func shownChanges(all []change.Change) []change.Change { return all[:min(len(all), mostShown)] }

func shownDangling(all []landscape.Dangling) []landscape.Dangling {
	return all[:min(len(all), mostShown)]
}

func changeState(kind change.Kind) ui.State {
	switch kind {
	case change.Create:
		return ui.OK
	case change.Remove:
		return ui.Warn
	default:
		return ui.Plain
	}
}

func lineText(line int) string {
	if line == 0 {
		return ""
	}
	return strconv.Itoa(line)
}

// fieldWord names a field of the map; fields without words keep their name in files.
func fieldWord(p ui.Page, name string) string {
	if key := "landscape.field." + name; i18n.Has(key) {
		return p.T(key)
	}
	return name
}

// importFormats are the formats to choose from; none means that it is found out.
func importFormats(p ui.Page) []ui.Option {
	return append([]ui.Option{{Text: p.T("landscape.import.format.find")}}, choices(p, "landscape.import.format.", landscape.Formats()...)...)
}

// importAccept are the endings of names that the browser offers first.
func importAccept() string { return strings.Join(landscape.Extensions(), ",") }

func shownLeft(all []string) []string { return all[:min(len(all), mostShown)] }

func dateOrders(p ui.Page) []ui.Option {
	return append([]ui.Option{{Text: p.T("landscape.import.dates.find")}}, choices(p, "landscape.import.dates.", "ymd", "dmy", "mdy")...)
}
