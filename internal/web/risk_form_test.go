package web_test

import (
	"context"
	"encoding/json"
	"html"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/risk"
	"accordo.dev/internal/risk/fair"
)

func ptr(x float64) *float64 { return &x }

// wholeTree is a model in which every part of the form is used, and every shape of a distribution.
func wholeTree() fair.Scenario {
	triangle := fair.Distribution{Kind: fair.Triangular, Low: ptr(0.1), Mode: ptr(0.4), High: ptr(0.9)}
	pert := fair.Distribution{Kind: fair.PERT, Low: ptr(0.2), Mode: ptr(0.5), High: ptr(0.95), Gamma: ptr(5)}
	metalog := fair.Distribution{Kind: fair.Metalog, P10: ptr(10), P50: ptr(30.5), P90: ptr(90), Lower: ptr(0)}
	return fair.Scenario{
		Frequency:      fair.Distribution{Kind: fair.Lognormal, P50: ptr(0.75), P95: ptr(6)},
		Susceptibility: &fair.Susceptibility{Capability: &triangle, Resistance: &pert},
		Primary: []fair.Loss{
			{Form: "response", Amount: fair.Interval90(1234.5, 1e6)},
			{Form: "fines", Amount: fair.Distribution{Kind: fair.Empirical, Values: []float64{0, 12500.5, 9e5}, Weights: []float64{6, 3, 1}}},
		},
		Secondary: &fair.Secondary{
			Probability: fair.Distribution{Kind: fair.Uniform, Low: ptr(0.05), High: ptr(0.25)},
			Losses:      []fair.Loss{{Form: "reputation", Amount: fair.Fixed(2e5)}},
		},
		Deductible: ptr(5e4), Limit: ptr(2e6), Minutes: &metalog,
		Controls: []fair.Control{
			{ID: "core", On: fair.OnSusceptibility, Coverage: 0.9, Reliability: ptr(0.95), Intended: 0.6, Variant: 0.1, Measured: fair.ByPatching},
			{ID: "Restore rehearsals", On: fair.OnMagnitude, Coverage: 1, VarianceFrequency: ptr(2), VarianceDays: ptr(20), Intended: 0.4, Planned: true},
		},
		Causes: []fair.Link{{Cause: "supplier", Factor: 4.5}},
	}
}

func treeSite(t *testing.T) site {
	t.Helper()
	s := decidingSite(t, dbtest.SQLite(t))
	dbtest.Change(t, s.run.DB, func(tx *db.Tx) error {
		f, err := risk.Export(context.Background(), tx)
		if err != nil {
			return err
		}
		f.Ties.Causes = []risk.Cause{{ID: "supplier", Title: "The supplier fails", Probability: 0.1}}
		f.Scenarios[0].Model = wholeTree() // fraud, the first by id
		_, err = risk.Apply(context.Background(), tx, f)
		return err
	})
	return s
}

var (
	inputs    = regexp.MustCompile(`<input ([^>]*)>`)
	textareas = regexp.MustCompile(`(?s)<textarea name="([^"]*)"[^>]*>(.*?)</textarea>`)
	selects   = regexp.MustCompile(`(?s)<select name="([^"]*)"[^>]*>(.*?)</select>`)
	selected  = regexp.MustCompile(`<option value="([^"]*)" selected`)
	attribute = regexp.MustCompile(`(\w+)="([^"]*)"`)
)

// filledIn are the fields of the form of a scenario as a browser without script would send them, name after value.
func filledIn(t *testing.T, body string) []string {
	t.Helper()
	_, form, found := strings.Cut(body, `id="risk-form"`)
	if !found {
		t.Fatal("got no form")
	}
	form, _, _ = strings.Cut(form, "</form>")
	var pairs []string
	add := func(name, value string) { pairs = append(pairs, html.UnescapeString(name), html.UnescapeString(value)) }
	for _, in := range inputs.FindAllStringSubmatch(form, -1) {
		a := map[string]string{}
		for _, one := range attribute.FindAllStringSubmatch(in[1], -1) {
			a[one[1]] = one[2]
		}
		if a["type"] != "checkbox" || strings.Contains(in[1], " checked") {
			add(a["name"], a["value"])
		}
	}
	for _, area := range textareas.FindAllStringSubmatch(form, -1) {
		add(area[1], area[2])
	}
	for _, choice := range selects.FindAllStringSubmatch(form, -1) {
		value := ""
		if chosen := selected.FindStringSubmatch(choice[2]); chosen != nil {
			value = chosen[1]
		}
		add(choice[1], value)
	}
	return pairs
}

