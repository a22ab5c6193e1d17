package landscape_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/landscape"
)

// gated is a map on which three questions have three answers: clients come in by the gateway alone, everything runs at
// one of two sites, and the bus is needed by most.
func gated() landscape.File {
	e := func(id string, kind landscape.Kind) landscape.Element {
		return landscape.Element{ID: id, Kind: kind, Name: id}
	}
	uses := func(from, to string) landscape.Connection {
		return landscape.Connection{From: from, To: to, Kind: landscape.Uses}
	}
	at := func(from, site string) landscape.Connection {
		return landscape.Connection{From: from, To: site, Kind: landscape.RunsOn, KOfN: n(1)}
	}
	f := landscape.File{
		Elements: []landscape.Element{
			e("clients", landscape.KindCustomerGroup), e("payments", landscape.KindService), e("loans", landscape.KindService),
			e("gateway", landscape.KindSystem), e("bus", landscape.KindSystem), e("ledger", landscape.KindSystem),
			e("north", landscape.KindSite), e("south", landscape.KindSite), e("vendor", landscape.KindSupplier), e("group", landscape.KindSupplier), e("other", landscape.KindSupplier),
		},
		Connections: []landscape.Connection{
			uses("clients", "payments"), uses("clients", "loans"), uses("payments", "gateway"), uses("loans", "gateway"),
			uses("gateway", "bus"), uses("payments", "bus"), uses("loans", "bus"), uses("bus", "ledger"),
			at("ledger", "north"), at("ledger", "south"),
			{From: "ledger", To: "vendor", Kind: landscape.SuppliedBy},
			{From: "vendor", To: "group", Kind: landscape.PartOf},
			{From: "gateway", To: "other", Kind: landscape.SuppliedBy, Strength: landscape.Soft},
			{From: "other", To: "group", Kind: landscape.PartOf},
		},
	}
	f.Elements[1].Criticality, f.Elements[2].Criticality = n(1), n(3)
	cost := 100.0
	f.Elements[5].CostEURYear = &cost
	return f
}

func points(t testing.TB, d *db.DB, f landscape.PointsFilter) (out landscape.PointsOut, byID map[string]landscape.Point) {
	t.Helper()
	f.All = true
	dbtest.View(t, d, func(r db.Reader) (err error) { out, err = landscape.Points(ctx, r, f); return err })
	byID = map[string]landscape.Point{}
	for _, p := range out.Items {
		byID[p.ID] = p
	}
	return out, byID
}

func TestMeasuresAnswerDifferentQuestions(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		apply(t, d, gated())
		out, p := points(t, d, landscape.PointsFilter{})
		if got, want := p["ledger"].CutOff, 3; got != want { // both sites and the vendor
			t.Errorf("cut off by ledger: got %v, want %v", got, want)
		}
		if got, want := p["bus"].Gate, 4; got != want { // ledger, sites, vendor
			t.Errorf("behind the bus: got %v, want %v", got, want)
		}
		if p["gateway"].Gate != 0 || p["bus"].Dependents != 3 {
			t.Errorf("gateway gates %d, bus has %d dependents; want 0 and 3", p["gateway"].Gate, p["bus"].Dependents)
		}
		if got, want := p["north"].Blast, 6; got != want {
			t.Errorf("blast radius of a site by ways alone: got %v, want %v", got, want)
		}
		if p["north"].Stops != 0 || len(p["north"].Services) != 0 {
			t.Errorf("one of two sites stops %d, services %v; want nothing", p["north"].Stops, p["north"].Services)
		}
		if got, want := p["gateway"].Services, []string{"loans", "payments"}; !slices.Equal(got, want) {
			t.Errorf("services stopped by the gateway: got %v, want %v", got, want)
		}
		if got, want := out.First[landscape.AskDependents].ID, "bus"; got != want {
			t.Errorf("needed by most: got %v, want %v", got, want)
		}
		if out.Entries != 1 || out.FromInside || out.Alone != 1+1 { // other hangs on by a soft tie only, group by part-of
			t.Errorf("entries %d, from inside %v, alone %d", out.Entries, out.FromInside, out.Alone)
		}
		soft, _ := points(t, d, landscape.PointsFilter{Lens: landscape.Lens{Soft: true}})
		if soft.Alone != 1 || soft.Lens.Soft != true {
			t.Errorf("with soft needs %d stand alone, want 1", soft.Alone)
		}
	})
}

