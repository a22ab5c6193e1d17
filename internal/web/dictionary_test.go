package web_test

import (
	"context"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/indicator/dictionary"
	"accordo.dev/internal/landscape"
)

func TestEveryTermIsAPageWithFiguresOrTheReasonWhyThereIsNone(t *testing.T) {
	s := decidingSite(t, dbtest.SQLite(t))
	v := s.signedIn("dario@example.org")
	terms, err := dictionary.List(context.Background(), nil, dictionary.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	key := regexp.MustCompile(`>\s*dictionary\.[a-z][a-z.-]+\s*<`)
	for _, lang := range []string{"en", "it"} {
		v.post("/preferences", "lang", lang, "back", "/people")
		for _, one := range terms {
			p := v.get("/indicators/dictionary/" + one.ID)
			want(t, p, http.StatusOK, `class="fig`, `id="figures"`)
			if missing := key.FindString(p.body); missing != "" {
				t.Errorf("%s in %s: got the key %q instead of its sentence", one.ID, lang, missing)
			}
		}
	}
	want(t, v.get("/indicators/dictionary/nothing"), http.StatusNotFound)
}

func TestCalculatorKeepsWhatWasTypedAndNamesTheField(t *testing.T) {
	s := decidingSite(t, dbtest.SQLite(t))
	v := s.signedIn("dario@example.org")
	want(t, v.get("/indicators/dictionary/sla?value=many"), http.StatusBadRequest, `value="many"`, "“many” is no number.", `href="#f-value"`)
	want(t, v.get("/indicators/dictionary/sla?value=101"), http.StatusBadRequest, `value="101"`)
	want(t, v.get("/indicators/dictionary/sla?hours=0"), http.StatusBadRequest, `value="0"`)
	want(t, v.get("/indicators/dictionary/delay?of=nothing"), http.StatusBadRequest, "can be chosen here")
}

func TestDictionaryIsOneTableWithFileAndSearch(t *testing.T) {
	s := decidingSite(t, dbtest.SQLite(t))
	v := s.signedIn("dario@example.org")
	p := v.get("/indicators/dictionary")
	want(t, p, http.StatusOK, `href="/indicators/dictionary/sla"`, `href="#letter-S"`, `id="letter-S"`, "The CIO says", "The CISO says")
	if strings.Count(p.body, `href="/indicators/dictionary/maturity"`) == 0 {
		t.Error("maturity is missing")
	}
	p = v.get("/indicators/dictionary?side=cio")
	if strings.Contains(p.body, `href="/indicators/dictionary/maturity"`) {
		t.Error("got a word of the CISO among those of the CIO")
	}
	want(t, v.get("/indicators/dictionary?text=zzz"), http.StatusOK)
	want(t, v.get("/indicators/dictionary?format=csv&side=ciso"), http.StatusOK, "residual-risk")
	want(t, v.get("/indicators/dictionary/sla?format=csv"), http.StatusOK)
	want(t, v.get("/indicators/dictionary?side=ceo"), http.StatusBadRequest)
}

// TestConversionsFollowTheRecord: what was kept is not shown once something was recorded.
func TestConversionsFollowTheRecord(t *testing.T) {
	d := dbtest.SQLite(t)
	s := decidingSite(t, d)
	v := s.signedIn("dario@example.org")
	const path = "/indicators/dictionary/sla?of=pay&value=99.9"
	want(t, v.get(path), http.StatusBadRequest)
	do(s, db.System("test"), landscape.OpAddElement, landscape.Element{ID: "pay", Kind: landscape.KindService, Name: "Pay"})
	want(t, v.get(path), http.StatusOK, "526", "Nobody said what an hour without it costs.")
	hour := 6000.0
	do(s, db.System("test"), landscape.OpChangeElement, landscape.Element{ID: "pay", Kind: landscape.KindService, Name: "Pay", LossEURHour: &hour, Version: 1})
	want(t, v.get(path), http.StatusOK, "53 k€")
}
