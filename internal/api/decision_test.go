package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/decision"
)

func send(t *testing.T, office, address string, body any) (int, map[string]any) {
	t.Helper()
	text, raw := body.(string)
	if !raw {
		data, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		text = string(data)
	}
	return call(t, office, "POST", address, text)
}

type fields = map[string]any

// proposal is a sound proposal with some fields otherwise.
func proposal(with fields) fields {
	all := fields{"title": "A proposal", "kind": "policy", "materiality": "high", "content": "Until June."}
	for name, value := range with {
		all[name] = value
	}
	return all
}

func propose(t *testing.T, url string, with fields) (id, hash string) {
	t.Helper()
	status, out := send(t, "cio", url+"/api/decisions/propose", proposal(with))
	if status != http.StatusOK {
		t.Fatalf("got %d %v, want a decision", status, out)
	}
	var d decision.Decision
	data, err := json.Marshal(out)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &d); err != nil {
		t.Fatal(err)
	}
	return d.ID, d.Hash()
}

// refusedAt tells whether an answer is a problem that names a field.
func refusedAt(out map[string]any, field string) bool {
	text, err := json.Marshal(out)
	return err == nil && strings.Contains(string(text), field)
}

func TestProposalThatNoFormWouldSendIsRefusedAtItsField(t *testing.T) {
	url := service(t, dbtest.SQLite(t))
	million := strings.Repeat("x", 1_000_000)
	for name, try := range map[string]struct {
		with  fields
		field string
	}{
		"a title of 1 MB":         {fields{"title": million}, "title"},
		"a content of 1 MB":       {fields{"content": million}, "content"},
		"an effect of 1 MB":       {fields{"effect": million}, "effect"},
		"an option of 1 MB":       {fields{"options": []fields{{"id": million, "title": "One"}}}, "options"},
		"no content":              {fields{"content": ""}, "content"},
		"another kind":            {fields{"kind": "gift"}, "kind"},
		"another materiality":     {fields{"materiality": "immense"}, "materiality"},
		"a number beyond reason":  {fields{"moneyEur": 1e200}, "money_eur"},
		"minutes beyond reason":   {fields{"minutes": -1e200}, "minutes"},
		"an option beyond reason": {fields{"options": []fields{{"id": "a", "title": "One", "exposureDays": 1e99}}}, "exposure_days"},
		"a text for a number":     {fields{"moneyEur": "NaN"}, "moneyEur"},
		"a field nobody knows":    {fields{"approved": true}, "approved"},
		"keys of its own":         {fields{"keys": []fields{{"office": "cio", "answer": "yes"}}}, "keys"},
		"an item that is not":     {fields{"about": "risk:nowhere"}, "about"},
		"an item of no kind":      {fields{"about": "nowhere"}, "about"},
		"a day that is not":       {fields{"reviewOn": "2026-02-30"}, "review_on"},
		"a choice that is not":    {fields{"chosen": "b"}, "chosen"},
		"a change of nobody":      {fields{"kind": "change"}, "asked_by"},
	} {
		status, out := send(t, "cio", url+"/api/decisions/propose", proposal(try.with))
		if status < 400 || status >= 500 || !refusedAt(out, try.field) {
			t.Errorf("%s: got %d %.300v, want %s named", name, status, out, try.field)
		}
	}
	for name, body := range map[string]string{"not a number": `{"title":"A","kind":"policy","materiality":"high","content":"B","moneyEur":NaN}`, "too large to be a number": `{"title":"A","kind":"policy","materiality":"high","content":"B","moneyEur":1e999}`, "half a document": `{"title":`} {
		if status, out := send(t, "cio", url+"/api/decisions/propose", body); status < 400 || status >= 500 {
			t.Errorf("%s: got %d %v, want it refused", name, status, out)
		}
	}
	if status, out := call(t, "cio", "GET", url+"/api/decisions", ""); status != http.StatusOK || len(out["items"].([]any)) != 0 {
		t.Errorf("got %v, want no decision", out)
	}
}

