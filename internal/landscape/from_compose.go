package landscape

import "accordo.dev/internal/ingest"

// fromCompose says the services of Docker Compose in our words. A service is a system: a program that runs. depends_on and
// links are hard needs, unless the file says that a service can start without the other; a shared network or shared volumes
// tie as hard. A service in a profile runs only when asked for, and has the profile as a tag.
func fromCompose(c ingest.Catalogue) *incoming {
	in := newIncoming("compose")
	for _, n := range c.Nodes {
		in.node(n, Element{Kind: KindSystem, Tags: wordsOf(n.Props["profiles"])})
	}
	for _, e := range c.Edges {
		tie := Connection{Kind: Uses}
		if e.Props["required"] == "false" {
			tie.Strength = Soft
		}
		if e.Type == "network_mode" || e.Type == "volumes_from" {
			tie.Kind = RunsOn
		}
		in.edge(e, tie)
	}
	return in
}
