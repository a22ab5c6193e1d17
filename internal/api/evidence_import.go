package api

import (
	"encoding/json"
	"errors"
	"mime"
	"mime/multipart"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"accordo.dev/internal/access"
	"accordo.dev/internal/evidence"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
)

// importParameters are the decisions that stand in the address. They hold for a form too; its parts go before them.
var importParameters = []struct{ name, doc string }{
	{"format", "trivy, kev, servicenow, availability-csv or prometheus; found out from the content unless told"},
	{"scope", "what the run covers; the artifact that the file names unless told"},
	{"partial", "true: the file is filtered or does not cover the whole scope, and closes nothing"},
	{"dry_run", "true: only tell what would change"},
	{"name", "of the file; needed when the body is the file itself"},
	{"asset", "what the file speaks of"},
	{"taken", "day or instant of the run, when the file does not say"},
	{"released", "day of the catalogue, when the file does not say"},
	{"order", "of day and month in dates: ymd, dmy or mdy"},
	{"zone", "of dates without one, such as Europe/Rome"},
	{"label", "that names the element, for Prometheus"},
	{"step", "between samples, for Prometheus"},
	{"encoding", "utf-8 unless told; windows-1252"},
}

// importRoute takes a file of evidence: as the body itself, or as the part "file" of a form. The bytes go
// straight into the store.
func (s *server) importRoute() {
	o := operation(evidence.OpImport.Name, "POST /api/evidence/import")
	for _, p := range importParameters {
		o.Parameters = append(o.Parameters, &huma.Param{Name: p.name, In: "query", Description: p.doc, Schema: &huma.Schema{Type: "string"}})
	}
	bytes := &huma.Schema{Type: "string", Format: "binary"}
	o.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
		"application/octet-stream": {Schema: bytes},
		"multipart/form-data":      {Schema: &huma.Schema{Type: "object", Required: []string{"file"}, Properties: map[string]*huma.Schema{"file": bytes}}},
	}}
	o.Responses = map[string]*huma.Response{"200": {Description: http.StatusText(http.StatusOK), Content: map[string]*huma.MediaType{"application/json": {}}}}
	s.api.OpenAPI().AddOperation(&o)
	s.api.Adapter().Handle(&o, func(ctx huma.Context) {
		r, w := humago.Unwrap(ctx)
		out, err := s.importFile(r)
		if err != nil {
			lang := callerOf(r.Context()).lang
			var failed *huma.ErrorModel
			if errors.As(s.fail(lang, evidence.OpImport.Name, err), &failed) {
				writeModel(w, failed)
			}
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(out)
	})
}

func (s *server) importFile(r *http.Request) (evidence.ImportResult, error) {
	actor := callerOf(r.Context()).actor
	if err := s.Run.Access.Check(access.Request{Actor: actor, Operation: evidence.OpImport.Name}); err != nil {
		return evidence.ImportResult{}, err
	}
	in := evidence.ImportInput{Store: s.Evidence}
	query := r.URL.Query()
	for _, p := range importParameters {
		in.Decide(p.name, query.Get(p.name))
	}
	if err := receive(r, &in); err != nil {
		return evidence.ImportResult{}, received(err)
	}
	if dry := query.Get("dry_run"); dry == "true" || dry == "1" {
		return op.DryRun(r.Context(), s.Run, actor, evidence.OpImport, in)
	}
	return op.Do(r.Context(), s.Run, actor, evidence.OpImport, in)
}

// receive puts the file into the store.
func receive(r *http.Request, in *evidence.ImportInput) (err error) {
	kind, params, _ := mime.ParseMediaType(r.Header.Get("Content-Type")) //nolint:errcheck // what is no form is the file itself
	if kind == "multipart/form-data" {
		return in.Receive(in.Store, multipart.NewReader(r.Body, params["boundary"]))
	}
	if in.Name == "" {
		return problem.Field("name", "problem.required")
	}
	in.SHA256, _, err = in.Store.Put(r.Body)
	return err
}

// received says in words what went wrong on the way: the file is too large, or it is no form.
func received(err error) error {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return problem.New(problem.TooLarge, "web.error.too-large", "limit", tooLarge.Limit>>20)
	}
	return err
}
