package committee

import (
	"slices"

	"accordo.dev/internal/db"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/problem"
)

// The rules of who may, beyond the policies of access; a refusal names them.
const (
	policyLead    = "chairs-and-secretary-lead-their-committee"
	policyRead    = "members-and-those-they-report-to-read-minutes"
	policyQuorum  = "quorum-needs-both-chairs"
	policyApprove = "minutes-are-approved-by-both-chairs"
	policyOwner   = "an-action-is-done-by-its-owner"
)

// overseers read what committees did without sitting in them.
var overseers = []string{identity.OfficeBoard, identity.OfficeCEO, identity.OfficeInternalAudit}

// sits tells whether the actor takes a seat now.
func (m Member) sits(actor db.Actor) bool {
	if actor.Ref.Kind() != "person" {
		return false
	}
	if m.Office != "" {
		return actor.Holds(m.Office)
	}
	return actor.Ref == identity.PersonRef(m.Person)
}

// leads refuses whoever is neither chair nor secretary.
func (c Committee) leads(actor db.Actor) error {
	if c.Leads(actor) {
		return nil
	}
	return problem.New(problem.Forbidden, "committee.error.not-leading", "committee", c.Title(), "policy", policyLead)
}

// Leads tells whether the actor presides over the committee or writes its minutes.
func (c Committee) Leads(actor db.Actor) bool {
	return slices.ContainsFunc(c.Members, func(m Member) bool { return (m.Role.Chairs() || m.Role == Secretary) && m.sits(actor) })
}

// Sits tells whether the actor has a seat.
func (c Committee) Sits(actor db.Actor) bool {
	return slices.ContainsFunc(c.Members, func(m Member) bool { return m.sits(actor) })
}

// MayRead tells whether the actor reads agendas and minutes: members, those who oversee, and the machine itself.
func (c Committee) MayRead(actor db.Actor) bool {
	return actor.Ref.Kind() == "system" || c.Sits(actor) || actor.Holds(overseers...)
}

func (c Committee) reads(actor db.Actor) error {
	if c.MayRead(actor) {
		return nil
	}
	return problem.New(problem.Forbidden, "committee.error.not-member", "committee", c.Title(), "policy", policyRead)
}
