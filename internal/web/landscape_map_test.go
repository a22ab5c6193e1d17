package web_test

import (
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/landscape"
)

func TestTheMapShowsANeighbourhoodAndItsTable(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := mapped(t, d).signedIn("carla@example.org")
		p := v.get("/landscape/map?focus=hub&steps=1")
		want(t, p, http.StatusOK, "Around Payment hub", "4 of 4 elements, 3 connections.", "<svg", `class="nd foc`, "Core banking &amp; ledger", "stops without")
		p = v.get("/landscape/map?focus=core&direction=needs")
		want(t, p, http.StatusOK, "1 of 4 elements, 0 connections.")
		want(t, v.get("/landscape/map?focus=hub&overlay=recovery"), http.StatusOK, "2 h → 26 h", `class="badge bad"`)
		want(t, v.get("/landscape/map?focus=hub&steps=1&format=csv"), http.StatusOK, "payments,Payments,runs-on,hub", "hub,Payment hub,uses,core")
		want(t, v.get("/landscape/map?steps=9"), http.StatusBadRequest)
		picture := v.get("/landscape/map.svg?focus=hub")
		want(t, picture, http.StatusOK, `xmlns="http://www.w3.org/2000/svg"`, "<style>")
		if strings.Contains(picture.body, "<a ") {
			t.Error("the picture file has links, which lead nowhere outside")
		}
	})
}

func TestANameThatFitsSeveralElementsIsAskedAbout(t *testing.T) {
	d := dbtest.SQLite(t)
	v := mapped(t, d).signedIn("carla@example.org")
	want(t, v.get("/landscape/map?focus=pay"), http.StatusOK, "Which one shall be the centre?", "focus=payments", "focus=hub")
	want(t, v.get("/landscape/map?focus=nothing"), http.StatusOK, "No element is called")
	if p := v.get("/landscape/map?focus=CartaNet"); p.status != http.StatusSeeOther && !strings.Contains(p.body, "Around CartaNet") {
		t.Errorf("one that fits: got %d, want the way to its map", p.status)
	}
}

func TestTheWholeMapIsDrawnInGroupsWithItsMatrix(t *testing.T) {
	d := dbtest.SQLite(t)
	v := mapped(t, d).signedIn("carla@example.org")
	want(t, v.get("/landscape/whole?by=kind"), http.StatusOK, "Elements: 4, in groups: 3. Needs inside a group: 1; from one group to another: 2.", "Who needs whom", "System")
	want(t, v.get("/landscape/whole?by=kind&format=csv"), http.StatusOK, "Service,System,1")
	want(t, v.get("/landscape/whole?by=nonsense"), http.StatusBadRequest)
}

func TestWordsOfPagesAreNoIdsOfElements(t *testing.T) {
	routes, err := os.ReadFile("landscape_routes.go")
	if err != nil {
		t.Fatal(err)
	}
	words := regexp.MustCompile(`"(?:GET|POST) /landscape/([a-z.-]+)`).FindAllStringSubmatch(string(routes), -1)
	if len(words) < 10 {
		t.Fatalf("found %d pages, want those of the landscape", len(words))
	}
	for _, word := range words {
		if !slices.Contains(landscape.Reserved, word[1]) {
			t.Errorf("an element could be called %s, whose page another hides", word[1])
		}
	}
}
