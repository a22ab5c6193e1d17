package landscape

import (
	"strings"

	"accordo.dev/internal/ingest"
)

// fromMarkdown says a Markdown catalogue in our words. What a field means is in its verb: who composes or aggregates is the
// whole, who owns is answered to, who realizes or implements is needed by what is realized, who serves is needed by what is
// served, who publishes sends, who consumes needs. A field with another verb only relates. The kind comes from the type, else
// from the type of ArchiMate that the file names; teams named as owners are kept as a property, because they are no persons.
func fromMarkdown(c ingest.Catalogue) *incoming {
	in := newIncoming("markdown")
	for _, n := range c.Nodes {
		in.node(n, Element{
			Kind: markdownKind(n), Domain: cut(n.Props["domain"], longestName), Layer: markdownLayer(n.Ref),
			Lifecycle: outsideLives[outsideWord(n.Lifecycle)], Tags: append([]string{outsideWord(n.Kind)}, n.Tags...),
		})
	}
	for _, e := range c.Edges {
		r, known := fieldRelation(e.Type)
		if !known {
			r.kind = RelatesTo
		}
		in.edgeAs(e, r.turned, Connection{Kind: r.kind})
	}
	return in
}

// markdownKinds are types of catalogues that group things by what the business and its software are made of.
var markdownKinds = map[string]Kind{
	"component": KindSystem, "software-system": KindSystem, "software-subsystem": KindSystem, "software-component": KindSystem, "cloud-service": KindSystem,
	"infra-node": KindSystem, "application-infrastructure": KindSystem, "networking-equipment": KindSystem, "api-contract": KindInterface,
	"api-endpoint": KindInterface, "infrastructure-api": KindInterface, "data-concept": KindDataSet, "data-aggregate": KindDataSet,
	"data-entity": KindDataSet, "information-object": KindDataSet, "business-service": KindService, "product": KindService, "business-process": KindProcess,
	"process": KindProcess, "business-capability": KindProcess, "capability": KindProcess, "value-stream": KindProcess, "domain": KindProcess,
	"market-segment": KindCustomerGroup, "organisation-unit": KindTeam, "organization-unit": KindTeam, "role": KindTeam, "actor": KindTeam,
}

func markdownKind(n ingest.NodeRecord) Kind {
	if kind, known := markdownKinds[outsideWord(n.Kind)]; known {
		return kind
	}
	var name strings.Builder
	for part := range strings.SplitSeq(outsideWord(n.Props["archimate_type"]), "-") {
		if part != "" {
			name.WriteString(strings.ToUpper(part[:1]) + part[1:])
		}
	}
	if t, known := archiMateTypes[name.String()]; known && t.kind != KindSystem {
		return t.kind
	}
	return KindUnknown
}

// markdownLayer is the layer that a folder names: "3-application/components/x".
func markdownLayer(ref string) string {
	folder, _, _ := strings.Cut(ref, "/")
	_, layer, numbered := strings.Cut(folder, "-")
	if numbered && (layer == "business" || layer == "organization" || layer == "application" || layer == "technology") {
		return layer
	}
	return ""
}

// fieldVerbs are the beginnings of fields that name other things.
var fieldVerbs = []struct {
	verb string
	archiMateRelation
}{
	{"parent_", archiMateRelation{PartOf, false}},
	{"aggregated_by_", archiMateRelation{PartOf, false}},
	{"in_", archiMateRelation{PartOf, false}},
	{"part_of", archiMateRelation{PartOf, false}},
	{"composes_", archiMateRelation{PartOf, true}},
	{"aggregates_", archiMateRelation{PartOf, true}},
	{"owned_by_", archiMateRelation{AnswersTo, false}},
	{"owns_", archiMateRelation{AnswersTo, true}},
	{"realizes_", archiMateRelation{Realizes, false}},
	{"implements_", archiMateRelation{Realizes, false}},
	{"realized_by_", archiMateRelation{Realizes, true}},
	{"implemented_by_", archiMateRelation{Realizes, true}},
	{"serves_", archiMateRelation{Serves, false}},
	{"served_by_", archiMateRelation{Serves, true}},
	{"consumes_", archiMateRelation{Uses, false}},
	{"depends_on", archiMateRelation{Uses, false}},
	{"consumed_by_", archiMateRelation{Uses, true}},
	{"publishes_", archiMateRelation{FlowsTo, false}},
	{"published_by_", archiMateRelation{FlowsTo, true}},
	{"triggers_", archiMateRelation{Triggers, false}},
	{"triggered_by_", archiMateRelation{Triggers, true}},
	{"detailed_by_", archiMateRelation{RelatesTo, false}},
}

// fieldRelation is what a field that begins with a verb says.
func fieldRelation(field string) (archiMateRelation, bool) {
	for _, v := range fieldVerbs {
		if strings.HasPrefix(field, v.verb) {
			return v.archiMateRelation, true
		}
	}
	return archiMateRelation{}, false
}

// outsideFieldWord writes a type of an edge as fields are written.
func outsideFieldWord(word string) string {
	return strings.ReplaceAll(outsideWord(spaced(word)), "-", "_")
}