// set changes a field, or adds it.
func set(pairs []string, name, value string) []string {
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i] == name {
			pairs[i+1] = value
			return pairs
		}
	}
	return append(pairs, name, value)
}

func modelOf(t *testing.T, s site, id string) (m fair.Scenario) {
	t.Helper()
	dbtest.View(t, s.run.DB, func(r db.Reader) error {
		one, err := risk.Get(context.Background(), r, risk.GetIn{ID: id})
		m = one.Model
		return err
	})
	return m
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestFormSentBackAsItCameChangesNothingOfTheTree(t *testing.T) {
	for _, lang := range []string{"en", "it"} {
		t.Run(lang, func(t *testing.T) {
			s := treeSite(t)
			before := asJSON(t, modelOf(t, s, "fraud"))
			if !strings.Contains(before, "supplier") {
				t.Fatalf("got %s, want the whole tree", before)
			}
			v := s.signedIn("dario@example.org")
			v.post("/preferences", "lang", lang, "back", "/people")
			p := v.get("/risks/assess/fraud")
			want(t, v.post("/risks/assess/fraud", set(set(filledIn(t, p.body), "reason", "estimate"), "do", "save")...), http.StatusOK)
			if after := asJSON(t, modelOf(t, s, "fraud")); after != before {
				t.Errorf("got  %s\nwant %s", after, before)
			}
		})
	}
}

func TestRowsAreAddedAndTakenAwayWithoutScriptAndNothingIsSaved(t *testing.T) {
	s := treeSite(t)
	before := asJSON(t, modelOf(t, s, "fraud"))
	v := s.signedIn("dario@example.org")
	fields := filledIn(t, v.get("/risks/assess/fraud").body)
	more := v.post("/risks/assess/fraud", set(slices.Clone(fields), "do", "add:model.controls")...)
	want(t, more, http.StatusOK, `name="model.controls[2].id"`)
	fewer := v.post("/risks/assess/fraud", set(slices.Clone(fields), "do", "remove:model.controls[0]")...)
	want(t, fewer, http.StatusOK, `value="Restore rehearsals"`)
	if strings.Contains(fewer.body, `name="model.controls[1].id"`) {
		t.Error("got two controls, want the one that is left")
	}
	if after := asJSON(t, modelOf(t, s, "fraud")); after != before {
		t.Errorf("got %s, want nothing saved", after)
	}
}

func TestAnotherShapeBringsItsOwnFieldsAndWhatWouldComeOut(t *testing.T) {
	v := treeSite(t).signedIn("dario@example.org")
	fields := filledIn(t, v.get("/risks/assess/outage").body)
	p := v.post("/risks/assess/outage", set(fields, "model.frequency.dist", "pert")...)
	want(t, p, http.StatusOK, `name="model.frequency.mode"`)
	if strings.Contains(p.body, `name="model.frequency.p95"`) {
		t.Error("got the field of the former shape")
	}
	fields = filledIn(t, p.body)
	for name, value := range map[string]string{"low": "0,2", "mode": "0.5", "high": "2", "gamma": ""} {
		fields = set(fields, "model.frequency."+name, value)
	}
	want(t, v.post("/risks/assess/outage", set(fields, "do", "update")...), http.StatusOK, `id="preview"`, "<svg")
}

func TestWhatIsWrongWithATreeStandsBesideItsField(t *testing.T) {
	v := treeSite(t).signedIn("dario@example.org")
	fields := filledIn(t, v.get("/risks/assess/fraud").body)
	for name, value := range map[string]string{
		"model.secondary.probability.high": "1.5", "model.controls[0].coverage": "2", "model.susceptibility.resistance.mode": "3", "reason": "scope", "do": "save",
	} {
		fields = set(fields, name, value)
	}
	want(t, v.post("/risks/assess/fraud", fields...), http.StatusBadRequest,
		`id="f-model.secondary.probability.dist-error"`, `id="f-model.controls[0].coverage-error"`, `id="f-model.susceptibility.resistance.mode-error"`)
}
