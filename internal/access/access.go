// Package access decides who may do what. The rules are Cedar policies in policies.cedar, one readable
// file; every refusal names the policy that refuses, or says which offices the policies allow.
package access

import (
	_ "embed"
	"fmt"
	"sort"
	"strings"

	"github.com/cedar-policy/cedar-go"

	"accordo.dev/internal/db"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

//go:embed policies.cedar
var policyText []byte

// Text is the policy file, for people to read.
func Text() string { return string(policyText) }

// Policies is the loaded rule book.
type Policies struct {
	set     *cedar.PolicySet
	offices []string // all offices, to explain refusals
}

// Groups gathers offices that policies treat alike: group to offices. Every office is also a group of its own.
var Groups = map[string][]string{
	"it-and-security": {"cio", "ciso", "it-staff", "security-staff"},
	"security":        {"ciso", "security-staff"},
	"risk-assessors":  {"cio", "ciso", "cro", "security-staff", "risk-staff"},
	"officers":        {"cio", "ciso", "cro", "business-owner", "it-staff", "security-staff"},
	"key-holders":     {"cio", "ciso"},
	"arbiters":        {"cro", "coo", "ceo", "board"},
	"challengers":     {"cro", "ict-risk-control", "compliance", "dpo", "risk-staff", "internal-audit"},
	"reviewers":       {"cio", "ciso", "cro", "internal-audit"},

	"committee-founders": {"cio", "ciso", "ceo", "board-secretary"},
	"fact-keepers":       {"cio", "ciso", "cro", "ict-risk-control", "internal-audit", "compliance", "dpo", "board-secretary", "risk-staff", "administrator"},

	"obligation-keepers": {"cio", "ciso", "cro", "ict-risk-control", "compliance", "dpo", "board-secretary"},
}

// Load reads the policies. offices are all offices that exist.
func Load(offices []string) (*Policies, error) {
	list, err := cedar.NewPolicyListFromBytes("policies.cedar", policyText)
	if err != nil {
		return nil, fmt.Errorf("access policies: %w", err)
	}
	set := cedar.NewPolicySet()
	for i, policy := range list {
		id := string(policy.Annotations()["id"])
		if id == "" || !set.Add(cedar.PolicyID(id), policy) {
			return nil, fmt.Errorf("access policies: policy %d has no @id of its own", i+1)
		}
	}
	return &Policies{set: set, offices: offices}, nil
}

// Request is one question: may this actor run this operation on this item?
type Request struct {
	Actor     db.Actor
	Operation string // "area.verb"
	Query     bool   // reads only
	Resource  ref.Ref
	Context   map[string]string // what else policies look at, such as the office of a key
}

// Check returns nil, or a Forbidden problem that names the policy.
func (p *Policies) Check(r Request) error {
	if r.Actor.Ref == "" {
		return problem.New(problem.Unauthenticated, "access.sign-in")
	}
	if !scoped(r) {
		return problem.New(problem.Forbidden, "access.token-scope", "operation", i18n.Key("op."+r.Operation), "scopes", strings.Join(r.Actor.Scopes, ", "), "policy", "token-scope")
	}
	allowed, policies := p.ask(r)
	switch {
	case allowed:
		return nil
	case len(policies) > 0:
		return problem.New(problem.Forbidden, "access.forbidden", "operation", i18n.Key("op."+r.Operation), "policy", strings.Join(policies, ", "))
	default:
		return p.explain(r)
	}
}

// explain says which offices would be let through, and by which policies.
func (p *Policies) explain(r Request) error {
	var offices i18n.Keys
	names := map[string]bool{}
	for _, office := range p.offices {
		try := r
		try.Actor.Offices = []string{office}
		allowed, policies := p.ask(try)
		if !allowed {
			continue
		}
		offices = append(offices, i18n.Key("office."+office))
		for _, name := range policies {
			names[name] = true
		}
	}
	if len(offices) == 0 {
		return problem.New(problem.Forbidden, "access.nobody", "operation", i18n.Key("op."+r.Operation), "policy", "default-deny")
	}
	return problem.New(problem.Forbidden, "access.not-permitted", "operation", i18n.Key("op."+r.Operation),
		"offices", offices, "policy", strings.Join(sortedKeys(names), ", "))
}

func (p *Policies) ask(r Request) (allowed bool, policies []string) {
	principal := uid(principalType(r.Actor.Ref), r.Actor.Ref.ID())
	action := uid("Action", r.Operation)
	entities := cedar.EntityMap{
		principal: {UID: principal, Parents: cedar.NewEntityUIDSet(officeGroups(r.Actor.Offices)...)},
		action:    {UID: action, Parents: cedar.NewEntityUIDSet(actionGroups(r)...)},
	}
	context := cedar.RecordMap{}
	for name, value := range r.Context {
		context[cedar.String(name)] = cedar.String(value)
	}
	if len(r.Actor.Scopes) > 0 {
		context["token"] = cedar.Boolean(true)
	}
	decision, diagnostic := cedar.Authorize(p.set, entities, cedar.Request{
		Principal: principal, Action: action, Resource: uid("Item", string(r.Resource)), Context: cedar.NewRecord(context),
	})
	for _, reason := range diagnostic.Reasons {
		policies = append(policies, string(reason.PolicyID))
	}
	sort.Strings(policies)
	return decision == cedar.Allow, policies
}

func principalType(actor ref.Ref) string {
	if actor.Kind() == "system" {
		return "System"
	}
	return "Person"
}

func uid(kind, id string) cedar.EntityUID {
	return cedar.NewEntityUID(cedar.EntityType(kind), cedar.String(id))
}

func officeGroups(offices []string) []cedar.EntityUID {
	var groups []cedar.EntityUID
	for _, office := range offices {
		groups = append(groups, uid("Office", office), uid("Office", "any-office"))
		for group, members := range Groups {
			for _, member := range members {
				if member == office {
					groups = append(groups, uid("Office", group))
				}
			}
		}
	}
	return groups
}

func actionGroups(r Request) []cedar.EntityUID {
	kind := "commands"
	if r.Query {
		kind = "queries"
	}
	area, _, _ := strings.Cut(r.Operation, ".")
	return []cedar.EntityUID{uid("Action", kind), uid("Action", "area:"+area)}
}

// scoped tells whether the token's scopes cover the operation: "read", "write", or an area's name.
func scoped(r Request) bool {
	if len(r.Actor.Scopes) == 0 {
		return true
	}
	area, _, _ := strings.Cut(r.Operation, ".")
	for _, scope := range r.Actor.Scopes {
		if scope == "write" || scope == "read" && r.Query || scope == area {
			return true
		}
	}
	return false
}

func sortedKeys(set map[string]bool) []string {
	keys := make([]string, 0, len(set))
	for key := range set {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}
