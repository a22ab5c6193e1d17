package ingest

import (
	"regexp"
	"strconv"
	"strings"
)

// NetBox answers with lists of objects of one kind: {"count", "next", "previous", "results"}, or the results alone. An
// object says by its "url" of what kind it is (".../api/dcim/devices/7/") and names others by short objects with an id and a name.
// Taken are devices, virtual machines, clusters, sites, circuits and providers, and how they hang together. Pages after the
// first are not fetched: give all of them.

// netboxKinds are the kinds that make a map, by the end of their address.
var netboxKinds = map[string]string{
	"dcim/devices": "device", "virtualization/virtual-machines": "virtual-machine", "virtualization/clusters": "cluster", "dcim/sites": "site",
	"circuits/circuits": "circuit", "circuits/providers": "provider",
}

// netboxTies are the members that name another object, with its kind. Where a circuit ends is in its terminations.
var netboxTies = []struct{ from, field, to string }{
	{"device", "site", "site"},
	{"device", "cluster", "cluster"},
	{"virtual-machine", "cluster", "cluster"},
	{"virtual-machine", "device", "device"},
	{"virtual-machine", "site", "site"},
	{"cluster", "site", "site"},
	{"cluster", "scope", "site"},
	{"circuit", "provider", "provider"},
	{"circuit", "termination_a", "site"},
	{"circuit", "termination_z", "site"},
}

// netboxAttributes are the members that describe an object: texts, choices and the names of others.
var netboxAttributes = []string{"status", "role", "device_role", "device_type", "platform", "tenant", "type", "location", "region", "serial", "asset_tag", "cid"}

// IsNetBox tells whether a file is a list of the interface of NetBox.
func IsNetBox(g Glimpse) bool {
	known := false
	for address := range netboxKinds {
		known = known || strings.Contains(g.Text, "/api/"+address+"/")
	}
	return known && (g.Has("results") || g.List && g.Has("id", "url"))
}

// ReadNetBox reads lists together.
func ReadNetBox(sources []*Source) (Catalogue, error) {
	n := netboxReader{gatherer: newGatherer()}
	for _, src := range sources {
		j := newMapStream(src)
		read := func() error { return n.object(j) }
		var err error
		if j.kind() == '[' {
			err = j.array("", read)
		} else {
			err = j.object("", func(name string) error {
				if name == "results" {
					return j.array("results", read)
				}
				return j.skip()
			})
		}
		if err == nil {
			err = j.end()
		}
		if err != nil {
			return Catalogue{}, err
		}
	}
	return n.connect()
}

type netboxReader struct {
	*gatherer
	ties []netboxTie
}

// netboxTie is a reference that is resolved when all objects are known.
type netboxTie struct {
	src  *Source
	edge EdgeRecord
	kind string
	name string
}

var netboxURL = regexp.MustCompile(`/api/([a-z-]+/[a-z-]+)/(\d+)/?$`)

// netboxRef is the kind and the number that an address names.
func netboxRef(object map[string]any) (kind, ref string) {
	address, _ := object["url"].(string)
	match := netboxURL.FindStringSubmatch(address)
	if match == nil {
		return "", ""
	}
	kind = netboxKinds[match[1]]
	return kind, kind + ":" + match[2]
}

func (n *netboxReader) object(j *stream) error {
	at := j.next()
	var object map[string]any
	if err := j.value(at, &object); err != nil {
		return err
	}
	kind, ref := netboxRef(object)
	if ref == "" {
		return j.src.wrong(at, "url", "ingest.error.netbox.url")
	}
	if kind == "" {
		return nil // racks, cables, addresses: no part of the map
	}
	record := NodeRecord{Ref: ref, Kind: kind, Name: netboxName(object), Props: map[string]string{}, At: at}
	record.Description, _ = object["description"].(string)
	for _, name := range netboxAttributes {
		if text := netboxText(object[name]); text != "" {
			record.Props[name] = text
		}
	}
	record.Lifecycle = record.Props["status"]
	if tags, ok := object["tags"].([]any); ok {
		for _, tag := range tags {
			if text := netboxText(tag); text != "" {
				record.Tags = append(record.Tags, text)
			}
		}
	}
	for _, tie := range netboxTies {
		if tie.from == kind {
			n.tie(j.src, at, ref, tie.field, tie.to, object[tie.field])
		}
	}
	return n.node(j.src, record)
}

// netboxName is the name by which people know an object; an unnamed device has only its number.
func netboxName(object map[string]any) string {
	for _, member := range []string{"name", "cid", "display"} {
		if name, _ := object[member].(string); name != "" {
			return name
		}
	}
	if id, ok := object["id"].(float64); ok {
		return strconv.FormatFloat(id, 'f', -1, 64)
	}
	return "?"
}

// netboxText is a text, or the word of a choice, or the name of another object.
func netboxText(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case map[string]any:
		for _, member := range []string{"value", "name", "display", "model"} {
			if text, _ := v[member].(string); text != "" {
				return text
			}
		}
	}
	return ""
}

// tie notes a reference. A termination names its site itself, or as what it ends on.
func (n *netboxReader) tie(src *Source, at At, from, field, kind string, v any) {
	object, ok := v.(map[string]any)
	if !ok {
		return
	}
	for _, inner := range []string{"site", "termination"} {
		if nested, ok := object[inner].(map[string]any); ok && strings.HasPrefix(field, "termination") {
			object = nested
			break
		}
	}
	to, ref := netboxRef(object)
	if to != "" && to != kind {
		return
	}
	if ref == "" || to == "" {
		id, ok := object["id"].(float64)
		if !ok || field == "scope" || strings.HasPrefix(field, "termination") {
			return
		}
		ref = kind + ":" + strconv.FormatFloat(id, 'f', -1, 64)
	}
	n.ties = append(n.ties, netboxTie{src, EdgeRecord{From: from, To: ref, Type: field, Field: field, At: at}, kind, netboxName(object)})
}

// connect adds the references. What they name and no list holds is known by the name that the reference gives it.
func (n *netboxReader) connect() (Catalogue, error) {
	for _, t := range n.ties {
		if !n.has(t.edge.To) && t.name != "?" {
			if _, err := n.once(t.src, NodeRecord{Ref: t.edge.To, Kind: t.kind, Name: t.name, At: t.edge.At}); err != nil {
				return Catalogue{}, err
			}
		}
		if err := n.edgeOnce(t.src, t.edge); err != nil {
			return Catalogue{}, err
		}
	}
	return n.finish(), nil
}
