package web

import (
	"context"
	"time"

	"accordo.dev/internal/landscape"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
	"accordo.dev/internal/web/ui"
)

// mapImport is a preview or an import of the landscape that a person began. It goes on when the page is left, and is forgotten
// when the server stops: the files are kept.
type mapImport struct {
	id        string
	owner     ref.Ref
	confirmed bool
	done      chan struct{} // closed when it has finished
	asked     importForm    // without files
	out       landscape.ImportOut
	err       error
}

// importPatience is how long a page waits for an import before it shows that it goes on.
const importPatience = 4 * time.Second

func (job *mapImport) name() string   { return job.id }
func (job *mapImport) begun() ref.Ref { return job.owner }

// startImport runs the preview, or the import itself, in the background.
func (s *Server) startImport(q *request, f importForm, confirmed bool) *mapImport {
	ctx, actor, in := context.WithoutCancel(q.Context()), q.Actor, f.In
	f.In.Files = nil
	job := s.mapImports.add(&mapImport{id: ref.NewID(), owner: actor.Ref, confirmed: confirmed, done: make(chan struct{}), asked: f})
	run := op.DryRun[landscape.ImportIn, landscape.ImportOut]
	if confirmed {
		run = op.Do[landscape.ImportIn, landscape.ImportOut]
	}
	kept := uploads{dir: s.uploadDir()}
	go func() {
		defer close(job.done)
		job.out, job.err = run(ctx, s.Run, actor, landscape.OpImport, in)
		if _, known := problem.As(job.err); job.err != nil && !known {
			s.Log.Error("import failed", "source", in.Source, "error", job.err)
		}
		if confirmed == (job.err == nil) { // done, or refused before anything was shown
			for _, file := range in.Files {
				kept.drop(file.Hash())
			}
		}
	}()
	return job
}

// waited waits a little and tells whether the import has finished.
func (job *mapImport) waited() bool {
	select {
	case <-job.done:
		return true
	case <-time.After(importPatience):
		return false
	}
}

func (job *mapImport) finished() bool {
	select {
	case <-job.done:
		return true
	default:
		return false
	}
}

// form is what was asked with what came of it; only of a finished import.
func (job *mapImport) form() importForm {
	f := job.asked
	f.Out, f.Err = job.out, job.err
	return f
}

func (job *mapImport) work(p ui.Page) ui.Work {
	label := p.T("landscape.import.reading")
	if job.confirmed {
		label = p.T("landscape.import.writing")
	}
	return ui.Work{Label: label, Text: job.asked.In.Source, Poll: "/landscape/import/jobs/" + job.id}
}
