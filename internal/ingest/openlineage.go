package ingest

import "strings"

// OpenLineage events tell of runs of jobs: which data sets a job reads (inputs) and writes (outputs). A file holds a list of
// events, one event, or an event a line. A job and a data set are known by their namespace and name. Times and runs are not
// read, so a template with placeholders for times is a file like any other; neither are addresses of data sources, which hold
// passwords, nor the text of queries.

type lineageEvent struct {
	Job     *lineageThing  `json:"job"`
	Inputs  []lineageThing `json:"inputs"`
	Outputs []lineageThing `json:"outputs"`
	Dataset *lineageThing  `json:"dataset"` // of an event that only describes a data set
	Run     struct {
		Facets struct {
			Parent struct {
				Job lineageThing `json:"job"`
			} `json:"parent"`
		} `json:"facets"`
	} `json:"run"`
}

type lineageThing struct {
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
	Facets    struct {
		Documentation struct {
			Description string `json:"description"`
		} `json:"documentation"`
		DataSource struct {
			Name string `json:"name"`
		} `json:"dataSource"`
		JobType struct {
			Integration    string `json:"integration"`
			ProcessingType string `json:"processingType"`
		} `json:"jobType"`
	} `json:"facets"`
}

// IsOpenLineage tells whether a file holds events of OpenLineage.
func IsOpenLineage(g Glimpse) bool {
	return (g.Has("job") || g.Has("dataset")) && (g.Has("schemaURL") || g.Has("eventType") || g.Has("eventTime"))
}

// ReadOpenLineage reads events. A data set flows to the job that reads it, a job to the data set that it writes.
func ReadOpenLineage(sources []*Source) (Catalogue, error) {
	g := newGatherer()
	for _, src := range sources {
		j := newMapStream(src)
		read := func() error { return g.event(j) }
		if j.kind() == '[' {
			if err := j.array("", read); err != nil {
				return Catalogue{}, err
			}
			if err := j.end(); err != nil {
				return Catalogue{}, err
			}
			continue
		}
		for first := true; first || j.kind() != 0; first = false {
			if err := read(); err != nil {
				return Catalogue{}, err
			}
		}
		if err := j.end(); err != nil {
			return Catalogue{}, err
		}
	}
	return g.finish(), nil
}

func (g *gatherer) event(j *stream) error {
	at := j.next()
	var e lineageEvent
	if err := j.value(at, &e); err != nil {
		return err
	}
	if e.Dataset != nil {
		_, err := g.thing(j, at, "dataset", *e.Dataset)
		return err
	}
	if e.Job == nil {
		return j.src.wrong(at, "job", "ingest.error.required")
	}
	job, err := g.thing(j, at, "job", *e.Job)
	if err != nil {
		return err
	}
	for _, side := range []struct {
		field string
		sets  []lineageThing
	}{{"inputs", e.Inputs}, {"outputs", e.Outputs}} {
		for _, set := range side.sets {
			ref, err := g.thing(j, at, "dataset", set)
			if err != nil {
				return err
			}
			edge := EdgeRecord{From: ref, To: job, Type: side.field, Field: side.field, At: at}
			if side.field == "outputs" {
				edge.From, edge.To = job, ref
			}
			if err := g.edgeOnce(j.src, edge); err != nil {
				return err
			}
		}
	}
	if parent := e.Run.Facets.Parent.Job; parent.Name != "" && parent != (lineageThing{Namespace: e.Job.Namespace, Name: e.Job.Name}) {
		ref, err := g.thing(j, at, "job", parent)
		if err != nil {
			return err
		}
		return g.edgeOnce(j.src, EdgeRecord{From: job, To: ref, Type: "parent", Field: "run.facets.parent.job", At: at})
	}
	return nil
}

// thing notes a job or a data set; later events add what earlier ones did not say.
func (g *gatherer) thing(j *stream, at At, kind string, t lineageThing) (string, error) {
	if strings.TrimSpace(t.Name) == "" {
		return "", j.src.wrong(at, kind+".name", "ingest.error.required")
	}
	ref := kind + ":" + t.Namespace + "/" + t.Name
	n, err := g.once(j.src, NodeRecord{Ref: ref, Kind: kind, Namespace: t.Namespace, Name: t.Name, At: at})
	if err != nil {
		return "", err
	}
	if n.Description == "" {
		n.Description = t.Facets.Documentation.Description
	}
	said := flat(map[string]any{
		"dataSource": t.Facets.DataSource.Name, "namespace": t.Namespace, "integration": t.Facets.JobType.Integration, "processingType": t.Facets.JobType.ProcessingType,
	})
	for name, value := range said {
		if n.Props == nil {
			n.Props = map[string]string{}
		}
		if n.Props[name] == "" {
			n.Props[name] = value
		}
	}
	return ref, nil
}
