package web_test

import (
	"context"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/decision"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/risk"
	"accordo.dev/internal/risk/fair"
)

// appetiteSite is a site whose yearly loss is above its money scale, with a board member who may sign in. Carla is the CIO,
// Dario the CISO, Anna an administrator.
func appetiteSite(t *testing.T, d *db.DB) site {
	t.Helper()
	s := newSite(t, d, true)
	dbtest.Change(t, d, func(tx *db.Tx) error {
		ctx := context.Background()
		if _, err := identity.AddPerson(ctx, tx, identity.AddPersonInput{ID: "franco", Name: "Franco Fini", Email: "franco@example.org"}); err != nil {
			return err
		}
		if _, err := identity.AppointOffice(ctx, tx, identity.AppointInput{Office: "board", Person: "franco"}); err != nil {
			return err
		}
		for _, person := range []string{"franco", "dario"} {
			if _, err := identity.SetPassword(ctx, tx, identity.SetPasswordInput{Person: person, Password: secret}); err != nil {
				return err
			}
		}
		model := fair.Scenario{Frequency: fair.Interval90(0.5, 2), Primary: []fair.Loss{{Amount: fair.Interval90(2e4, 9e5)}}}
		_, err := risk.Apply(ctx, tx, risk.File{
			Appetite:  []risk.Appetite{{SetOn: "2026-01-15", SetBy: "board", MoneyP95EUR: 1e5, MinutesQuarter: 240, ExposureDaysQuarter: 4000}},
			Scenarios: []risk.Scenario{{ID: "outage", Title: "Core outage", Threat: "error", Model: model, Treatment: "reduce", Status: "open"}},
		})
		return err
	})
	return s
}

func TestBreachLeadsFromTodayToItsAcknowledgement(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := appetiteSite(t, d)
		carla := s.signedIn("carla@example.org")
		home := carla.get("/")
		want(t, home, http.StatusOK, "Above appetite: A year costs more than", "Acknowledgement: CIO and CISO")
		address := link(t, home, `/risks/escalations/E-[0-9-]+`)
		want(t, carla.get(address), http.StatusOK, "It waits for the acknowledgement of CIO and CISO", "Acknowledge as CIO", "then, 3 working days", `href="/decisions/new?about=escalation:`)
		want(t, carla.post(address+"/acknowledge", "office", "cio", "note", ""), http.StatusBadRequest, "This field is needed")
		want(t, carla.post(address+"/acknowledge", "office", "ciso", "note", "For him"), http.StatusForbidden, "an-escalation-is-acknowledged-by-who-it-reaches")
		want(t, s.signedIn("anna@example.org").post(address+"/acknowledge", "office", "ciso", "note", "For him"), http.StatusForbidden, "the-administrator-has-no-key")
		done := carla.post(address+"/acknowledge", "office", "cio", "note", "Backups are tested this week.")
		want(t, done, http.StatusOK, "The acknowledgement is in the record", "Backups are tested this week.", "It waits for the acknowledgement of CISO")
		if strings.Contains(done.body, "Acknowledge as") || strings.Contains(carla.get("/").body, "Above appetite") {
			t.Error("got the CIO asked again, want only the CISO")
		}
	})
}

func TestAcceptanceIsProposedAndPutInForceOnThePageOfItsEscalation(t *testing.T) {
	s := appetiteSite(t, dbtest.SQLite(t))
	carla, dario := s.signedIn("carla@example.org"), s.signedIn("dario@example.org")
	address := link(t, carla.get("/risks/escalations"), `/risks/escalations/E-[0-9-]+`)
	form := carla.get(strings.ReplaceAll(link(t, carla.get(address), `/decisions/new[?]about=escalation:[^"]+`), "&amp;", "&"))
	want(t, form, http.StatusOK, `value="escalation:E-`, `<option value="accept-risk" selected>`)
	about := regexp.MustCompile(`escalation:E-[0-9-]+`).FindString(form.body)
	room := carla.post("/decisions/new", "title", "Bear it until summer", "kind", "accept-risk", "materiality", "high", "about", about, "content", "It is borne.")
	want(t, room, http.StatusOK, "Bear it until summer")
	d := do(s, db.Actor{Ref: "person:carla", Offices: []string{"cio"}}, decision.OpGiveKey, decision.GiveKeyIn{ID: room.path[len("/decisions/"):], Office: "cio", Hash: hashOf(t, s, room.path[len("/decisions/"):])})
	want(t, carla.get(address), http.StatusOK, "Bear it until summer")
	do(s, db.Actor{Ref: "person:dario", Offices: []string{"ciso"}}, decision.OpGiveKey, decision.GiveKeyIn{ID: d.ID, Office: "ciso", Hash: d.Hash()})
	day := func(days int) string { return time.Now().AddDate(0, 0, days).Format(time.DateOnly) }
	want(t, dario.post(address+"/accept", "review_on", day(30), "expires_on", day(800)), http.StatusBadRequest, "at most 12 months ahead")
	want(t, dario.post(address+"/accept", "review_on", day(30), "expires_on", day(60)), http.StatusOK, "The acceptance is in force", "It is accepted until a day", "Accepted until")
	want(t, dario.get("/risks/escalations?state=accepted"), http.StatusOK, "1 is accepted until a day", "1 of 1")
	want(t, dario.get("/risks/escalations?state=closed"), http.StatusOK, "0 of 0")
}

