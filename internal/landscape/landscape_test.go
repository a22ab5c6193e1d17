package landscape_test

import (
	"context"
	"testing"

	"accordo.dev/internal/change"
	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/item"
	"accordo.dev/internal/landscape"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

var ctx = context.Background()

func n(v int64) *int64 { return &v }

// bank is a small map: two services on one payment hub on core banking, and a supplier outside.
func bank() landscape.File {
	return landscape.File{
		Elements: []landscape.Element{
			{ID: "instant-payments", Kind: landscape.KindService, Name: "Instant payments", NameIT: "Bonifici istantanei", Criticality: n(1), RTO: n(120), RPO: n(15), Owner: "marta"},
			{ID: "reporting", Kind: landscape.KindService, Name: "Reporting", Criticality: n(3), RTO: n(1440), Owner: "marta"},
			{ID: "payment-hub", Kind: landscape.KindSystem, Name: "Payment hub", Criticality: n(2), RTO: n(120), Owner: "marta", Tags: []string{"core", "payments"}, Aliases: []string{"payhub.example"}},
			{ID: "core-banking", Kind: landscape.KindSystem, Name: "Core banking", RTO: n(1560)},
			{ID: "warehouse", Kind: landscape.KindSystem, Name: "Data warehouse", Owner: "marta"},
			{ID: "cartanet", Kind: landscape.KindSupplier, Name: "CartaNet", Outside: true},
		},
		Agreements: []landscape.Agreement{{ID: "cartanet-2024", Title: "Card processing", Kind: "contract", Party: "cartanet", From: "2024-01-01", Until: "2026-09-30", Covers: []string{"payment-hub"}}},
		Connections: []landscape.Connection{
			{ID: "c1", From: "instant-payments", To: "payment-hub", Kind: landscape.RunsOn},
			{ID: "c2", From: "payment-hub", To: "core-banking", Kind: landscape.Uses},
			{ID: "c3", From: "reporting", To: "warehouse", Kind: landscape.RunsOn},
			{ID: "c4", From: "core-banking", To: "warehouse", Kind: landscape.FlowsTo},
			{ID: "c5", From: "payment-hub", To: "cartanet", Kind: landscape.SuppliedBy, Agreement: "cartanet-2024"},
		},
	}
}

func withMarta(t testing.TB, d *db.DB) {
	t.Helper()
	dbtest.Change(t, d, func(tx *db.Tx) error {
		return item.Put(ctx, tx, item.Item{Ref: ref.New("person", "marta"), Title: i18n.Text{EN: "Marta Bellandi"}, Area: "identity"})
	})
}

func apply(t testing.TB, d *db.DB, f landscape.File) (plan []change.Change) {
	t.Helper()
	dbtest.Change(t, d, func(tx *db.Tx) (err error) {
		plan, err = landscape.Apply(ctx, tx, f)
		return err
	})
	return plan
}

func withBank(t testing.TB, d *db.DB) {
	t.Helper()
	withMarta(t, d)
	apply(t, d, bank())
}

func view[T any](t testing.TB, d *db.DB, query func(db.Reader) (T, error)) (out T) {
	t.Helper()
	dbtest.View(t, d, func(r db.Reader) (err error) {
		out, err = query(r)
		return err
	})
	return out
}

func ids(all []landscape.Service) (out []string) {
	for _, s := range all {
		out = append(out, s.ID)
	}
	return out
}

func TestApplyingTheSameFileTwiceChangesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		withMarta(t, d)
		if got := len(apply(t, d, bank())); got != 12 {
			t.Errorf("got %v changes, want 12", got)
		}
		if got := apply(t, d, bank()); len(got) != 0 {
			t.Errorf("got %v, want no change", got)
		}
		exported := view(t, d, func(r db.Reader) (landscape.File, error) { return landscape.Export(ctx, r) })
		if got := apply(t, d, exported); len(got) != 0 {
			t.Errorf("got %v, want no change from what was exported", got)
		}
	})
}

