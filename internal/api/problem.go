package api

import (
	"encoding/json"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"accordo.dev/internal/i18n"
	"accordo.dev/internal/problem"
)

// toModel turns an error into RFC 9457 problem details, in the language of the caller. The type is
// stable ("urn:accordo:problem:<message key>"); each cause is a detail with its place.
func toModel(lang i18n.Lang, err error) *huma.ErrorModel {
	p, ok := problem.As(err)
	if !ok {
		return &huma.ErrorModel{
			Type: "urn:accordo:problem:internal", Status: http.StatusInternalServerError,
			Title: http.StatusText(http.StatusInternalServerError), Detail: i18n.T(lang, "web.error.internal"),
		}
	}
	status := Status(p.Kind)
	m := &huma.ErrorModel{
		Type: "urn:accordo:problem:" + p.Key, Status: status, Title: http.StatusText(status), Detail: i18n.Problem(lang, p),
	}
	for _, cause := range append([]*problem.Error{p}, p.Causes...) {
		if cause.Field != "" || cause.Source.File != "" {
			m.Errors = append(m.Errors, &huma.ErrorDetail{Message: i18n.Problem(lang, cause), Location: location(cause)})
		}
	}
	return m
}

func location(p *problem.Error) string {
	if p.Field != "" {
		return "body." + p.Field
	}
	return p.Source.File
}

// Status is the HTTP status of a kind of problem.
func Status(kind problem.Kind) int {
	statuses := map[problem.Kind]int{
		problem.Invalid: http.StatusUnprocessableEntity, problem.NotFound: http.StatusNotFound, problem.Forbidden: http.StatusForbidden,
		problem.Unauthenticated: http.StatusUnauthorized, problem.Conflict: http.StatusConflict,
		problem.TooLarge: http.StatusRequestEntityTooLarge, problem.TooMany: http.StatusTooManyRequests,
	}
	if status, ok := statuses[kind]; ok {
		return status
	}
	return http.StatusInternalServerError
}

func writeProblem(w http.ResponseWriter, lang i18n.Lang, err error) {
	writeModel(w, toModel(lang, err))
}

func writeModel(w http.ResponseWriter, model *huma.ErrorModel) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(model.Status)
	_ = json.NewEncoder(w).Encode(model)
}
