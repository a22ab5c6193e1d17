package ingest

import (
	"encoding/xml"
	"io"
	"regexp"
	"slices"
	"strings"
)

// CycloneDX (1.4 to 1.7, JSON or XML) describes software in parts and the services that it uses. A map is made of the
// services, also nested ones, of the thing that the file is about, and of the dependencies among them. Libraries are no part of
// a map: a component becomes a node only when it runs by itself (application, platform, operating system, device, container), or
// when a service depends on it.

type cyclone struct {
	XMLName  xml.Name `json:"-" xml:"bom"`
	Format   string   `json:"bomFormat" xml:"-"`
	Version  string   `json:"specVersion" xml:"-"`
	Metadata struct {
		Component *cycloneComponent `json:"component" xml:"component"`
	} `json:"metadata" xml:"metadata"`
	Components   []cycloneComponent  `json:"components" xml:"components>component"`
	Services     []cycloneService    `json:"services" xml:"services>service"`
	Dependencies []cycloneDependency `json:"dependencies" xml:"dependencies>dependency"`
}

type cycloneComponent struct {
	Ref         string             `json:"bom-ref" xml:"bom-ref,attr"`
	Type        string             `json:"type" xml:"type,attr"`
	Group       string             `json:"group" xml:"group"`
	Name        string             `json:"name" xml:"name"`
	Version     string             `json:"version" xml:"version"`
	Description string             `json:"description" xml:"description"`
	Components  []cycloneComponent `json:"components" xml:"components>component"`
}

type cycloneService struct {
	Ref      string `json:"bom-ref" xml:"bom-ref,attr"`
	Provider struct {
		Name string `json:"name" xml:"name"`
	} `json:"provider" xml:"provider"`
	Group         string           `json:"group" xml:"group"`
	Name          string           `json:"name" xml:"name"`
	Version       string           `json:"version" xml:"version"`
	Description   string           `json:"description" xml:"description"`
	Endpoints     []string         `json:"endpoints" xml:"endpoints>endpoint"`
	Authenticated *bool            `json:"authenticated" xml:"authenticated"`
	TrustBoundary *bool            `json:"x-trust-boundary" xml:"x-trust-boundary"`
	TrustZone     string           `json:"trustZone" xml:"trustZone"`
	Data          []cycloneData    `json:"data" xml:"-"`
	XMLData       cycloneXMLData   `json:"-" xml:"data"`
	Services      []cycloneService `json:"services" xml:"services>service"`
	at            At               // of the outermost service that holds it
}

type cycloneData struct {
	Flow           string   `json:"flow" xml:"flow,attr"`
	Classification string   `json:"classification" xml:"classification"`
	Source         []string `json:"source" xml:"source>url"`
	Destination    []string `json:"destination" xml:"destination>url"`
}

// cycloneXMLData is data as XML writes it: a classification with its flow as an attribute, from 1.5 on inside a dataflow.
type cycloneXMLData struct {
	Classifications []cycloneClass `xml:"classification"`
	Flows           []struct {
		Class       cycloneClass `xml:"classification"`
		Source      []string     `xml:"source>url"`
		Destination []string     `xml:"destination>url"`
	} `xml:"dataflow"`
}

type cycloneClass struct {
	Flow string `xml:"flow,attr"`
	Word string `xml:",chardata"`
}

type cycloneDependency struct {
	Ref       string              `json:"ref" xml:"ref,attr"`
	DependsOn []string            `json:"dependsOn" xml:"-"`
	Nested    []cycloneDependency `json:"-" xml:"dependency"`
	at        At
}

// IsCycloneDX tells whether a file is a CycloneDX document.
func IsCycloneDX(g Glimpse) bool {
	return g.Has("bomFormat") || strings.HasPrefix(g.Root, "http://cyclonedx.org/schema/bom/")
}

// ReadCycloneDX reads documents; each is one system with its services.
func ReadCycloneDX(sources []*Source) (Catalogue, error) {
	c := cycloneReader{gatherer: newGatherer(), libraries: map[string]cycloneComponent{}}
	for _, src := range sources {
		bom, at, err := readBOM(src)
		if err != nil {
			return Catalogue{}, err
		}
		if err := c.document(src, at, bom); err != nil {
			return Catalogue{}, err
		}
	}
	return c.finish(), nil
}