func TestWhatLeavesTheFileEndsAndIsNotDeleted(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		withBank(t, d)
		smaller := bank()
		smaller.Elements = smaller.Elements[:5]
		smaller.Agreements = nil
		smaller.Connections = smaller.Connections[:4]
		if got := apply(t, d, smaller); len(got) != 3 {
			t.Errorf("got %v, want element, connection and agreement to go", got)
		}
		if got := apply(t, d, smaller); len(got) != 0 {
			t.Errorf("got %v, want no change", got)
		}
		v := view(t, d, func(r db.Reader) (landscape.ElementView, error) {
			return landscape.GetElement(ctx, r, landscape.GetElementIn{ID: "cartanet"})
		})
		if !v.Element.EndedAt.Equal(dbtest.Now) {
			t.Errorf("got ended %v, want %v", v.Element.EndedAt, dbtest.Now)
		}
		if got := apply(t, d, bank()); len(got) != 3 {
			t.Errorf("got %v, want all three back", got)
		}
	})
}

func TestFileErrorsNameElementAndField(t *testing.T) {
	d := dbtest.SQLite(t)
	f := bank()
	f.Elements[3].Criticality = n(7)
	f.Connections[1].To = "nowhere"
	f.Agreements[0].Until = "30/09/2026"
	err := d.Change(ctx, db.System("test"), func(tx *db.Tx) error { _, err := landscape.Apply(ctx, tx, f); return err })
	p, ok := problem.As(err)
	if !ok {
		t.Fatalf("got %v, want a problem", err)
	}
	got := map[string]bool{}
	for _, cause := range p.Causes {
		got[cause.Field] = true
	}
	for _, field := range []string{"elements[core-banking].criticality", "connections[c2].to", "agreements[cartanet-2024].until", "elements[reporting].owner"} {
		if !got[field] {
			t.Errorf("got %v, want also %s", p.Causes, field)
		}
	}
}

func TestServicesThatReachAnElementAreWhatItSupports(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		withBank(t, d)
		for id, want := range map[string]string{"core-banking": "instant-payments", "warehouse": "reporting", "cartanet": "instant-payments"} {
			got := ids(view(t, d, func(r db.Reader) ([]landscape.Service, error) { return landscape.Supports(ctx, r, id) }))
			if len(got) != 1 || got[0] != want {
				t.Errorf("%s: got %v, want %v: a soft flow carries no failure here", id, got, want)
			}
		}
		services := view(t, d, func(r db.Reader) ([]landscape.Service, error) { return landscape.Services(ctx, r) })
		if got := ids(services); len(got) != 2 || services[0].RTO == nil || *services[0].RTO != 120 || services[0].MTPD != nil {
			t.Errorf("got %+v, want two services with their targets", services)
		}
	})
}

func TestTierIsInheritedFromWhatNeedsTheElement(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		withBank(t, d)
		tiers := view(t, d, func(r db.Reader) (map[string]int, error) { return landscape.Tiers(ctx, r) })
		want := map[string]int{"instant-payments": 1, "payment-hub": 1, "core-banking": 1, "cartanet": 1, "reporting": 3, "warehouse": 3}
		for id, tier := range want {
			if tiers[id] != tier {
				t.Errorf("%s: got tier %v, want %v", id, tiers[id], tier)
			}
		}
		v := view(t, d, func(r db.Reader) (landscape.ElementView, error) {
			return landscape.GetElement(ctx, r, landscape.GetElementIn{ID: "payment-hub"})
		})
		if v.Tier == nil || *v.Tier != 1 {
			t.Errorf("got %v, want tier 1 on the page of the element too", v.Tier)
		}
	})
}

