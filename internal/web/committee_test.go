package web_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/governance/committee"
	"accordo.dev/internal/op"
)

// fillCommittees makes a committee of both officers with one sitting whose minutes wait and one that is planned.
func fillCommittees(tx *db.Tx) error {
	start := tx.Now().Truncate(time.Minute)
	seats := []committee.Seat{{Office: "cio", Person: "carla", Role: committee.CoChair, Presence: committee.Present}, {Office: "ciso", Person: "dario", Role: committee.CoChair, Presence: committee.Present}}
	_, err := committee.Apply(context.Background(), tx, committee.File{
		Committees: []committee.Committee{{
			ID: "joint", Name: "Joint committee", NameIT: "Comitato congiunto", Purpose: "One view", Quorum: 2,
			Members: []committee.Member{{Office: "cio", Role: committee.CoChair}, {Office: "ciso", Role: committee.CoChair}},
			Cadence: committee.Cadence{Every: 4, Unit: "weeks", Weekday: "tuesday", From: "2026-01-06", At: "15:00", Minutes: 90},
		}},
		Sittings: []committee.Sitting{
			{
				ID: "joint-1", Committee: "joint", Number: 1, State: committee.Closed, Start: start.AddDate(0, 0, -7), End: start.AddDate(0, 0, -7).Add(time.Hour), Seats: seats,
				Items:       []committee.Item{{ID: "added.a", From: committee.Added, Title: "Backups", TitleIT: "Copie", Minutes: 20, Note: "Said <b>much</b>"}},
				Resolutions: []committee.Resolution{{ID: "R1", Item: "added.a", Text: "Test the copies", TextIT: "Provare le copie", For: 2}},
			},
			{ID: "joint-2", Committee: "joint", Number: 2, State: committee.Planned, Start: start.AddDate(0, 0, 7), End: start.AddDate(0, 0, 7).Add(90 * time.Minute)},
		},
		Actions: []committee.Action{{ID: "act", Sitting: "joint-1", What: "Write the plan", Owner: "dario", Due: start.AddDate(0, 0, -1).Format(time.DateOnly), State: committee.ActionOpen}},
	})
	return err
}

func TestCommitteeIsFoundedAndKeepsWhatWasTyped(t *testing.T) {
	s := decidingSite(t, dbtest.SQLite(t))
	v := s.signedIn("carla@example.org")
	fields := []string{
		"id", "board-it", "name", "IT <board>", "purpose", "To look", "quorum", "9", "cadence.every", "2", "cadence.unit", "weeks", "cadence.weekday", "monday", "cadence.week", "0",
		"cadence.from", "2026-01-05", "cadence.at", "10:00", "cadence.minutes", "60", "members[0].office", "office:cio", "members[0].role", "chair", "members[1].office", "person:dario", "members[1].role", "co-chair",
	}
	p := v.post("/roles/committees/new", fields...)
	want(t, p, http.StatusBadRequest, `href="#f-quorum"`, "IT &lt;board&gt;", "9 is outside 2 to 2")
	fields[7] = "2"
	want(t, v.post("/roles/committees/new", fields...), http.StatusOK, "IT &lt;board&gt;", "every 2 weeks on Monday, 10:00")
	want(t, s.signedIn("bruna@example.org").post("/roles/committees/new", fields...), http.StatusForbidden, "committees-are-founded-by-both-officers-the-ceo-and-the-secretary")
}

