package web_test

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/decision"
)

// doing are the actions that a page offers.
func doing(p page) string {
	all := ""
	for _, found := range regexp.MustCompile(`name="do" value="([a-z-]+)"`).FindAllStringSubmatch(p.body, -1) {
		all += " " + found[1]
	}
	return all
}

func TestTheRoomOffersWhatTheRulesAcceptAndNothingElse(t *testing.T) {
	s := decidingSite(t, dbtest.SQLite(t))
	cio, ciso, board := s.signedIn("carla@example.org"), s.signedIn("dario@example.org"), s.signedIn("bruna@example.org")
	for _, c := range []struct {
		v        visitor
		offered  []string
		withheld []string
	}{
		{cio, []string{"give-key", "refuse", "emergency", "memo", "revise", "withdraw", "interest"}, []string{"arbitrate", "escalate", "challenge", "review", "submit"}},
		{ciso, []string{"give-key", "refuse", "emergency", "memo", "revise", "interest"}, []string{"arbitrate", "withdraw", "challenge"}},
		{board, []string{"interest"}, []string{"give-key", "refuse", "emergency", "memo", "revise", "withdraw", "arbitrate", "challenge"}},
	} {
		p := c.v.get("/decisions/d1")
		offers := doing(p) + " "
		for _, action := range c.offered {
			if !strings.Contains(offers, " "+action+" ") {
				t.Errorf("got%s, want %s among it", offers, action)
			}
		}
		for _, action := range c.withheld {
			if strings.Contains(offers, " "+action+" ") {
				t.Errorf("got %s offered, want it withheld", action)
			}
			form := []string{"do", action, "office", "cio", "hash", hashOn(t, p), "reason", "x", "counter", "y", "objection.reason", "x", "outcome.note", "x", "outcome.grade", "reached", "approve", "true", "content", "z", "version", "1"}
			if got := c.v.post("/decisions/d1", form...); got.status < 400 {
				t.Errorf("%s: got status %d, want what is not offered refused", action, got.status)
			}
		}
	}
}

func TestAProposalKeepsItsOptionsAndARevisionShowsWhatItChanged(t *testing.T) {
	s := decidingSite(t, dbtest.SQLite(t))
	cio := s.signedIn("carla@example.org")
	fields := []string{
		"title", "Move the mail", "kind", "policy", "materiality", "low", "content", "It moves in May.", "effect", "Nobody waits.", "chosen", "1",
		"option.0.title", "Stay", "option.0.money_eur", "zero", "option.1.title", "Move", "option.1.money_eur", "12,000", "option.2.title", "",
	}
	want(t, cio.post("/decisions/new", fields...), http.StatusBadRequest, `value="zero"`, "“zero” is not a number", `name="chosen" value="1" checked`)
	fields[15] = "0"
	room := cio.post("/decisions/new", fields...)
	want(t, room, http.StatusOK, "Proposed to both offices.", "Stay", "12 k€", "Nobody waits.")
	cio.post(room.path, "do", "give-key", "office", "cio", "hash", hashOn(t, room))
	want(t, cio.post(room.path, "do", "revise", "version", "2", "content", "It moves in June.", "option.0.id", "o2", "option.0.title", "Move", "chosen", "0"), http.StatusOK,
		"It moves in May.", "It moves in June.", "Answers that became void:", "Carla Conti")
	file := cio.get(room.path + "/file")
	var exported decision.Exported
	if err := json.Unmarshal([]byte(file.body), &exported); err != nil {
		t.Fatal(err)
	}
	for _, p := range exported.Verify("") {
		if !p.OK {
			t.Errorf("%+v: got a file that does not hold", p)
		}
	}
}

func TestADelegateSeesTheKeyThatWaitsAndGivesItForItsHolder(t *testing.T) {
	s := decidingSite(t, dbtest.SQLite(t))
	cio := s.signedIn("carla@example.org")
	today := time.Now().UTC().Format(time.DateOnly)
	want(t, cio.post("/decisions/delegations", "office", "cio", "to", "bruna", "first_day", today, "last_day", "2020-01-01"), http.StatusBadRequest, `id="f-last_day-error"`)
	want(t, cio.post("/decisions/delegations", "office", "cio", "to", "bruna", "first_day", today, "last_day", today), http.StatusOK, "The key is delegated.", "Bruna Boni answers for Carla Conti")
	bruna := s.signedIn("bruna@example.org")
	want(t, bruna.get("/decisions/mine"), http.StatusOK, "Accept the outage", "in the place of Carla Conti")
	hash := hashOn(t, bruna.get("/decisions/d1"))
	want(t, bruna.post("/decisions/d1", "do", "give-key", "office", "cio", "hash", hash), http.StatusOK, "Bruna Boni for Carla Conti")
}

func TestTheBoardSaysHowDecisionsAreMade(t *testing.T) {
	s := decidingSite(t, dbtest.SQLite(t))
	board := s.signedIn("bruna@example.org")
	p := board.post("/decisions/policy", "high", "9", "medium", "5", "low", "10", "settle", "1", "first", "cro", "second", "ceo", "ratify_hours", "72", "valid_days", "180")
	want(t, p, http.StatusBadRequest, `value="9"`, `id="f-high-error"`)
	want(t, s.signedIn("carla@example.org").get("/decisions/policy"), http.StatusOK, "the-board-sets-how-decisions-are-made", "Nobody holds the office")
}