func TestFindingsOfCoherence(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		withBank(t, d)
		found := view(t, d, func(r db.Reader) (landscape.CoherenceOut, error) {
			return landscape.Coherence(ctx, r, landscape.CoherenceFilter{})
		}).Items
		type place struct {
			rule           landscape.Rule
			element, other string
		}
		want := []place{
			{landscape.RuleRecovery, "payment-hub", "core-banking"},
			{landscape.RuleRecoveryChain, "instant-payments", "core-banking"},
			{landscape.RuleExpired, "payment-hub", "cartanet"},
			{landscape.RuleCriticality, "payment-hub", "instant-payments"},
			{landscape.RuleSequence, "instant-payments", "core-banking"},
			{landscape.RuleRecoveryGap, "payment-hub", "cartanet"},
			{landscape.RuleRecoveryGap, "reporting", "warehouse"},
			{landscape.RulePointGap, "instant-payments", "payment-hub"},
			{landscape.RuleNoOwner, "core-banking", ""},
			{landscape.RuleConnectionOwner, "cartanet", "payment-hub"},
		}
		if len(found) != len(want) {
			t.Fatalf("got %+v, want %v", found, want)
		}
		for i, f := range found {
			if got := (place{f.Rule, f.Element, f.Other}); got != want[i] {
				t.Errorf("got %v, want %v", got, want[i])
			}
		}
		hub := view(t, d, func(r db.Reader) (landscape.ElementView, error) {
			return landscape.GetElement(ctx, r, landscape.GetElementIn{ID: "payment-hub"})
		})
		if len(hub.Findings) != 8 || len(hub.Needs) != 2 || len(hub.NeededBy) != 1 || len(hub.Closure) != 2 || len(hub.Agreements) != 1 {
			t.Errorf("got %+v, want 8 findings, 2 needs, 1 needed by, 2 below, 1 agreement", hub)
		}
	})
}

func TestAgreementIsInForceOnItsLastDay(t *testing.T) {
	a := landscape.Agreement{Until: "2026-11-25"}
	if a.ExpiredOn("2026-11-25") || !a.ExpiredOn("2026-11-26") {
		t.Errorf("got %v then %v, want false then true", a.ExpiredOn("2026-11-25"), a.ExpiredOn("2026-11-26"))
	}
	if !a.ExpiresWithin("2026-11-01", 30) || a.ExpiresWithin("2026-10-01", 30) {
		t.Error("want it to expire within 30 days of 1 November and not of 1 October")
	}
}

func TestFiltersFindGapsTextAndTags(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		withBank(t, d)
		for name, c := range map[string]struct {
			filter landscape.Filter
			want   int
		}{
			"all":         {landscape.Filter{}, 6},
			"no owner":    {landscape.Filter{Gap: "owner"}, 1},
			"no rto":      {landscape.Filter{Gap: "rto"}, 1},
			"kind":        {landscape.Filter{Kind: "service"}, 2},
			"outside":     {landscape.Filter{Outside: "yes"}, 1},
			"criticality": {landscape.Filter{Criticality: "1"}, 1},
			"unrated":     {landscape.Filter{Criticality: "unset"}, 3},
			"alias":       {landscape.Filter{Text: "PAYHUB"}, 1},
			"italian":     {landscape.Filter{Text: "istantanei bonifici"}, 1},
			"wildcard":    {landscape.Filter{Text: "%"}, 0},
			"tag":         {landscape.Filter{Tag: "payments"}, 1},
			"part of tag": {landscape.Filter{Tag: "pay"}, 0},
		} {
			for _, sort := range []string{"", "-criticality", "rto", "-cost"} {
				c.filter.Sort = sort
				page := view(t, d, func(r db.Reader) (db.PageOf[landscape.ElementRow], error) {
					return landscape.ListElements(ctx, r, c.filter)
				})
				if page.Total != c.want || len(page.Items) != c.want {
					t.Errorf("%s: got %v of %v, want %v", name, len(page.Items), page.Total, c.want)
				}
			}
		}
		count := view(t, d, func(r db.Reader) (landscape.Summary, error) { return landscape.Count(ctx, r, struct{}{}) })
		if want := (landscape.Summary{Elements: 6, Services: 2, Outside: 1, NoOwner: 1, NoRTO: 1, Connection: 5, Crossing: 1}); count != want {
			t.Errorf("got %+v, want %+v", count, want)
		}
	})
}

