package api_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
)

func TestTheMapLeavesAsAFileAndNotAsJSON(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		base := service(t, d)
		for _, c := range []struct {
			query, office, kind, holds string
			status                     int
		}{
			{"?format=archimate", "cio", "application/xml", "<model ", http.StatusOK},
			{"?format=drawio&kind=system,service", "ciso", "application/vnd.jgraph.mxfile", "<mxfile ", http.StatusOK},
			{"?format=csv", "cio", "application/zip", "elements.csv", http.StatusOK},
			{"?format=visio", "cio", "application/problem+json", "", http.StatusUnprocessableEntity},
			{"", "cio", "application/problem+json", "", http.StatusUnprocessableEntity},
			{"?format=csv", "", "application/problem+json", "", http.StatusUnauthorized},
		} {
			q, err := http.NewRequest("GET", base+"/api/landscape/export"+c.query, nil)
			if err != nil {
				t.Fatal(err)
			}
			q.Header.Set("Office", c.office)
			p, err := http.DefaultClient.Do(q)
			if err != nil {
				t.Fatal(err)
			}
			body, _ := io.ReadAll(p.Body)
			p.Body.Close()
			if p.StatusCode != c.status || !strings.HasPrefix(p.Header.Get("Content-Type"), c.kind) || !strings.Contains(string(body), c.holds) {
				t.Errorf("%s by %q: got %d %s %.200s, want %d %s", c.query, c.office, p.StatusCode, p.Header.Get("Content-Type"), body, c.status, c.kind)
			}
		}
	})
}