func readBOM(src *Source) (bom cyclone, at At, err error) {
	src.window = max(src.window, mapRecord)
	head, _ := src.in.Peek(512)
	if strings.HasPrefix(strings.TrimSpace(strings.TrimPrefix(string(head), "\ufeff")), "<") {
		return readXMLBOM(src)
	}
	j := newMapStream(src)
	at = j.next()
	j.record = 0
	if err = j.object("", func(name string) error { return bom.member(j, name) }); err == nil {
		err = j.end()
	}
	if err == nil && bom.Format != "CycloneDX" {
		err = src.wrong(at, "bomFormat", "ingest.error.cyclonedx.not")
	}
	if err == nil && !slices.Contains([]string{"1.2", "1.3", "1.4", "1.5", "1.6", "1.7"}, bom.Version) {
		err = src.wrong(at, "specVersion", "ingest.error.cyclonedx.version", "value", clip(bom.Version))
	}
	return bom, at, err
}

// member reads a member of the root, and the long lists item by item, so that each keeps its place.
func (b *cyclone) member(j *stream, name string) error {
	at := j.next()
	switch name {
	case "bomFormat":
		return j.value(at, &b.Format)
	case "specVersion":
		return j.value(at, &b.Version)
	case "metadata":
		return j.value(at, &b.Metadata)
	case "components":
		return items(j, name, &b.Components, func(*cycloneComponent, At) {})
	case "services":
		return items(j, name, &b.Services, func(s *cycloneService, at At) { s.at = at })
	case "dependencies":
		return items(j, name, &b.Dependencies, func(d *cycloneDependency, at At) { d.at = at })
	default:
		return j.skip()
	}
}

// items reads a list item by item and tells each its place.
func items[T any](j *stream, field string, into *[]T, place func(*T, At)) error {
	return j.array(field, func() error {
		at := j.next()
		var item T
		if err := j.value(at, &item); err != nil {
			return err
		}
		place(&item, at)
		*into = append(*into, item)
		return nil
	})
}

var cycloneSpace = regexp.MustCompile(`^http://cyclonedx\.org/schema/bom/1\.[2-7]$`)

func readXMLBOM(src *Source) (bom cyclone, at At, err error) {
	m := newMarkup(src)
	m.record = 1
	for {
		t, err := m.next() // refuses a document type declaration before the root
		if err == io.EOF {
			return bom, at, src.wrong(At{}, "", "ingest.error.empty")
		}
		if err != nil {
			return bom, at, err
		}
		start, ok := t.(xml.StartElement)
		if !ok {
			continue
		}
		if !cycloneSpace.MatchString(start.Name.Space) {
			return bom, m.at, src.wrong(m.at, "bom", "ingest.error.cyclonedx.version", "value", clip(start.Name.Space))
		}
		at = m.at
		if err := m.d.DecodeElement(&bom, &start); err != nil {
			line, _ := m.d.InputPos()
			return bom, at, m.failed(At{Record: 1, Line: line}, err)
		}
		bom.fromXML()
		return bom, at, nil
	}
}

// fromXML puts what XML writes otherwise where JSON has it.
func (b *cyclone) fromXML() {
	for i, d := range b.Dependencies {
		for _, nested := range d.Nested {
			b.Dependencies[i].DependsOn = append(b.Dependencies[i].DependsOn, nested.Ref)
		}
	}
	var each func(services []cycloneService)
	each = func(services []cycloneService) {
		for i := range services {
			s := &services[i]
			for _, class := range s.XMLData.Classifications {
				s.Data = append(s.Data, cycloneData{Flow: class.Flow, Classification: strings.TrimSpace(class.Word)})
			}
			for _, f := range s.XMLData.Flows {
				s.Data = append(s.Data, cycloneData{Flow: f.Class.Flow, Classification: strings.TrimSpace(f.Class.Word), Source: f.Source, Destination: f.Destination})
			}
			each(s.Services)
		}
	}
	each(b.Services)
}

type cycloneReader struct {
	*gatherer
	libraries map[string]cycloneComponent // components that are no nodes, by their ref
	services  []cycloneService
}

func (c *cycloneReader) document(src *Source, at At, bom cyclone) error {
	if root := bom.Metadata.Component; root != nil {
		if err := c.component(src, at, *root, "root:"+root.Type); err != nil {
			return err
		}
	}
	if err := c.nested(src, at, bom.Services, ""); err != nil {
		return err
	}
	if err := c.components(src, at, bom.Components); err != nil {
		return err
	}
	for _, d := range bom.Dependencies {
		if d.at == (At{}) {
			d.at = at
		}
		if err := c.dependency(src, d.at, d); err != nil {
			return err
		}
	}
	for _, s := range c.services {
		if err := c.flows(src, s.at, s); err != nil {
			return err
		}
	}
	c.services = nil
	return nil
}