func TestBordersAreConnectionsBetweenInsideAndOutside(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		withBank(t, d)
		for state, want := range map[string]int{"": 1, "expired": 1, "unsaid": 1, "unencrypted": 0, "unagreed": 0} {
			page := view(t, d, func(r db.Reader) (db.PageOf[landscape.ConnectionRow], error) {
				return landscape.ListConnections(ctx, r, landscape.ConnectionFilter{Border: true, State: state})
			})
			if page.Total != want {
				t.Errorf("%q: got %v, want %v", state, page.Total, want)
			}
		}
	})
}

func TestChangeNeedsTheVersionThatWasRead(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		withBank(t, d)
		change := func(e landscape.Element) error {
			return d.Change(ctx, db.System("test"), func(tx *db.Tx) error { _, err := landscape.ChangeElement(ctx, tx, e); return err })
		}
		v := view(t, d, func(r db.Reader) (landscape.ElementView, error) {
			return landscape.GetElement(ctx, r, landscape.GetElementIn{ID: "core-banking"})
		})
		e := v.Element
		e.Owner = "marta"
		if err := change(e); err != nil {
			t.Fatal(err)
		}
		if err := change(e); !problem.Is(err, problem.Conflict) {
			t.Errorf("got %v, want a conflict: the version is old", err)
		}
		e.Version, e.Owner = 2, "nobody"
		if err := change(e); !problem.Is(err, problem.Invalid) {
			t.Errorf("got %v, want invalid: no such person", err)
		}
	})
}

func TestLifeOfAnElementAndItsConnection(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		withBank(t, d)
		var added landscape.Element
		dbtest.Change(t, d, func(tx *db.Tx) (err error) {
			added, err = landscape.AddElement(ctx, tx, landscape.Element{Kind: landscape.KindSystem, Name: "Città: antifrode"})
			return err
		})
		if added.ID != "citta-antifrode" || added.Version != 1 || added.Source != landscape.Hand {
			t.Errorf("got %+v, want an id of its name, version 1, by hand", added)
		}
		link := landscape.Connection{From: "payment-hub", To: added.ID, Kind: landscape.Uses}
		var c landscape.Connection
		dbtest.Change(t, d, func(tx *db.Tx) (err error) { c, err = landscape.Connect(ctx, tx, link); return err })
		if c.Dependency != landscape.Forward || c.Strength != landscape.Hard || c.Phase != landscape.PhaseLive {
			t.Errorf("got %+v, want what the kind implies", c)
		}
		again := d.Change(ctx, db.System("test"), func(tx *db.Tx) error { _, err := landscape.Connect(ctx, tx, link); return err })
		if !problem.Is(again, problem.Invalid) {
			t.Errorf("got %v, want the same connection refused", again)
		}
		dbtest.Change(t, d, func(tx *db.Tx) error {
			_, err := landscape.Disconnect(ctx, tx, landscape.DisconnectIn{ID: c.ID, Version: c.Version})
			return err
		})
		dbtest.Change(t, d, func(tx *db.Tx) (err error) { c, err = landscape.Connect(ctx, tx, link); return err })
		if c.Version != 3 {
			t.Errorf("got version %v, want 3: the same connection begins again", c.Version)
		}
		dbtest.Change(t, d, func(tx *db.Tx) error {
			_, err := landscape.EndElement(ctx, tx, landscape.EndElementIn{ID: added.ID, Version: 1})
			return err
		})
		hub := view(t, d, func(r db.Reader) (landscape.ElementView, error) {
			return landscape.GetElement(ctx, r, landscape.GetElementIn{ID: "payment-hub"})
		})
		if len(hub.Needs) != 2 {
			t.Errorf("got %v, want the connection to have ended with the element", hub.Needs)
		}
	})
}
