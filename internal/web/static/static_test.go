package static_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"accordo.dev/internal/web/static"
)

func get(t *testing.T, address, etag string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, address, nil)
	if etag != "" {
		r.Header.Set("If-None-Match", etag)
	}
	w := httptest.NewRecorder()
	static.Handler().ServeHTTP(w, r)
	return w
}

func TestAddressWithHashIsKeptForAYear(t *testing.T) {
	w := get(t, static.Href("tokens.css"), "")
	if got, want := w.Code, http.StatusOK; got != want {
		t.Fatalf("status: got %v, want %v", got, want)
	}
	if got, want := w.Header().Get("Cache-Control"), "public, max-age=31536000, immutable"; got != want {
		t.Errorf("cache rule: got %q, want %q", got, want)
	}
	if got, want := w.Header().Get("Content-Type"), "text/css; charset=utf-8"; got != want {
		t.Errorf("type: got %q, want %q", got, want)
	}
}

func TestAddressWithoutHashIsAskedForAgain(t *testing.T) {
	w := get(t, "/static/tokens.css", "")
	if got, want := w.Header().Get("Cache-Control"), "no-cache"; got != want {
		t.Errorf("cache rule: got %q, want %q", got, want)
	}
	again := get(t, "/static/tokens.css", w.Header().Get("ETag"))
	if got, want := again.Code, http.StatusNotModified; got != want {
		t.Errorf("status: got %v, want %v", got, want)
	}
}

func TestOnlyTheFilesOfThePagesAreServed(t *testing.T) {
	for _, address := range []string{"/static/", "/static/static.go", "/static/dist/.keep", "/static/../go.mod", "/static/none.css"} {
		if got, want := get(t, address, "").Code, http.StatusNotFound; got != want {
			t.Errorf("%s: got %v, want %v", address, got, want)
		}
	}
}
