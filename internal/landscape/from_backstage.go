package landscape

import (
	"strings"

	"accordo.dev/internal/ingest"
)

// fromBackstage says a Backstage catalogue in our words:
//
//   - Component and System are systems, API is an interface, Group a team, User a person. A Domain groups
//     systems that serve one purpose of the business and is the nearest thing to a process. A Resource is a data
//     set when its type says that it keeps data, else a system. Kinds that a catalogue adds itself stay unknown:
//     nobody has told us what they are. The original kind and type are kept as tags.
//   - ownedBy answers to a team; partOf, childOf and memberOf are parts; dependsOn and consumesApi are hard needs.
//     providesApi serves: the interface fails with the component that provides it.
//   - An experimental thing is planned: it is not meant for production.
//   - An element is known by its entity reference (kind:namespace/name); names that resolve nowhere are kept.
func fromBackstage(c ingest.Catalogue) *incoming {
	in := newIncoming("backstage")
	in.idOf = backstageID
	for _, n := range c.Nodes {
		in.node(n, Element{
			Kind: backstageKind(n.Kind, n.Type), Lifecycle: outsideLives[outsideWord(n.Lifecycle)],
			Tags: append([]string{strings.ToLower(n.Kind), n.Type}, n.Tags...),
		})
	}
	for _, e := range c.Edges {
		in.edge(e, backstageConnection(e.Type))
	}
	return in
}

// backstageID makes an id of an entity reference: "component:default/app" is "component.app".
func backstageID(entity string) string {
	kind, rest, _ := strings.Cut(entity, ":")
	rest = strings.TrimPrefix(rest, "default/")
	return slug(kind + "." + strings.ReplaceAll(rest, "/", "."))
}

func backstageKind(kind, kindType string) Kind {
	switch strings.ToLower(kind) {
	case "component", "system":
		return KindSystem
	case "api":
		return KindInterface
	case "resource":
		return storeOrSystem(kindType)
	case "group":
		return KindTeam
	case "user":
		return KindPerson
	case "domain":
		return KindProcess
	default:
		return KindUnknown
	}
}

// storeOrSystem tells from a word for a technical thing whether it keeps data.
func storeOrSystem(word string) Kind {
	for _, store := range []string{"database", "bucket", "storage", "dataset", "data-set", "topic", "table", "warehouse"} {
		if strings.Contains(strings.ToLower(word), store) {
			return KindDataSet
		}
	}
	return KindSystem
}

func backstageConnection(relation string) Connection {
	kind := map[string]ConnectionKind{
		"ownedBy": AnswersTo, "partOf": PartOf, "childOf": PartOf, "memberOf": PartOf, "providesApi": Serves, "dependsOn": Uses, "consumesApi": Uses,
	}[relation]
	if kind == "" { // a relation of the catalogue's own: kept and shown, not analysed
		return Connection{Kind: RelatesTo}
	}
	return Connection{Kind: kind}
}
