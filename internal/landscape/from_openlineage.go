package landscape

import "accordo.dev/internal/ingest"

// fromOpenLineage says events of jobs in our words. A job is a system, a data set a data set. A data set flows to the job that
// reads it and a job to the data set that it writes: who receives starves slowly, so the need is soft. A job that another job
// started is a part of it. The namespace is the domain.
func fromOpenLineage(c ingest.Catalogue) *incoming {
	in := newIncoming("openlineage")
	for _, n := range c.Nodes {
		e := Element{Kind: KindSystem, Domain: cut(n.Namespace, longestName)}
		if n.Kind == "dataset" {
			e.Kind = KindDataSet
		}
		in.node(n, e)
	}
	for _, e := range c.Edges {
		tie := Connection{Kind: FlowsTo}
		if e.Type == "parent" {
			tie.Kind = PartOf
		}
		in.edge(e, tie)
	}
	return in
}
