package api_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"accordo.dev/internal/access"
	"accordo.dev/internal/api"
	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/op"
	"accordo.dev/internal/project"
	"accordo.dev/internal/record"
	"accordo.dev/internal/ref"
	"accordo.dev/internal/risk"
	"accordo.dev/internal/risk/fair"
)

// service is a running API; callers are named by the header "Office".
func service(t *testing.T, d *db.DB) string {
	t.Helper()
	policies, err := access.Load(identity.Offices)
	if err != nil {
		t.Fatal(err)
	}
	key, err := record.LoadKey(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	who := func(r *http.Request) (db.Actor, error) {
		office := r.Header.Get("Office")
		if office == "" {
			return db.Actor{}, nil
		}
		return db.Actor{Ref: ref.New("person", office), Name: office, Offices: []string{office}}, nil
	}
	run := &op.Runner{DB: d, Access: policies}
	server := httptest.NewServer(api.Handler(api.Config{Run: run, Key: key, Who: who, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Version: "test"}))
	t.Cleanup(server.Close)
	dbtest.Change(t, d, func(tx *db.Tx) error {
		if _, err := risk.Apply(context.Background(), tx, risk.File{Scenarios: []risk.Scenario{
			{ID: "outage", Title: "Outage", Model: fair.Scenario{Frequency: fair.Interval90(0.5, 2), Primary: []fair.Loss{{Amount: fair.Interval90(2e4, 9e5)}}}, Treatment: "reduce", Status: "open"},
		}}); err != nil {
			return err
		}
		f := project.File{}
		for _, id := range []string{"a", "b", "c"} {
			f.Projects = append(f.Projects, project.Project{ID: id, Title: "Project " + id, Stage: project.Design, Validation: project.NoValidation})
		}
		_, err := project.Apply(context.Background(), tx, f)
		return err
	})
	return server.URL
}

// call sends a request and reads the JSON of its answer.
func call(t *testing.T, office, method, address, body string) (int, map[string]any) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Office", office)
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	data, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	var out map[string]any
	if err := json.Unmarshal(data, &out); err != nil {
		t.Fatalf("%s %s: %v in %s", method, address, err, data)
	}
	if kind := answer.Header.Get("Content-Type"); answer.StatusCode >= 400 && !strings.HasPrefix(kind, "application/problem+json") {
		t.Errorf("%s %s: got %s, want problem details", method, address, kind)
	}
	return answer.StatusCode, out
}

func TestEveryOperationIsDescribedInOpenAPI(t *testing.T) {
	url := service(t, dbtest.SQLite(t))
	status, doc := call(t, "cio", "GET", url+"/api/openapi.json", "")
	if status != http.StatusOK || doc["openapi"] != "3.1.0" {
		t.Fatalf("got %d, version %v, want OpenAPI 3.1", status, doc["openapi"])
	}
	found := map[string]bool{}
	paths, _ := doc["paths"].(map[string]any)
	for path, methods := range paths {
		for method, operation := range methods.(map[string]any) {
			described := operation.(map[string]any)
			found[described["operationId"].(string)] = true
			summary, _ := described["summary"].(string)
			if summary == "" || strings.HasPrefix(summary, "op.") {
				t.Errorf("%s %s: got the summary %q", method, path, summary)
			}
		}
	}
	for _, name := range []string{
		"risk.list", "risk.get", "risk.ranking", "risk.current", "risk.assess", "risk.set-appetite", "risk.simulate", "project.list", "project.validate", "project.leave-design",
		"decision.propose", "decision.give-key", "decision.refuse", "decision.counter", "decision.arbitrate", "decision.withdraw", "budget.standing", "organisation.get",
		"record.list", "record.get", "record.prove", "record.checkpoint",
	} {
		if !found[name] {
			t.Errorf("got no operation %s", name)
		}
	}
}

func TestErrorsAreProblemDetails(t *testing.T) {
	url := service(t, dbtest.SQLite(t))
	proposal := `{"title":"","kind":"fund","materiality":"low","content":""}`
	for _, c := range []struct {
		name, office, method, path, body string
		status                           int
		contains                         string
	}{
		{"nobody", "", "GET", "/api/risks", "", http.StatusUnauthorized, "access.sign-in"},
		{"forbidden names the policy", "cio", "POST", "/api/risks/appetite", `{"appetite":{"setOn":"","setBy":"","moneyP95Eur":1,"minutesQuarter":1,"exposureDaysQuarter":1}}`, http.StatusForbidden, "appetite-belongs-to-the-board"},
		{"not found", "cio", "GET", "/api/risks/none", "", http.StatusNotFound, "problem.not-found"},
		{"fields are named", "cio", "POST", "/api/decisions/propose", proposal, http.StatusUnprocessableEntity, "body.content"},
		{"entry out of range", "cio", "GET", "/api/record/entries/999", "", http.StatusNotFound, "record.error.no-entry"},
	} {
		status, answer := call(t, c.office, c.method, url+c.path, c.body)
		text, _ := json.Marshal(answer) //nolint:errcheck // it was JSON a moment ago
		if status != c.status || !strings.Contains(string(text), c.contains) {
			t.Errorf("%s: got %d %s, want %d with %s", c.name, status, text, c.status, c.contains)
		}
	}
}

func TestListsGoOnAtTheirCursor(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		url := service(t, d)
		_, first := call(t, "cio", "GET", url+"/api/projects?limit=2&sort=title", "")
		items, _ := first["items"].([]any)
		next, _ := first["next"].(string)
		if len(items) != 2 || first["total"] != 3.0 || next == "" {
			t.Fatalf("got %v, want two of three and a cursor", first)
		}
		_, second := call(t, "cio", "GET", url+"/api/projects?limit=2&sort=title&after="+next, "")
		items, _ = second["items"].([]any)
		if len(items) != 1 || second["next"] != nil {
			t.Errorf("got %v, want the last one", second)
		}
	})
}

func TestRecordIsProvenThroughTheAPI(t *testing.T) {
	url := service(t, dbtest.SQLite(t))
	status, _ := call(t, "ciso", "POST", url+"/api/projects/validate", `{"id":"a","version":1,"decision":"approved"}`)
	if status != http.StatusOK {
		t.Fatalf("got %d", status)
	}
	_, checkpoint := call(t, "cio", "GET", url+"/api/record/checkpoint", "")
	_, answer := call(t, "cio", "GET", url+"/api/record/entries/0/proof", "")
	data, err := json.Marshal(answer)
	if err != nil {
		t.Fatal(err)
	}
	var proof record.Inclusion
	if err := json.Unmarshal(data, &proof); err != nil {
		t.Fatal(err)
	}
	public, _ := checkpoint["publicKey"].(string)
	entry, err := proof.Verify(public)
	if err != nil || entry.Operation != "project.validate" {
		t.Errorf("got %v, %v, want the proven validation", entry.Operation, err)
	}
	_, list := call(t, "cio", "GET", url+"/api/record/entries?ref=project:a", "")
	if list["total"] != 1.0 {
		t.Errorf("got %v, want the one entry of the project", list)
	}
}
