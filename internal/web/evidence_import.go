package web

import (
	"context"
	"net/http"
	"sync"

	"accordo.dev/internal/evidence"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
	"accordo.dev/internal/web/ui"
)

// importJob is one import that a person began: first a preview, then, when confirmed, the import itself. It
// goes on when the page is left, and is forgotten when the server stops: raw files stay in the store.
type importJob struct {
	ID    string
	Owner ref.Ref

	mu        sync.Mutex
	In        evidence.ImportInput
	Running   bool
	Confirmed bool
	Read      int64
	Total     int64
	Result    evidence.ImportResult
	Err       error
}

// importState is a job as a page shows it.
type importState struct {
	ID                 string
	In                 evidence.ImportInput
	Running, Confirmed bool
	Read, Total        int64
	Result             evidence.ImportResult
	Err                error
}

func (j *importJob) state() importState {
	j.mu.Lock()
	defer j.mu.Unlock()
	return importState{j.ID, j.In, j.Running, j.Confirmed, j.Read, j.Total, j.Result, j.Err}
}

// begin marks the job as running; false when it runs already.
func (j *importJob) begin(in evidence.ImportInput, confirmed bool) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.Running || confirmed && j.Confirmed && j.Err == nil {
		return false
	}
	j.In, j.Running, j.Confirmed, j.Read, j.Total, j.Err = in, true, confirmed, 0, 0, nil
	return true
}

func (j *importJob) name() string   { return j.ID }
func (j *importJob) begun() ref.Ref { return j.Owner }

func (e *evidencePages) find(q *request) (*importJob, error) {
	job, there := e.jobs.find(q)
	if !there {
		return nil, problem.New(problem.NotFound, "evidence.error.no-job")
	}
	return job, nil
}

// start runs the preview or the import of a job in the background.
func (e *evidencePages) start(q *request, job *importJob, in evidence.ImportInput, confirmed bool) {
	if !job.begin(in, confirmed) {
		return
	}
	ctx, actor := context.WithoutCancel(q.Context()), q.Actor
	in.Store = e.store()
	in.Progress = func(read, total int64) {
		job.mu.Lock()
		job.Read, job.Total = read, total
		job.mu.Unlock()
	}
	run := op.DryRun[evidence.ImportInput, evidence.ImportResult]
	if confirmed {
		run = op.Do[evidence.ImportInput, evidence.ImportResult]
	}
	go func() {
		out, err := run(ctx, e.Run, actor, evidence.OpImport, in)
		if _, known := problem.As(err); err != nil && !known {
			e.Log.Error("import failed", "file", in.Name, "error", err)
		}
		job.mu.Lock()
		job.Result, job.Err, job.Running = out, err, false
		job.mu.Unlock()
	}()
}

// importForm asks for a file.
func (e *evidencePages) importForm(w http.ResponseWriter, q *request) error {
	if err := e.Run.Access.Check(accessTo(q, evidence.OpImport.Name)); err != nil {
		return err
	}
	q.evidenceTitle(q.T("evidence.load"))
	return q.render(w, evidenceImportPage(q.Page, evidence.ImportInput{}, nil))
}

// upload stores the file and begins the preview.
func (e *evidencePages) upload(w http.ResponseWriter, q *request) error {
	if err := e.Run.Access.Check(accessTo(q, evidence.OpImport.Name)); err != nil {
		return err
	}
	in, err := e.receive(q)
	if err != nil {
		if p, ok := problem.As(err); ok && p.Kind == problem.Invalid {
			q.evidenceTitle(q.T("evidence.load"))
			return q.renderStatus(w, http.StatusBadRequest, evidenceImportPage(q.Page, in, err))
		}
		return err
	}
	job := e.jobs.add(&importJob{ID: ref.NewID(), Owner: q.Actor.Ref})
	e.start(q, job, in, false)
	return q.redirect(w, "/evidence/import/"+job.ID, "")
}

// receive reads a form with a file; the file goes straight to the store.
func (e *evidencePages) receive(q *request) (evidence.ImportInput, error) {
	var in evidence.ImportInput
	parts, err := q.MultipartReader()
	if err != nil {
		return in, errForm
	}
	err = in.Receive(e.store(), parts)
	return in, err
}

// job shows how far an import is, its preview, or what it did.
func (e *evidencePages) job(w http.ResponseWriter, q *request) error {
	job, err := e.find(q)
	if err != nil {
		return err
	}
	q.evidenceTitle(q.T("evidence.load"))
	return q.render(w, evidenceJobPage(q.Page, job.state()))
}

// previewAgain previews the same bytes under other decisions.
func (e *evidencePages) previewAgain(w http.ResponseWriter, q *request) error {
	job, err := e.find(q)
	if err != nil {
		return err
	}
	if err := q.ParseForm(); err != nil {
		return errForm
	}
	old := job.state().In
	in := evidence.ImportInput{SHA256: old.SHA256}
	for name, values := range q.PostForm {
		in.Decide(name, values[0])
	}
	in.Name = old.Name
	e.start(q, job, in, false)
	return q.redirect(w, "/evidence/import/"+job.ID, "")
}

// confirm loads what was previewed.
func (e *evidencePages) confirm(w http.ResponseWriter, q *request) error {
	job, err := e.find(q)
	if err != nil {
		return err
	}
	e.start(q, job, job.state().In, true)
	return q.redirect(w, "/evidence/import/"+job.ID, "")
}

// work is the progress of a running job; the page of the job is asked again until it is no longer there.
func (s importState) work(p ui.Page) ui.Work {
	label := p.T("evidence.import.previewing")
	if s.Confirmed {
		label = p.T("evidence.import.loading")
	}
	return ui.Work{
		Label: label, Done: int(s.Read >> 10), Total: int(s.Total >> 10), Poll: "/evidence/import/" + s.ID,
		Text: p.T("evidence.import.read", "read", int(s.Read>>10), "total", int(s.Total>>10)),
	}
}
