// Package api serves every operation over HTTP: OpenAPI 3.1 at /api/openapi.json, errors as RFC 9457,
// lists by cursor. It holds no logic: each route runs the same operation as the page and the command.
// Callers sign in with an API token (Authorization: Bearer ...).
package api

import (
	"context"
	"log/slog"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"accordo.dev/internal/db"
	"accordo.dev/internal/evidence"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/record"
	"accordo.dev/internal/report"
)

// Config is what the API needs from outside.
type Config struct {
	Run      *op.Runner
	Key      record.Key                            // signs checkpoints of the record
	Desk     report.Desk                           // where reports are made
	Evidence evidence.Store                        // raw files
	Who      func(*http.Request) (db.Actor, error) // who calls; the zero actor when nobody is signed in
	Log      *slog.Logger
	Version  string
}

type server struct {
	Config
	api huma.API
}

// Handler serves /api/.
func Handler(c Config) http.Handler {
	routes := http.NewServeMux()
	config := huma.DefaultConfig("accordo", c.Version)
	config.OpenAPIPath = "/api/openapi"
	config.DocsPath = ""
	config.SchemasPath = "/api/schemas"
	config.CreateHooks = nil // no link to a schema inside every answer; the types of the areas are answered as they are
	config.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", schemaName)
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{"token": {Type: "http", Scheme: "bearer"}}
	config.Security = []map[string][]string{{"token": {}}}
	s := &server{Config: c, api: humago.New(routes, config)}
	s.recordRoutes()
	s.landscapeRoutes()
	s.evidenceRoutes()
	s.indicatorRoutes()
	s.riskRoutes()
	s.projectRoutes()
	s.decisionRoutes()
	s.budgetRoutes()
	s.obligationRoutes()
	s.surveyRoutes()
	s.committeeRoutes()
	s.raciRoutes()
	s.reportRoutes()
	s.identityRoutes()
	s.governanceRoutes()
	return s.identify(routes)
}

type callerKey struct{}

type caller struct {
	actor db.Actor
	lang  i18n.Lang
}

// identify finds the caller once; handlers only see the actor.
func (s *server) identify(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		actor, err := s.Who(r)
		if err != nil {
			writeProblem(w, i18n.ParseLang(r.Header.Get("Accept-Language")), err)
			return
		}
		c := caller{actor: actor, lang: i18n.ParseLang(r.Header.Get("Accept-Language"))}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), callerKey{}, c)))
	})
}

func callerOf(ctx context.Context) caller {
	c, _ := ctx.Value(callerKey{}).(caller)
	return c
}

type answer[Out any] struct{ Body Out }

// query offers an operation that reads; its input's fields carry query and path tags.
func query[In, Out any](s *server, q op.Query[In, Out]) {
	huma.Register(s.api, operation(q.Name, q.Route), func(ctx context.Context, in *In) (*answer[Out], error) {
		c := callerOf(ctx)
		out, err := op.Ask(ctx, s.Run, c.actor, q, *in)
		if err != nil {
			return nil, s.fail(c.lang, q.Name, err)
		}
		return &answer[Out]{Body: out}, nil
	})
}

type asked[In any] struct{ Body In }

// command offers an operation that changes; its input is the body.
func command[In, Out any](s *server, cmd op.Command[In, Out]) {
	huma.Register(s.api, operation(cmd.Name, cmd.Route), func(ctx context.Context, in *asked[In]) (*answer[Out], error) {
		c := callerOf(ctx)
		out, err := op.Do(ctx, s.Run, c.actor, cmd, in.Body)
		if err != nil {
			return nil, s.fail(c.lang, cmd.Name, err)
		}
		return &answer[Out]{Body: out}, nil
	})
}

func operation(name, route string) huma.Operation {
	method, path, _ := strings.Cut(route, " ")
	area, _, _ := strings.Cut(name, ".")
	return huma.Operation{
		OperationID: name, Method: method, Path: path, Tags: []string{area},
		Summary: i18n.T(i18n.EN, "op."+name), MaxBodyBytes: 1 << 20,
	}
}

func (s *server) fail(lang i18n.Lang, name string, err error) error {
	if _, ok := problem.As(err); !ok {
		s.Log.Error("operation failed", "operation", name, "error", err)
	}
	return toModel(lang, err)
}