func TestWhatNoPageOffersIsRefused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		url := service(t, d)
		id, hash := propose(t, url, nil)
		_, other := propose(t, url, fields{"content": "Something else."})
		key := func(office, hash string) fields { return fields{"id": id, "office": office, "hash": hash} }
		refuse := fields{"id": id, "office": "ciso", "hash": hash, "reason": "no", "counter": "less"}
		for name, try := range map[string]struct {
			office, path string
			body         fields
			status       int
		}{
			"the other office's key":       {"cio", "give-key", key("ciso", hash), 403},
			"a key of no office":           {"cio", "give-key", key("cro", hash), 422},
			"a key that is not needed":     {"ceo", "give-key", key("approver", hash), 422},
			"the administrator":            {"administrator", "give-key", key("cio", hash), 403},
			"nobody":                       {"", "give-key", key("cio", hash), 401},
			"the hash of another decision": {"cio", "give-key", key("cio", other), 409},
			"no hash":                      {"cio", "give-key", key("cio", ""), 409},
			"an id of another kind":        {"cio", "give-key", fields{"id": "outage", "office": "cio", "hash": hash}, 404},
			"a no without a counter":       {"ciso", "refuse", fields{"id": id, "office": "ciso", "hash": hash, "reason": "no", "counter": ""}, 422},
			"a no of another office":       {"cro", "refuse", refuse, 403},
			"an arbiter before a deadlock": {"cro", "arbitrate", fields{"id": id, "hash": hash, "approve": true, "reason": "enough"}, 409},
			"an emergency of a policy":     {"cio", "emergency", fields{"id": id, "office": "cio", "hash": hash, "reason": "now"}, 403},
			"a veto of the first line":     {"cio", "challenge", fields{"id": id, "hash": hash, "veto": true, "reason": "no"}, 403},
			"a veto of the audit":          {"internal-audit", "challenge", fields{"id": id, "hash": hash, "veto": true, "reason": "no"}, 403},
			"another's draft":              {"ciso", "submit", fields{"id": id}, 403},
			"another's proposal":           {"ciso", "withdraw", fields{"id": id}, 403},
			"the other side's memo":        {"cio", "memo", fields{"id": id, "side": "security", "first": "fine"}, 403},
			"a memo beyond reason":         {"cio", "memo", fields{"id": id, "side": "it", "moneyEur": 1e99}, 422},
			"a grade before the end":       {"cio", "review", fields{"id": id, "grade": "reached", "note": "well"}, 409},
			"a version that is over":       {"cio", "revise", fields{"id": id, "version": 99, "content": "New"}, 409},
		} {
			status, out := send(t, try.office, url+"/api/decisions/"+try.path, try.body)
			if status != try.status {
				t.Errorf("%s: got %d %v, want %d", name, status, out, try.status)
			}
		}
		if status, out := send(t, "cro", url+"/api/decisions/challenge", fields{"id": id, "hash": hash, "veto": true, "reason": "no"}); status != http.StatusOK {
			t.Fatalf("got %d %v, want a veto", status, out)
		}
		if status, _ := send(t, "compliance", url+"/api/decisions/lift", fields{"id": id}); status != http.StatusConflict {
			t.Errorf("another's veto: got %d, want it to stand", status)
		}
		if _, out := call(t, "cio", "GET", url+"/api/decisions/"+id, ""); out["keys"] != nil {
			t.Errorf("got %v, want no key", out["keys"])
		}
	})
}

func TestPolicyAndDelegationBeyondTheirLimitsAreRefusedAtTheirField(t *testing.T) {
	address := service(t, dbtest.SQLite(t))
	sound := fields{"high": 2, "medium": 5, "low": 10, "settle": 1, "first": "cro", "second": "ceo", "ratifyHours": 72, "emergencies": []string{}, "validDays": 0}
	for field, value := range map[string]any{"high": 0, "low": 61, "settle": -1, "ratifyHours": 100000, "validDays": -1, "first": "cio", "second": "cro", "emergencies": []string{"fund"}} {
		policy := fields{}
		for name, v := range sound {
			policy[name] = v
		}
		policy[field] = value
		want := strings.NewReplacer("ratifyHours", "ratify_hours", "validDays", "valid_days").Replace(field)
		if status, out := send(t, "board", address+"/api/decision-policy", policy); status != http.StatusUnprocessableEntity || !refusedAt(out, want) {
			t.Errorf("%s: got %d %v, want it named", field, status, out)
		}
	}
	for field, body := range map[string]fields{
		"last_day":  {"office": "cio", "to": "x", "firstDay": "2026-11-25", "lastDay": "2027-11-25"},
		"first_day": {"office": "cio", "to": "x", "firstDay": "tomorrow", "lastDay": "2026-11-30"},
		"to":        {"office": "cio", "to": "nobody", "firstDay": "2026-11-25", "lastDay": "2026-11-30"},
	} {
		if status, out := send(t, "cio", address+"/api/decision-delegations", body); status != http.StatusUnprocessableEntity || !refusedAt(out, field) {
			t.Errorf("%s: got %d %v, want it named", field, status, out)
		}
	}
	if status, out := call(t, "cio", "GET", address+"/api/decision-speed?days=-1", ""); status != http.StatusUnprocessableEntity || !refusedAt(out, "days") {
		t.Errorf("got %d %v, want days named", status, out)
	}
}

func TestDecisionsAreListedByStatusPageByPage(t *testing.T) {
	address := service(t, dbtest.SQLite(t))
	for i := range 7 {
		id, hash := propose(t, address, fields{"title": fmt.Sprint("Proposal ", i), "draft": i == 6})
		if i < 3 {
			if status, out := send(t, "cio", address+"/api/decisions/give-key", fields{"id": id, "office": "cio", "hash": hash}); status != http.StatusOK {
				t.Fatalf("got %d %v", status, out)
			}
		}
	}
	for query, want := range map[string]int{"": 7, "status=one-key": 3, "status=proposed": 3, "status=draft": 1, "status=both-keys": 0, "open=true": 6} {
		seen, cursor := map[string]bool{}, ""
		for range 10 {
			_, out := call(t, "cio", "GET", address+"/api/decisions?limit=2&after="+url.QueryEscape(cursor)+"&"+query, "")
			for _, one := range out["items"].([]any) {
				seen[one.(map[string]any)["id"].(string)] = true
			}
			if cursor, _ = out["next"].(string); cursor == "" {
				break
			}
		}
		if len(seen) != want {
			t.Errorf("%q: got %d, want %d", query, len(seen), want)
		}
	}
	if status, out := call(t, "cio", "GET", address+"/api/decisions?status=agreed", ""); status != http.StatusUnprocessableEntity || !refusedAt(out, "status") {
		t.Errorf("got %d %v, want the status refused", status, out)
	}
}