func TestEveryReasonHasItsProof(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		apply(t, d, gated())
		point := func(id string) (out landscape.PointOut) {
			dbtest.View(t, d, func(r db.Reader) (err error) {
				out, err = landscape.OnePoint(ctx, r, landscape.PointIn{ID: id})
				return err
			})
			return out
		}
		bus := point("bus")
		if got, want := chain(bus.Stopped[0].Chain), "loans bus"; got != want {
			t.Errorf("why loans stop: got %v, want %v", got, want)
		}
		if got, want := chain(bus.WayIn), "clients loans bus ledger north"; got != want {
			t.Errorf("the way in: got %v, want %v", got, want)
		}
		north := point("north")
		if len(north.Together) != 2 || !north.Complete || len(north.Together[0].Set) != 2 {
			t.Errorf("sets of the site: got %+v, want one pair for each service", north.Together)
		}
		var sets landscape.CutSetsOut
		dbtest.View(t, d, func(r db.Reader) (err error) {
			sets, err = landscape.CutSets(ctx, r, landscape.CutSetsIn{ID: "payments"})
			return err
		})
		var got [][]string
		for _, set := range sets.Sets {
			var ids []string
			for _, e := range set {
				ids = append(ids, e.ID)
			}
			got = append(got, ids)
		}
		if want := [][]string{{"bus"}, {"gateway"}, {"ledger"}, {"vendor"}, {"north", "south"}}; !cmp.Equal(got, want) {
			t.Errorf("what stops payments: got %v, want %v", got, want)
		}
	})
}

func chain(steps []landscape.Step) (ids string) {
	for i, s := range steps {
		if i > 0 {
			ids += " "
		}
		ids += s.Element
	}
	return ids
}

func TestConcentrationFollowsSuppliersToTheirGroup(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		apply(t, d, gated())
		var all []landscape.Concentration
		dbtest.View(t, d, func(r db.Reader) (err error) {
			all, err = landscape.Concentrated(ctx, r, struct{}{})
			return err
		})
		supplier, parent, site := all[0], all[1], all[3]
		if got, want := supplier.ByCount, 5000.0; got != want {
			t.Errorf("by supplier: got %v, want %v", got, want)
		}
		if supplier.ByCost != 10000 || supplier.Unpriced != 1 {
			t.Errorf("by cost %v with %d unpriced, want 10000 and 1", supplier.ByCost, supplier.Unpriced)
		}
		if parent.ByCount != 10000 || parent.Holders[0].ID != "group" || !slices.Equal(parent.Holders[0].Services, []string{"payments"}) {
			t.Errorf("by parent: got %+v, want all with the group, which stops payments", parent)
		}
		if site.ByCount != 5000 || len(site.Holders[0].Services) != 0 {
			t.Errorf("by site: got %+v, want two halves of which neither stops anything", site)
		}
	})
}

func TestElementsStayWherePeoplePutThem(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		apply(t, d, gated())
		plan := func() (out landscape.Plan) {
			dbtest.View(t, d, func(r db.Reader) (err error) { out, err = landscape.LayOut(ctx, r, landscape.PlanIn{}); return err })
			return out
		}
		first := plan()
		if len(first.Elements) != 11 || !cmp.Equal(first, plan()) {
			t.Fatalf("the plan has %d elements and changes by itself", len(first.Elements))
		}
		dbtest.Change(t, d, func(tx *db.Tx) error {
			_, err := landscape.Place(ctx, tx, landscape.PlaceIn{Places: []landscape.PlacedAt{{Element: "bus", X: 7, Y: 9}}})
			return err
		})
		for _, e := range plan().Elements {
			if e.ID == "bus" && (e.X != 7 || e.Y != 9 || !e.Moved) {
				t.Errorf("bus: got %v %v, want 7 9", e.X, e.Y)
			}
		}
		dbtest.Change(t, d, func(tx *db.Tx) error {
			_, err := landscape.Place(ctx, tx, landscape.PlaceIn{Forget: []string{"bus"}})
			return err
		})
		if diff := cmp.Diff(first, plan()); diff != "" {
			t.Error(diff)
		}
	})
}
