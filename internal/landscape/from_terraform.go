package landscape

import (
	"strings"

	"accordo.dev/internal/ingest"
)

// fromTerraform says resources in our words. A resource whose type speaks of storage is a data set, one that leads traffic
// is an interface, everything else is a system in the cloud. What a resource depends on it needs to be made, and mostly to
// run: a hard need, but soft for rights and rules, without which the resource is there and less useful. What a plan only looks
// up (mode data) is outside of it and marked so by a tag.
func fromTerraform(c ingest.Catalogue) *incoming {
	in := newIncoming("terraform")
	kinds := map[string]string{}
	for _, n := range c.Nodes {
		kinds[n.Ref] = n.Kind
		e := Element{Kind: terraformKind(n.Kind), Domain: n.Namespace, Tags: []string{n.Kind}}
		if e.Kind == KindSystem {
			e.Variant = "cloud"
		}
		if n.Type == "data" {
			e.Tags = append(e.Tags, "looked-up")
		}
		in.node(n, e)
	}
	for _, e := range c.Edges {
		tie := Connection{Kind: Uses}
		if holds(kinds[e.To], "policy", "role", "security_group", "rule", "permission", "tag") {
			tie.Strength = Soft
		}
		in.edge(e, tie)
	}
	return in
}

func terraformKind(word string) Kind {
	switch {
	case holds(word, "bucket", "db_instance", "database", "dynamodb", "rds_", "sql_", "storage", "table", "queue", "topic", "volume", "disk", "secret", "redis", "cache"):
		return KindDataSet
	case holds(word, "_lb", "load_balancer", "gateway", "dns", "route53", "endpoint", "api_", "cdn", "cloudfront", "listener"):
		return KindInterface
	default:
		return KindSystem
	}
}

func holds(text string, parts ...string) bool {
	for _, part := range parts {
		if strings.Contains(text, part) {
			return true
		}
	}
	return false
}
