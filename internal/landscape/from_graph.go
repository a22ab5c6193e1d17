package landscape

import (
	"strings"
	"unicode"

	"accordo.dev/internal/ingest"
)

// fromGraph says a graph in two tables in our words. An edge says that its source needs its destination, unless its type is
// a word with a direction of its own (serving, flow, part of): then the word counts. Types of ArchiMate and of our own mean
// what they mean there; "service" and "deployment" are programs that run, because graphs of services are made of those. Other
// types of nodes stay unknown and other types of edges are needs; the type is kept.
func fromGraph(c ingest.Catalogue) *incoming {
	in := newIncoming("graph")
	for _, n := range c.Nodes {
		in.node(n, Element{Kind: graphKind(n.Kind), Layer: archiMateTypes[n.Kind].layer, Domain: n.Props["domain"], Lifecycle: outsideLives[outsideWord(n.Props["status"])]})
	}
	for _, e := range c.Edges {
		r := graphRelation(e.Type)
		in.edgeAs(e, r.turned, Connection{Kind: r.kind})
	}
	return in
}

// runningKinds are words of technical graphs that mean something that runs.
var runningKinds = map[string]Kind{
	"service": KindSystem, "deployment": KindSystem, "statefulset": KindSystem, "daemonset": KindSystem, "microservice": KindSystem, "container": KindSystem,
	"resource": KindSystem, "topic": KindDataSet, "bucket": KindDataSet, "queue": KindDataSet, "domain": KindProcess, "capability": KindProcess,
}

func graphKind(word string) Kind {
	if t, known := archiMateTypes[word]; known {
		return t.kind
	}
	plain := outsideWord(spaced(word))
	for _, words := range []map[string]Kind{runningKinds, outsideKinds} {
		if kind, known := words[plain]; known {
			return kind
		}
	}
	for _, kind := range Kinds {
		if plain == string(kind) {
			return kind
		}
	}
	return KindUnknown
}

// graphRelation is what the type of an edge says; a type that says nothing is a need.
func graphRelation(word string) archiMateRelation {
	if r, known := archiMateRelations[word]; known {
		return r
	}
	plain := outsideWord(spaced(word))
	if kind, known := outsideConnections[plain]; known {
		return archiMateRelation{kind: kind}
	}
	for _, kind := range ConnectionKinds {
		if plain == string(kind) {
			return archiMateRelation{kind: kind}
		}
	}
	if r, known := fieldRelation(outsideFieldWord(word)); known {
		return r
	}
	return archiMateRelation{kind: Uses}
}

// spaced parts the words of a name: "dependsOn" is "depends On".
func spaced(word string) string {
	var b strings.Builder
	small := false
	for _, c := range word {
		if small && unicode.IsUpper(c) {
			b.WriteByte(' ')
		}
		small = unicode.IsLower(c)
		b.WriteRune(c)
	}
	return b.String()
}
