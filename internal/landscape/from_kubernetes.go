package landscape

import (
	"strings"

	"accordo.dev/internal/ingest"
)

// fromKubernetes says manifests in our words. What runs is a system; an ingress, and a service without workloads, is an
// interface. An address in the environment is a hard need: a program that cannot reach what it is told to call is not whole,
// and the manifest does not say how much of it is left. The namespace is the domain.
func fromKubernetes(c ingest.Catalogue) *incoming {
	in := newIncoming("kubernetes")
	for _, n := range c.Nodes {
		e := Element{Kind: KindSystem, Domain: n.Namespace, Tags: []string{n.Kind}}
		if n.Kind == "ingress" || n.Kind == "service" {
			e.Kind = KindInterface
		}
		in.node(n, e)
	}
	for _, e := range c.Edges {
		in.edge(e, Connection{Kind: Uses})
	}
	return in
}

// wordsOf parts a list of words with commas.
func wordsOf(text string) []string {
	return strings.FieldsFunc(text, func(c rune) bool { return c == ',' || c == ' ' })
}