func TestSittingIsPlannedCalledHeldAndApprovedByBothChairs(t *testing.T) {
	s := decidingSite(t, dbtest.SQLite(t))
	cio, ciso := s.signedIn("carla@example.org"), s.signedIn("dario@example.org")
	p := cio.get("/roles/sittings/joint-2")
	want(t, p, http.StatusOK, "Accept the outage", "At the gate", "Write the plan") // what is open
	want(t, cio.post("/roles/sittings/joint-2", "do", "drop", "item", "gates.gate", "n", "2", "item2.why", ""), http.StatusBadRequest, `id="f-item2.why-error"`)
	want(t, cio.post("/roles/sittings/joint-2", "do", "call"), http.StatusOK, "its agenda is fixed")
	file := cio.get("/roles/sittings/joint-2/invitation")
	want(t, file, http.StatusOK, "BEGIN:VEVENT", "METHOD:PUBLISH")
	want(t, cio.post("/roles/sittings/joint-2", "do", "open"), http.StatusOK)
	want(t, cio.post("/roles/sittings/joint-2", "do", "resolve", "resolve.text", "Anything", "resolve.for", "2", "resolve.against", "0", "resolve.abstained", "0"), http.StatusForbidden, "quorum-needs-both-chairs")
	want(t, cio.post("/roles/sittings/joint-2", "do", "attend", "seat0.key", "office:cio", "seat0.presence", "present", "seat1.key", "office:ciso", "seat1.presence", "present"), http.StatusOK)
	want(t, cio.post("/roles/sittings/joint-2", "do", "resolve", "resolve.text", "Typed <i>words</i>", "resolve.for", "7", "resolve.against", "0", "resolve.abstained", "0"), http.StatusBadRequest, "Typed &lt;i&gt;words", `href="#f-resolve.for"`)
	want(t, cio.post("/roles/sittings/joint-2", "do", "resolve", "resolve.text", "Agreed as written", "resolve.for", "2", "resolve.against", "0", "resolve.abstained", "0"), http.StatusOK, "Agreed as written")
	want(t, cio.post("/roles/sittings/joint-2", "do", "close"), http.StatusOK)
	hash := func() string {
		one, err := op.Ask(context.Background(), s.run, db.Actor{Ref: "person:carla", Offices: []string{"cio"}}, committee.OpSitting, committee.SittingIn{ID: "joint-2"})
		if err != nil {
			t.Fatal(err)
		}
		return one.Hash
	}
	want(t, cio.post("/roles/sittings/joint-2", "do", "approve", "seat", "office:ciso", "hash", hash()), http.StatusForbidden, "minutes-are-approved-by-both-chairs")
	want(t, cio.post("/roles/sittings/joint-2", "do", "approve", "seat", "office:cio", "hash", hash()), http.StatusOK)
	want(t, ciso.post("/roles/sittings/joint-2", "do", "approve", "seat", "office:ciso", "hash", hash()), http.StatusOK, "Minutes approved")
	if paper := ciso.get("/roles/sittings/joint-2/minutes?lang=it"); paper.status != http.StatusOK || !strings.HasPrefix(paper.body, "%PDF-") {
		t.Errorf("got %d, want a PDF", paper.status)
	}
}

func TestActionIsEndedByItsOwnerAndShownOnToday(t *testing.T) {
	s := decidingSite(t, dbtest.SQLite(t))
	cio, ciso := s.signedIn("carla@example.org"), s.signedIn("dario@example.org")
	want(t, ciso.get("/"), http.StatusOK, "Write the plan", "Joint committee")
	want(t, cio.post("/roles/actions/act", "do", "finish", "act.note", "Mine", "back", "/roles/actions"), http.StatusForbidden, "an-action-is-done-by-its-owner")
	want(t, ciso.post("/roles/actions/act", "do", "finish", "act.note", "", "back", "/roles/actions"), http.StatusBadRequest, `id="f-act.note-error"`)
	want(t, ciso.post("/roles/actions/act", "do", "finish", "act.note", "In the wiki", "back", "/roles/actions"), http.StatusOK, "In the wiki", "Done")
	if p := ciso.get("/"); strings.Contains(p.body, "Write the plan") {
		t.Error("got a done action on Today, want none")
	}
}

func TestAdministratorSeesNoCommitteeAndTodayWorksForThem(t *testing.T) {
	s := decidingSite(t, dbtest.SQLite(t))
	admin := s.signedIn("anna@example.org")
	want(t, admin.get("/roles/committees"), http.StatusForbidden, "the-administrator-has-no-seat")
	want(t, admin.get("/roles/sittings/joint-1/minutes"), http.StatusForbidden, "the-administrator-has-no-seat")
	want(t, admin.get("/"), http.StatusOK)
}
