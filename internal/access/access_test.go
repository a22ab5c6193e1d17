package access_test

import (
	"fmt"
	"strings"
	"testing"

	"accordo.dev/internal/access"
	"accordo.dev/internal/db"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

var offices = []string{
	"board", "ceo", "coo", "cio", "ciso", "cro", "ict-risk-control", "internal-audit", "compliance", "dpo",
	"business-owner", "it-staff", "security-staff", "risk-staff", "board-secretary", "administrator",
}

func load(t *testing.T) *access.Policies {
	t.Helper()
	policies, err := access.Load(offices)
	if err != nil {
		t.Fatal(err)
	}
	return policies
}

func person(held ...string) db.Actor { return db.Actor{Ref: "person:p", Name: "P", Offices: held} }

// key is a command on the key of an office.
func key(actor db.Actor, operation, office string) access.Request {
	return access.Request{Actor: actor, Operation: operation, Context: map[string]string{"office": office}}
}

func TestWhoMayDoWhat(t *testing.T) {
	policies := load(t)
	cases := []struct {
		what    string
		request access.Request
		policy  string // that refuses; empty: allowed
	}{
		{"a person without office reads", access.Request{Actor: person(), Operation: "risk.list", Query: true}, ""},
		{"a person without office changes nothing", access.Request{Actor: person(), Operation: "landscape.add-element"}, "both-offices-and-their-staff-keep-the-map"},
		{"IT staff keep the map", access.Request{Actor: person("it-staff"), Operation: "landscape.add-element"}, ""},
		{"security staff load evidence", access.Request{Actor: person("security-staff"), Operation: "evidence.import"}, ""},
		{"audit reads", access.Request{Actor: person("internal-audit"), Operation: "record.list", Query: true}, ""},
		{"audit changes nothing", access.Request{Actor: person("internal-audit"), Operation: "evidence.import"}, "both-offices-and-their-staff-keep-the-map"},
		{"risk staff assess", access.Request{Actor: person("risk-staff"), Operation: "risk.assess"}, ""},
		{"IT staff do not assess", access.Request{Actor: person("it-staff"), Operation: "risk.assess"}, "risk-owners-assess-risks"},
		{"the board sets the appetite", access.Request{Actor: person("board"), Operation: "risk.set-appetite"}, ""},
		{"the CRO does not set the appetite", access.Request{Actor: person("cro"), Operation: "risk.set-appetite"}, "appetite-belongs-to-the-board"},
		{"both officers do not set the appetite", access.Request{Actor: person("cio", "ciso"), Operation: "risk.set-appetite"}, "appetite-belongs-to-the-board"},
		{"a business owner proposes", access.Request{Actor: person("business-owner"), Operation: "decision.propose"}, ""},
		{"the CIO gives a key", key(person("cio"), "decision.give-key", "cio"), ""},
		{"the CISO refuses", key(person("ciso"), "decision.refuse", "ciso"), ""},
		{"a key names its office", access.Request{Actor: person("cio"), Operation: "decision.give-key"}, "default-deny"},
		{"who holds no office has no key", key(person(), "decision.give-key", "cio"), "a-key-is-given-by-the-holder-of-its-office"},
		{"who holds another office may be a delegate, which the command knows", key(person("it-staff"), "decision.give-key", "cio"), ""},
		{"the CRO arbitrates", access.Request{Actor: person("cro"), Operation: "decision.arbitrate"}, ""},
		{"a key holder does not arbitrate", access.Request{Actor: person("cio"), Operation: "decision.arbitrate"}, "escalations-are-decided-by-who-they-reach"},
		{"the CISO signs", access.Request{Actor: person("ciso"), Operation: "report.sign"}, ""},
		{"the CEO does not sign", access.Request{Actor: person("ceo"), Operation: "report.sign"}, "a-report-is-signed-by-the-ciso-and-the-cio"},
		{"a secretary does not freeze", access.Request{Actor: person("board-secretary"), Operation: "report.freeze"}, "officers-prepare-reports"},
		{"the administrator appoints", access.Request{Actor: person("administrator"), Operation: "identity.appoint"}, ""},
		{"the CIO does not appoint", access.Request{Actor: person("cio"), Operation: "identity.appoint"}, "administrators-run-the-installation"},
		{"everybody changes the own password", access.Request{Actor: person(), Operation: "identity.change-password"}, ""},
		{"nobody gives passwords to others", access.Request{Actor: person("cio"), Operation: "identity.set-password"}, "administrators-run-the-installation"},
		{"what no policy knows is refused", access.Request{Actor: person(offices...), Operation: "unknown.thing"}, "default-deny"},
		{"an office nobody knows gives nothing", access.Request{Actor: person("emperor"), Operation: "landscape.add-element"}, "both-offices-and-their-staff-keep-the-map"},
		{"the system works", access.Request{Actor: db.System("job"), Operation: "risk.simulate"}, ""},
	}
	for _, c := range cases {
		if got := refusedBy(t, policies, c.request); got != c.policy {
			t.Errorf("%s: got %q, want %q", c.what, got, c.policy)
		}
	}
}

// refusedBy is the policy named by a refusal, which every refusal has.
func refusedBy(t *testing.T, policies *access.Policies, r access.Request) string {
	t.Helper()
	err := policies.Check(r)
	if err == nil {
		return ""
	}
	p, ok := problem.As(err)
	if !ok || p.Kind != problem.Forbidden {
		t.Errorf("%s: got %v, want forbidden", r.Operation, err)
		return "?"
	}
	policy, _ := p.Args["policy"].(string)
	if policy == "" {
		t.Errorf("%s: %v names no policy", r.Operation, err)
	}
	return policy
}

// persons are what neither administrators nor the system may do, whatever else they hold.
var persons = []string{"decision.give-key", "decision.refuse", "decision.arbitrate", "report.sign", "risk.set-appetite"}

func TestAdministratorHasNoKeyWhateverOfficeTheyHold(t *testing.T) {
	policies := load(t)
	for _, operation := range persons {
		for _, office := range offices {
			got := refusedBy(t, policies, key(person(office, "administrator"), operation, office))
			if !strings.Contains(got, "the-administrator-has-no-key") {
				t.Errorf("%s as %s: got %q, want the-administrator-has-no-key", operation, office, got)
			}
		}
	}
}

func TestSystemGivesNoKeySignsNothingAndSetsNoAppetite(t *testing.T) {
	policies := load(t)
	for _, operation := range persons {
		actor := db.System("operator")
		actor.Offices = []string{"cio", "ciso", "board", "cro"}
		got := refusedBy(t, policies, key(actor, operation, "cio"))
		if !strings.Contains(got, "keys-signatures-and-appetite-are-for-persons") {
			t.Errorf("%s: got %q, want keys-signatures-and-appetite-are-for-persons", operation, got)
		}
	}
}

func TestEveryRefusalNamesAPolicy(t *testing.T) {
	policies := load(t)
	operations := append([]string{"landscape.x", "evidence.x", "risk.x", "budget.x", "identity.x", "organisation.x", "project.x", "indicator.x", "report.freeze", "none.x"}, persons...)
	for _, operation := range operations {
		for _, office := range offices {
			refusedBy(t, policies, key(person(office), operation, office))
		}
	}
}

func TestTokenReachesAsFarAsItsScopesAndItsPerson(t *testing.T) {
	policies := load(t)
	cases := []struct {
		scopes    []string
		operation string
		query     bool
		allowed   bool
	}{
		{nil, "landscape.add-element", false, true},
		{[]string{"read"}, "landscape.list", true, true},
		{[]string{"read"}, "landscape.add-element", false, false},
		{[]string{"write"}, "landscape.add-element", false, true},
		{[]string{"write"}, "risk.list", true, true},
		{[]string{"write"}, "identity.appoint", false, false},
		{[]string{"evidence"}, "evidence.import", false, true},
		{[]string{"evidence"}, "evidence.files", true, true},
		{[]string{"evidence"}, "landscape.list", true, false},
		{[]string{"evidence", "landscape"}, "landscape.list", true, true},
		{[]string{"land"}, "landscape.list", true, false},
		{[]string{""}, "landscape.list", true, false},
	}
	for _, c := range cases {
		actor := person("it-staff")
		actor.Scopes = c.scopes
		err := policies.Check(access.Request{Actor: actor, Operation: c.operation, Query: c.query})
		if got := err == nil; got != c.allowed {
			t.Errorf("%v, %s: got %v, want %v", c.scopes, c.operation, err, c.allowed)
		}
		if err != nil && !problem.Is(err, problem.Forbidden) {
			t.Errorf("%v, %s: got %v, want forbidden", c.scopes, c.operation, err)
		}
	}
}

func TestNobodyMustSignInFirst(t *testing.T) {
	policies := load(t)
	for _, query := range []bool{true, false} {
		err := policies.Check(access.Request{Operation: "risk.list", Query: query, Actor: db.Actor{Offices: []string{"cio"}}})
		if !problem.Is(err, problem.Unauthenticated) {
			t.Errorf("got %v, want unauthenticated", err)
		}
	}
}

func TestOtherKindsOfActorMayNothing(t *testing.T) {
	policies := load(t)
	actor := db.Actor{Ref: ref.New("systems", "x")}
	if err := policies.Check(access.Request{Actor: actor, Operation: "landscape.add-element"}); !problem.Is(err, problem.Forbidden) {
		t.Errorf("got %v, want forbidden", err)
	}
}

func TestRefusalSaysWhichOfficesMay(t *testing.T) {
	err := load(t).Check(access.Request{Actor: person(), Operation: "budget.set-fund"})
	p, ok := problem.As(err)
	if !ok || p.Key != "access.not-permitted" || fmt.Sprint(p.Args["offices"]) != "[office.cio office.ciso]" {
		t.Errorf("got %v, want the offices cio and ciso", err)
	}
}

func TestOnlySecurityValidatesDesigns(t *testing.T) {
	policies := load(t)
	for office, allowed := range map[string]bool{"ciso": true, "security-staff": true, "cio": false, "it-staff": false, "board": false} {
		err := policies.Check(access.Request{Actor: person(office), Operation: "project.validate"})
		if got := err == nil; got != allowed {
			t.Errorf("%s: got %v, want allowed %v", office, err, allowed)
		}
	}
}

func TestNoTokenGivesAKey(t *testing.T) {
	p := load(t)
	for _, operation := range []string{"decision.give-key", "decision.refuse", "report.sign"} {
		r := access.Request{
			Actor:     db.Actor{Ref: "person:x", Offices: []string{"ciso"}, Scopes: []string{"write"}},
			Operation: operation, Context: map[string]string{"office": "ciso"},
		}
		if got := refusedBy(t, p, r); got != "keys-are-given-in-person" {
			t.Errorf("%s: got %q, want keys-are-given-in-person", operation, got)
		}
	}
}
