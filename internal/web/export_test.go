package web

import (
	"bytes"
	"encoding/csv"
	"net/http/httptest"
	"slices"
	"testing"
)

type stage string

func TestNoCellOfAnExportIsAFormula(t *testing.T) {
	for _, c := range []struct {
		cell any
		want string
	}{
		{"=1+1", "'=1+1"},
		{"+39 06", "'+39 06"},
		{"-x", "'-x"},
		{"@sum", "'@sum"},
		{"\t=1", "'\t=1"},
		{"\r=1", "'\r=1"},
		{"\n=1", "'\n=1"},
		{stage("=cmd"), "'=cmd"},
		{[]string{"a"}, "[a]"},
		{"a=b", "a=b"},
		{"", ""},
		{nil, ""},
		{-5, "-5"},
		{int64(-5), "-5"},
		{-0.5, "-0.5"},
		{true, "true"},
	} {
		if got := csvCell(c.cell); got != c.want {
			t.Errorf("%#v: got %q, want %q", c.cell, got, c.want)
		}
	}
}

func TestExportIsReadBackAsItWas(t *testing.T) {
	w := httptest.NewRecorder()
	if err := exportCSV(w, "projects", []string{"id", "title"}, [][]any{{"a", "Say \"hi\", twice\nor more"}, {"b", "città"}}); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(w.Body.Bytes(), []byte("\ufeff")))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if got, want := slices.Concat(rows...), []string{"id", "title", "a", "Say \"hi\", twice\nor more", "b", "città"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestOnlyAddressesOfThisSiteAreGoneBackTo(t *testing.T) {
	for path, want := range map[string]string{
		"/risks?sort=-p95": "/risks?sort=-p95", "": "/", "risks": "/", "//evil.example": "/", "https://evil.example": "/", `/\\evil.example`: "/",
		"/\t/evil.example": "/", "javascript:alert(1)": "/", "http:/evil.example": "/",
	} {
		if got := localPath(path); got != want {
			t.Errorf("%q: got %q, want %q", path, got, want)
		}
	}
}
