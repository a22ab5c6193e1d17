package landscape

import (
	"strconv"
	"time"

	"accordo.dev/internal/ingest"
)

// fromDORA says a register of information in our words. An entity of the group is a team, a function a process with its
// recovery objectives, a provider a supplier outside, a contract an agreement. A function needs the provider of each service
// that supports it; a provider needs its subcontractors, rank by rank; a provider is a part of its ultimate parent. In the
// register 0 hours means that nobody has set an objective, so it stays unset. Without an assessment nothing is said about
// how a provider could be replaced.
func fromDORA(c ingest.Catalogue) *incoming {
	in := newIncoming("dora-register")
	for _, n := range c.Nodes {
		in.node(n, doraElement(n))
	}
	for _, e := range c.Edges {
		switch {
		case e.Type == "parent" || e.Type == "ultimate-parent":
			in.edge(e, Connection{Kind: PartOf})
		default:
			in.edge(e, Connection{Kind: SuppliedBy, Data: wordSet([]string{e.Props["sensitivity"]})})
			in.connections[len(in.connections)-1].agreement = doraContract(e.Props["contract"])
		}
	}
	for _, a := range c.Agreements {
		if !a.Until.IsZero() && a.Until.Before(a.From) { // the register may say so; its rule against it is switched off
			a.Properties = properties(a.Properties, map[string]string{"start": dayOf(a.From)})
			a.From = time.Time{}
		}
		in.agreements = append(in.agreements, newAgreement{party: a.Party, covers: a.Covers, place: placeOf(a.File, a.At), Agreement: Agreement{
			ID: doraContract(a.ID), Title: cut(a.Title, longestName), Kind: "contract", From: dayOf(a.From), Until: dayOf(a.Until), Properties: properties(a.Properties),
		}})
	}
	return in
}

// doraContract is the id of the agreement that a reference of a contract stands for.
func doraContract(reference string) string {
	if reference == "" {
		return ""
	}
	return slug("contract." + reference)
}

func doraElement(n ingest.NodeRecord) Element {
	switch n.Kind {
	case "entity":
		return Element{Kind: KindTeam}
	case "function":
		e := Element{Kind: KindProcess, RTO: doraMinutes(n.Props["rto-hours"]), RPO: doraMinutes(n.Props["rpo-hours"])}
		if n.Props["critical"] == "x28" { // critical or important
			highest := int64(1)
			e.Criticality = &highest
		}
		return e
	default:
		e := Element{Kind: KindSupplier, Outside: true, Substitutability: doraGrades[n.Props["substitutability"]]}
		if plan := n.Props["exit-plan"]; plan == "x28" || plan == "x29" {
			yes := plan == "x28"
			e.ExitPlan = &yes
		}
		return e
	}
}

// doraGrades are the four grades of substitutability.
var doraGrades = map[string]string{"x962": "easy", "x961": "medium", "x960": "complex", "x959": "none"}

// doraMinutes turns whole hours into minutes; 0 says that nobody has set them.
func doraMinutes(hours string) *int64 {
	n, err := strconv.ParseInt(hours, 10, 64)
	if err != nil || n == 0 {
		return nil
	}
	n *= 60
	return &n
}