func (c *cycloneReader) component(src *Source, at At, k cycloneComponent, kind string) error {
	if k.Ref == "" {
		k.Ref = strings.TrimPrefix(k.Group+"/"+k.Name, "/")
	}
	if k.Name == "" {
		return src.wrong(at, "components.name", "ingest.error.required")
	}
	return c.node(src, NodeRecord{
		Ref: k.Ref, Kind: kind, Name: k.Name, Namespace: k.Group, Description: k.Description, Props: flat(map[string]any{"version": k.Version, "group": k.Group}), At: at,
	})
}

// components takes those that run by themselves; the others wait until a service needs them.
func (c *cycloneReader) components(src *Source, at At, all []cycloneComponent) error {
	for _, k := range all {
		switch k.Type {
		case "application", "platform", "operating-system", "device", "container":
			if err := c.component(src, at, k, k.Type); err != nil {
				return err
			}
		default:
			c.libraries[k.Ref] = k
		}
		if err := c.components(src, at, k.Components); err != nil {
			return err
		}
	}
	return nil
}

func (c *cycloneReader) nested(src *Source, at At, services []cycloneService, parent string) error {
	for _, s := range services {
		if s.at == (At{}) {
			s.at = at
		}
		if s.Ref == "" {
			s.Ref = strings.TrimPrefix(s.Group+"/"+s.Name, "/")
		}
		if s.Name == "" {
			return src.wrong(s.at, "services.name", "ingest.error.required")
		}
		props := map[string]any{
			"version": s.Version, "group": s.Group, "provider": s.Provider.Name, "endpoints": strings.Join(s.Endpoints, " "), "trustZone": s.TrustZone,
			"parent": parent, "data": s.classes(),
		}
		if s.Authenticated != nil {
			props["authenticated"] = *s.Authenticated
		}
		if s.TrustBoundary != nil {
			props["x-trust-boundary"] = *s.TrustBoundary
		}
		if err := c.node(src, NodeRecord{Ref: s.Ref, Kind: "service", Name: s.Name, Namespace: s.Group, Description: s.Description, Props: flat(props), At: s.at}); err != nil {
			return err
		}
		c.services = append(c.services, s)
		if err := c.nested(src, s.at, s.Services, s.Name); err != nil {
			return err
		}
	}
	return nil
}

// classes are the classes of data that a service handles, each with the directions in which it flows.
func (s cycloneService) classes() string {
	var words []string
	for _, d := range s.Data {
		word := d.Classification
		if d.Flow != "" {
			word += " (" + d.Flow + ")"
		}
		if !slices.Contains(words, word) {
			words = append(words, word)
		}
	}
	return strings.Join(words, ", ")
}

// dependency adds the edges between nodes. What a service needs is a node even when it is a library; libraries of others are left out.
func (c *cycloneReader) dependency(src *Source, at At, d cycloneDependency) error {
	from, known := c.seen[d.Ref]
	if _, library := c.libraries[d.Ref]; !known && library {
		return nil
	}
	service := known && c.catalogue.Nodes[from].Kind == "service"
	for _, to := range d.DependsOn {
		_, there := c.seen[to]
		if k, library := c.libraries[to]; !there && library {
			if !service {
				continue
			}
			if err := c.component(src, at, k, k.Type); err != nil {
				return err
			}
		}
		if err := c.edgeOnce(src, EdgeRecord{From: d.Ref, To: to, Type: "dependsOn", Field: "dependencies.dependsOn", At: at}); err != nil {
			return err
		}
	}
	return nil
}

// flows adds the data flows whose other end is in the file.
func (c *cycloneReader) flows(src *Source, at At, s cycloneService) error {
	for _, d := range s.Data {
		for _, from := range d.Source {
			if other := localRef(from); c.has(other) {
				if err := c.flow(src, at, other, s.Ref, d.Classification); err != nil {
					return err
				}
			}
		}
		for _, to := range d.Destination {
			if other := localRef(to); c.has(other) {
				if err := c.flow(src, at, s.Ref, other, d.Classification); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (g *gatherer) has(ref string) bool { _, there := g.seen[ref]; return there }

func (c *cycloneReader) flow(src *Source, at At, from, to, class string) error {
	return c.edge(src, EdgeRecord{From: from, To: to, Type: "dataFlow", Field: "services.data", Props: flat(map[string]any{"classification": class}), At: at})
}

// localRef is the reference in the file that a name of data points to: a bom-ref, or a BOM-Link to one.
func localRef(name string) string {
	if strings.HasPrefix(name, "urn:cdx:") {
		_, ref, _ := strings.Cut(name, "#")
		return ref
	}
	return name
}
