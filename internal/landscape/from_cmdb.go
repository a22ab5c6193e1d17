package landscape

import (
	"strings"

	"accordo.dev/internal/ingest"
)

// fromCMDB says the relations of ServiceNow in our words. A type reads in both directions, and the first half is what the
// parent does: "Depends on::Used by" makes the parent need the child. The class of an item says its kind. A class or a type
// that we do not know is kept as unknown or as a relation that makes nothing need anything.
func fromCMDB(c ingest.Catalogue) *incoming {
	in := newIncoming("servicenow-cmdb")
	for _, n := range c.Nodes {
		in.node(n, Element{
			Kind: cmdbKind(n.Kind), Lifecycle: cmdbLives[outsideWord(n.Lifecycle)], Criticality: cmdbCriticality(n.Props["busines_criticality"]), Tags: []string{n.Kind},
		})
	}
	for _, e := range c.Edges {
		first, _, _ := strings.Cut(e.Type, "::")
		r, known := cmdbRelations[outsideWord(first)]
		if !known {
			r = archiMateRelation{RelatesTo, false}
		}
		in.edgeAs(e, r.turned, Connection{Kind: r.kind})
	}
	return in
}

// cmdbRelations are the first halves of types of relation, seen from the parent.
var cmdbRelations = map[string]archiMateRelation{
	"depends-on": {Uses, false}, "used-by": {Uses, true}, "uses": {Uses, false}, "consumes": {Uses, false}, "consumed-by": {Uses, true},
	"runs-on": {RunsOn, false}, "runs": {RunsOn, true}, "hosted-on": {RunsOn, false}, "hosts": {RunsOn, true}, "virtualized-by": {RunsOn, false},
	"virtualizes": {RunsOn, true}, "instantiated-by": {RunsOn, false}, "instantiates": {RunsOn, true}, "located-in": {RunsOn, false}, "powered-by": {RunsOn, false},
	"powers": {RunsOn, true}, "provided-by": {Uses, false}, "provides": {Serves, false}, "contains": {PartOf, true}, "contained-by": {PartOf, false},
	"members": {PartOf, true}, "member-of": {PartOf, false}, "cluster-of": {PartOf, true}, "cluster": {PartOf, false}, "owned-by": {AnswersTo, false},
	"owns": {AnswersTo, true}, "managed-by": {AnswersTo, false}, "manages": {AnswersTo, true}, "sends-data-to": {FlowsTo, false},
	"receives-data-from": {FlowsTo, true}, "connects-to": {Uses, false}, "connected-by": {Uses, true},
}

// cmdbKind tells the kind of an item from its class, as exports name it: by label or by table.
func cmdbKind(class string) Kind {
	word := strings.TrimPrefix(outsideWord(class), "cmdb-ci-")
	switch {
	case word == "":
		return KindUnknown
	case holds(word, "business-process"):
		return KindProcess
	case holds(word, "business-service", "service-business", "service-offering"):
		return KindService
	case holds(word, "database", "db-", "-db", "storage", "data-set"):
		return KindDataSet
	case holds(word, "endpoint", "api", "interface", "web-service", "load-balancer", "lb-"):
		return KindInterface
	case holds(word, "computer", "laptop", "mobile", "handheld", "printer", "iot"):
		return KindDeviceFleet
	case holds(word, "datacenter", "data-center", "rack", "room", "location", "building"):
		return KindSite
	case holds(word, "ot-", "plc", "scada"):
		return KindOTAsset
	case holds(word, "group", "team"):
		return KindTeam
	case holds(word, "vendor", "company"):
		return KindSupplier
	default:
		return KindSystem
	}
}

var cmdbLives = map[string]string{
	"operational": "live", "installed": "live", "in-use": "live", "1": "live", "repair-in-progress": "live", "pipeline": "planned", "pending-install": "planned",
	"on-order": "planned", "design": "planned", "build": "planned", "non-operational": "retiring", "end-of-life": "retired", "retired": "retired", "absent": "retired", "6": "retired", "7": "retired",
}

// cmdbCriticality reads "1 - most critical" and words.
func cmdbCriticality(text string) *int64 {
	word, _, _ := strings.Cut(text, " ")
	level, known := outsideCriticalities[outsideWord(text)]
	if !known {
		level, known = outsideCriticalities[word]
	}
	if !known {
		return nil
	}
	return &level
}
