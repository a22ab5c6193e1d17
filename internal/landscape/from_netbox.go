package landscape

import "accordo.dev/internal/ingest"

// fromNetBox says an inventory in our words. Devices, virtual machines, clusters and circuits are systems: each is one thing
// that fails by itself. A site is a site, a provider of circuits a supplier outside. A machine runs on its cluster, on its
// device and at its site; a circuit is supplied by its provider and ends at sites, which need it: who has several needs one.
// Offline, decommissioning and planned are states of life.
func fromNetBox(c ingest.Catalogue) *incoming {
	in := newIncoming("netbox")
	for _, n := range c.Nodes {
		e := Element{Kind: KindSystem, Lifecycle: netboxLives[outsideWord(n.Lifecycle)], Tags: append([]string{n.Kind}, n.Tags...), Domain: cut(n.Props["tenant"], longestName)}
		switch n.Kind {
		case "site":
			e.Kind = KindSite
		case "provider":
			e.Kind, e.Outside = KindSupplier, true
		case "circuit":
			e.Outside = true
		default:
			e.Variant = "on-premises"
		}
		in.node(n, e)
	}
	for _, e := range c.Edges {
		switch e.Type {
		case "provider":
			in.edge(e, Connection{Kind: SuppliedBy})
		case "termination_a", "termination_z":
			one := int64(1)
			in.edgeAs(e, true, Connection{Kind: Uses, KOfN: &one})
		default:
			in.edge(e, Connection{Kind: RunsOn})
		}
	}
	return in
}

var netboxLives = map[string]string{
	"active": "live", "planned": "planned", "staged": "planned", "provisioning": "planned", "staging": "planned", "failed": "live", "offline": "retiring",
	"decommissioning": "retiring", "deprovisioning": "retiring", "decommissioned": "retired", "retired": "retired", "inventory": "planned",
}
