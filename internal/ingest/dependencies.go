package ingest

import "strconv"

// Jaeger and Zipkin answer a question for dependencies with a list of calls that were seen: parent, child and how often.
// Jaeger wraps the list in an object with the member "data".

type dependencyLink struct {
	Parent     string `json:"parent"`
	Child      string `json:"child"`
	CallCount  *int64 `json:"callCount"`
	ErrorCount *int64 `json:"errorCount"`
}

// IsDependencies tells whether a file is a list of calls between services.
func IsDependencies(g Glimpse) bool {
	return g.List && g.Has("parent", "child") || !g.List && g.Has("data") && containsBoth(g.Text, `"parent"`, `"callCount"`)
}

// ReadDependencies reads the calls; a caller needs whom it calls.
func ReadDependencies(sources []*Source) (Catalogue, error) {
	g := newGatherer()
	for _, src := range sources {
		j := newMapStream(src)
		read := func() error { return g.link(j) }
		err := error(nil)
		if j.kind() == '{' {
			err = j.object("", func(name string) error {
				if name == "data" {
					return j.array("data", read)
				}
				return j.skip()
			})
		} else {
			err = j.array("", read)
		}
		if err == nil {
			err = j.end()
		}
		if err != nil {
			return Catalogue{}, err
		}
	}
	return g.finish(), nil
}

func (g *gatherer) link(j *stream) error {
	at := j.next()
	var link dependencyLink
	if err := j.value(at, &link); err != nil {
		return err
	}
	for _, end := range [2][2]string{{"parent", link.Parent}, {"child", link.Child}} {
		if end[1] == "" {
			return j.src.wrong(at, end[0], "ingest.error.required")
		}
		if _, err := g.once(j.src, NodeRecord{Ref: end[1], Kind: "service", Name: end[1], At: at}); err != nil {
			return err
		}
	}
	props := map[string]string{}
	for name, count := range map[string]*int64{"callCount": link.CallCount, "errorCount": link.ErrorCount} {
		if count != nil {
			props[name] = strconv.FormatInt(*count, 10)
		}
	}
	return g.edgeOnce(j.src, EdgeRecord{From: link.Parent, To: link.Child, Type: "calls", Field: "child", Props: props, At: at})
}
