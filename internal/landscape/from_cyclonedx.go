package landscape

import (
	"strings"

	"accordo.dev/internal/ingest"
)

// fromCycloneDX says the services of a CycloneDX document in our words. Services and the programs that use them are systems; a
// service that keeps data by its name (a database, a bucket) stays a system, because it runs. "dependsOn" is a hard need, and
// carries what the needed service says of itself: whether it asks who calls, whether its addresses are encrypted, which
// classes of data pass. A data flow goes the way it flows. What crosses a trust boundary is marked, not moved outside: the
// boundary may be one of our own. Provider and enclosing service are properties.
func fromCycloneDX(c ingest.Catalogue) *incoming {
	in := newIncoming("cyclonedx")
	services := map[string]ingest.NodeRecord{}
	for _, n := range c.Nodes {
		services[n.Ref] = n
		e := Element{Kind: KindSystem, Domain: cut(n.Props["trustZone"], longestName)}
		if n.Props["x-trust-boundary"] == "true" {
			e.Tags = []string{"trust-boundary"}
		}
		in.node(n, e)
	}
	for _, e := range c.Edges {
		if e.Type == "dataFlow" {
			in.edge(e, Connection{Kind: FlowsTo, Data: []string{e.Props["classification"]}})
			continue
		}
		to := services[e.To]
		in.edge(e, Connection{
			Kind: Uses, Authenticated: said(to.Props["authenticated"]), Encrypted: encryptedBy(strings.Fields(to.Props["endpoints"])), Data: dataClasses(to.Props["data"]),
		})
	}
	return in
}

// said reads "true" and "false"; anything else says nothing.
func said(text string) *bool {
	yes := text == "true"
	if !yes && text != "false" {
		return nil
	}
	return &yes
}

// encryptedBy tells from the schemes of all addresses whether what passes is encrypted; nil when they differ or say nothing.
func encryptedBy(addresses []string) *bool {
	var all *bool
	for _, address := range addresses {
		scheme, _, _ := strings.Cut(strings.ToLower(address), "://")
		safe := scheme == "https" || scheme == "wss" || strings.HasSuffix(scheme, "+tls") || scheme == "ldaps" || scheme == "amqps"
		open := scheme == "http" || scheme == "ws" || scheme == "ftp" || scheme == "ldap" || scheme == "amqp"
		if !safe && !open || all != nil && *all != safe {
			return nil
		}
		all = &safe
	}
	return all
}

// dataClasses are the classes of data without the directions.
func dataClasses(text string) (classes []string) {
	for part := range strings.SplitSeq(text, ", ") {
		class, _, _ := strings.Cut(part, " (")
		classes = append(classes, class)
	}
	return classes
}
