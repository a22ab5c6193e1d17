package landscape

import "accordo.dev/internal/ingest"

// fromDependencies says calls that were seen between services in our words. A service is a system; the caller needs whom it
// calls, as a hard need, because nobody has said that it can do without. How often is a property. What was not called while
// the calls were watched is not in the file: it has not gone.
func fromDependencies(c ingest.Catalogue) *incoming {
	in := newIncoming("dependencies")
	for _, n := range c.Nodes {
		in.node(n, Element{Kind: KindSystem})
	}
	for _, e := range c.Edges {
		in.edge(e, Connection{Kind: Uses})
	}
	return in
}
