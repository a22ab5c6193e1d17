package raci

import (
	"context"
	"slices"

	"accordo.dev/internal/db"
	"accordo.dev/internal/governance/raci/rules"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/landscape"
	"accordo.dev/internal/op"
)

// Zones are the grey zones: what no matrix says.
type Zones struct {
	Matrices   int           `json:"matrices"`
	Activities int           `json:"activities"`
	WithoutA   []Nobody      `json:"withoutA"`  // activities that nobody answers for
	Services   []Uncovered   `json:"services"`  // critical services without a row: rule 11, an error
	Processes  []Uncovered   `json:"processes"` // processes without a row
	Unrated    []Uncovered   `json:"unrated"`   // services of which nobody said how critical they are: cannot be told
	Critical   int           `json:"critical"`  // critical services there are
	AllOf      int           `json:"allOf"`     // processes there are
	Library    []Shipped     `json:"library"`   // activities of the library in no matrix
	Shipped    int           `json:"shipped"`   // activities of the library
	Finding    rules.Finding `json:"finding"`   // of rule 11; no places when every critical service has a row
}

// Nobody is an activity that nobody answers for.
type Nobody struct {
	Matrix   string    `json:"matrix"`
	Title    i18n.Text `json:"title"` // of the matrix
	Activity string    `json:"activity"`
	Name     i18n.Text `json:"name"`
}

// Uncovered is an element of the landscape that no row is about.
type Uncovered struct {
	ID          string    `json:"id"`
	Name        i18n.Text `json:"name"`
	Criticality *int64    `json:"criticality,omitempty"`
	Domain      string    `json:"domain,omitempty"`
}

// critical is the highest criticality.
const critical = 1

// Grey looks at what no matrix says.
func Grey(ctx context.Context, r db.Reader, _ struct{}) (Zones, error) {
	matrices, err := all(ctx, r)
	if err != nil {
		return Zones{}, err
	}
	z := Zones{Matrices: len(matrices), WithoutA: []Nobody{}, Services: []Uncovered{}, Processes: []Uncovered{}, Unrated: []Uncovered{}, Library: []Shipped{}}
	used := map[string]bool{}
	whole := rules.Matrix{}
	for _, m := range matrices {
		z.Activities += len(m.Activities)
		z.WithoutA = append(z.WithoutA, m.nobodys()...)
		for _, a := range m.Activities {
			used[a.Library] = true
			whole.Activities = append(whole.Activities, rules.Activity{ID: m.ID + "/" + a.ID, About: a.About})
		}
	}
	for _, shipped := range TheLibrary().Activities {
		z.Shipped++
		if !used[shipped.ID] {
			z.Library = append(z.Library, shipped)
		}
	}
	return z, z.landscape(ctx, r, whole)
}

// OpGrey looks at what no matrix says.
var OpGrey = op.Query[struct{}, Zones]{Name: "raci.grey", Route: "GET /api/raci-grey", Func: Grey}

func (m Matrix) nobodys() []Nobody {
	var found []Nobody
	for _, a := range m.Activities {
		answered := false
		for _, text := range a.Cells {
			letters, _ := rules.ParseSet(text)
			answered = answered || letters.Has(rules.A)
		}
		if !answered {
			found = append(found, Nobody{Matrix: m.ID, Title: m.Name(), Activity: a.ID, Name: a.Name()})
		}
	}
	return found
}

// landscape sets services and processes against the rows that are about them.
func (z *Zones) landscape(ctx context.Context, r db.Reader, whole rules.Matrix) error {
	services, err := landscape.ListElements(ctx, r, landscape.Filter{Kind: string(landscape.KindService), Page: db.Page{Limit: db.Unlimited, Sort: "criticality"}})
	if err != nil {
		return err
	}
	processes, err := landscape.ListElements(ctx, r, landscape.Filter{Kind: string(landscape.KindProcess), Page: db.Page{Limit: db.Unlimited, Sort: "criticality"}})
	if err != nil {
		return err
	}
	byID := map[string]landscape.Element{}
	for _, e := range services.Items {
		byID[e.ID] = e.Element
		switch {
		case e.Criticality == nil:
			z.Unrated = append(z.Unrated, uncovered(e.Element))
		case *e.Criticality == critical:
			whole.Critical = append(whole.Critical, e.ID)
		}
	}
	z.Critical, z.AllOf = len(whole.Critical), len(processes.Items)
	for _, f := range rules.Check(whole, rules.Settings{}) {
		if f.Rule != 11 {
			continue
		}
		z.Finding = f
		for _, p := range f.Places {
			z.Services = append(z.Services, uncovered(byID[p.Other]))
		}
	}
	for _, e := range processes.Items {
		covered := slices.ContainsFunc(whole.Activities, func(a rules.Activity) bool { return slices.Contains(a.About, e.ID) })
		if !covered {
			z.Processes = append(z.Processes, uncovered(e.Element))
		}
	}
	return nil
}

func uncovered(e landscape.Element) Uncovered {
	return Uncovered{ID: e.ID, Name: i18n.Text{EN: e.Name, IT: e.NameIT}, Criticality: e.Criticality, Domain: e.Domain}
}