func hashOf(t *testing.T, s site, id string) (hash string) {
	t.Helper()
	dbtest.View(t, s.run.DB, func(r db.Reader) error {
		d, err := decision.Get(context.Background(), r, decision.GetIn{ID: id})
		hash = d.Hash()
		return err
	})
	return hash
}

func TestBoardStatesItsAppetiteInSentences(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := appetiteSite(t, d)
		carla, franco := s.signedIn("carla@example.org"), s.signedIn("franco@example.org")
		want(t, carla.get("/risks/appetite"), http.StatusOK, "1 statement is in force: 1 above its limit", "The board has not said which loss would end", `href="/risks/appetite/money"`)
		want(t, carla.get("/risks/appetite/new"), http.StatusOK, "appetite-belongs-to-the-board")
		if strings.Contains(carla.get("/risks/appetite/new").body, `action="/risks/appetite/new"`) {
			t.Error("got the form shown to the CIO")
		}
		want(t, franco.get("/risks/appetite/new?measure=area"), http.StatusOK, `<option value="threat:error"`, "Threat: error")
		typed := []string{"measure", "area", "of", "threat:error", "sentence", "Errors stay cheap.", "warning", "5000000", "breach", "1000000", "tolerance.up_to", "", "tolerance.days", ""}
		want(t, franco.post("/risks/appetite/new", typed...), http.StatusBadRequest, "The warning must come before the limit", "Errors stay cheap.")
		typed[7], typed[9] = "50000000", "90000000"
		set := franco.post("/risks/appetite/new", typed...)
		want(t, set, http.StatusOK, "The statement is set", "That is inside the limit of", `href="/risks/outage"`, "Loss from the threat")
		want(t, franco.get("/risks/appetite?format=csv"), http.StatusOK, "Errors stay cheap.")
		want(t, franco.get("/risks/appetite?position=inside"), http.StatusOK, "Errors stay cheap.", "1 of 1")
		form := franco.get(strings.ReplaceAll(link(t, set, `/risks/appetite/new[?]measure=area[^"]+`), "&amp;", "&"))
		want(t, form, http.StatusOK, "It takes the place of", `value="90000000"`)
		want(t, franco.post(set.path+"/end"), http.StatusOK, "The statement ends today")
		want(t, carla.post(set.path+"/end"), http.StatusForbidden, "appetite-belongs-to-the-board")
		want(t, carla.get("/risks/appetite/nothing"), http.StatusNotFound)
	})
}

// TestPagesOfTheAppetiteAreLabelled: one first heading, no level left out, every field with its label, no id twice.
func TestPagesOfTheAppetiteAreLabelled(t *testing.T) {
	s := appetiteSite(t, dbtest.SQLite(t))
	franco, carla := s.signedIn("franco@example.org"), s.signedIn("carla@example.org")
	pages := []page{
		franco.get("/risks/appetite"), franco.get("/risks/appetite/new?measure=service"), franco.get("/risks/appetite/new?measure=concentration"), franco.get("/risks/appetite/money"),
		carla.get("/risks/escalations"), carla.get(link(t, carla.get("/risks/escalations"), `/risks/escalations/E-[0-9-]+`)),
	}
	heading, id := regexp.MustCompile(`<h([1-6])`), regexp.MustCompile(`\sid="([^"]+)"`)
	field := regexp.MustCompile(`<(?:input|select|textarea)\s[^>]*>`)
	for _, p := range pages {
		level := 0
		for _, m := range heading.FindAllStringSubmatch(p.body, -1) {
			if next := int(m[1][0] - '0'); next > level+1 {
				t.Errorf("%s: got a heading of level %d after %d", p.path, next, level)
			} else {
				level = next
			}
		}
		seen := map[string]bool{}
		for _, m := range id.FindAllStringSubmatch(p.body, -1) {
			if seen[m[1]] {
				t.Errorf("%s: got the id %s twice", p.path, m[1])
			}
			seen[m[1]] = true
		}
		for _, tag := range field.FindAllString(p.body, -1) {
			own := id.FindStringSubmatch(tag)
			if strings.Contains(tag, `type="hidden"`) || strings.Contains(tag, "aria-label") {
				continue
			}
			if own == nil || !strings.Contains(p.body, `for="`+own[1]+`"`) {
				t.Errorf("%s: got no label for %s", p.path, tag)
			}
		}
	}
}
