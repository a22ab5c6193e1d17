package landscape_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/landscape"
	"accordo.dev/internal/problem"
)

// lost writes what stops: wave, id, minutes until back at once and in turn, and the chain.
func lost(all []landscape.Lost) []string {
	out := []string{}
	for _, one := range all {
		ids := make([]string, len(one.Chain))
		for i, s := range one.Chain {
			ids[i] = s.Element
		}
		words := fmt.Sprintf("%d %s", one.Wave, strings.Join(ids, " "))
		if one.AtOnce != nil {
			words += fmt.Sprintf(" %d %d", *one.AtOnce, *one.InTurn)
		}
		if one.AtLeast {
			words += " at least"
		}
		out = append(out, words)
	}
	return out
}

func TestWhatStopsComesBackInTurn(t *testing.T) {
	lines := []string{
		"service s 60", "system a 30", "system b 20", "system c 40", "system d 10", "system e 5", "system f ?", "supplier x 100",
		"s > a", "a > b", "a > c", "b > x", "c 1> x", "c 1> d", "d ~ x", "e > d", "f > b",
	}
	s := landscape.NewSnapshot(drawn(t, lines...), "")
	out := s.WhatIf(landscape.WhatIfIn{Elements: []string{"x"}})
	if got, want := lost(out.Stopped), []string{"1 x 100 100", "2 b x 100 120", "3 a b x 100 150", "3 f b x 100 120 at least"}; !slices.Equal(got, want) {
		t.Errorf("stopped: got %q, want %q: c has d in its stead", got, want)
	}
	services := []landscape.Lost{out.Services[0].Lost}
	if got, want := lost(services), []string{"4 s a b x 100 210"}; !slices.Equal(got, want) {
		t.Errorf("services: got %q, want %q", got, want)
	}
	if got, want := lost(out.Degraded), []string{"0 d x", "0 e d x"}; !slices.Equal(got, want) {
		t.Errorf("works worse: got %q, want %q", got, want)
	}
	if got, want := lost(out.NoReserve), []string{"0 c x"}; !slices.Equal(got, want) {
		t.Errorf("on the last reserve: got %q, want %q", got, want)
	}
	if out.Waves != 4 {
		t.Errorf("got %d waves, want 4", out.Waves)
	}
}

func TestToleranceOfAServiceThatStops(t *testing.T) {
	minutes := func(rto, mtpd int64) func(*landscape.Element) {
		return func(e *landscape.Element) { e.RTO, e.MTPD = n(rto), n(mtpd) }
	}
	for name, c := range map[string]struct {
		service func(*landscape.Element)
		below   string // recovery time of what is down
		gone    bool
		want    landscape.Tolerance
	}{
		"back within the promise":            {minutes(100, 300), "0", false, landscape.Kept},
		"late":                               {minutes(100, 300), "50", false, landscape.Late},
		"tolerable only at once":             {minutes(100, 120), "50", false, landscape.Depends},
		"too long even at once":              {minutes(100, 120), "121", false, landscape.Breaks},
		"nobody has said":                    {minutes(100, 120), "?", false, landscape.NoAnswer},
		"no objective at all":                {func(e *landscape.Element) { e.RTO = nil }, "5", false, landscape.NoAnswer},
		"the promise where no more is known": {func(e *landscape.Element) { e.RTO = n(60) }, "61", false, landscape.Breaks},
		"gone for good":                      {minutes(100, 300), "0", true, landscape.Never},
	} {
		m := drawn(t, "service s 1", "system a "+c.below, "s > a")
		e := m.Elements["s"]
		c.service(&e)
		m.Elements["s"] = e
		out := landscape.NewSnapshot(m, "").WhatIf(landscape.WhatIfIn{Elements: []string{"a"}, Gone: c.gone})
		if got := out.Services[0].Tolerance; got != c.want {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
	}
}

func TestLossIsCountedForServicesThatSayIt(t *testing.T) {
	m := drawn(t, "service s 60", "service u 60", "system a 60", "s > a", "u > a")
	e := m.Elements["s"]
	loss := 6000.0
	e.LossEURHour = &loss
	m.Elements["s"] = e
	out := landscape.NewSnapshot(m, "").WhatIf(landscape.WhatIfIn{Elements: []string{"a"}})
	if out.LossEURHour != 6000 || out.LossAtOnce != 6000 || out.LossInTurn != 12000 {
		t.Errorf("got %v an hour, %v to %v, want 6000, 6000 to 12000", out.LossEURHour, out.LossAtOnce, out.LossInTurn)
	}
	if len(out.LossUnknown) != 1 || out.LossUnknown[0].ID != "u" {
		t.Errorf("got %v, want u named", out.LossUnknown)
	}
}

func TestWhatASupplierSuppliesGoesWithItForGood(t *testing.T) {
	m := drawn(t, "service s 60", "system a 60", "supplier x 60", "s > a", "a ~ x")
	m.Connections[1].Kind = landscape.SuppliedBy
	s := landscape.NewSnapshot(m, "")
	if out := s.WhatIf(landscape.WhatIfIn{Elements: []string{"x"}}); len(out.Services) != 0 || len(out.Degraded) != 2 {
		t.Errorf("for a while: got %+v, want the system and the service to work worse", out)
	}
	out := s.WhatIf(landscape.WhatIfIn{Elements: []string{"x"}, Gone: true})
	if got, want := lost([]landscape.Lost{out.Services[0].Lost}), []string{"0 s a x"}; !slices.Equal(got, want) {
		t.Errorf("for good: got %q, want %q", got, want)
	}
}

func TestWhatIfAsksTheMapOfToday(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		withBank(t, d)
		out := view(t, d, func(r db.Reader) (landscape.WhatIf, error) {
			return landscape.AskWhatIf(ctx, r, landscape.WhatIfIn{Elements: []string{"core-banking"}})
		})
		if len(out.Services) != 1 || out.Services[0].ID != "instant-payments" || out.Services[0].Tolerance != landscape.Breaks {
			t.Errorf("got %+v, want instant payments to break their tolerance", out.Services)
		}
		err := d.View(ctx, db.System("test"), func(r db.Reader) error {
			_, err := landscape.AskWhatIf(ctx, r, landscape.WhatIfIn{Elements: []string{"nothing"}})
			return err
		})
		if !problem.Is(err, problem.Invalid) {
			t.Errorf("got %v, want a refusal of what is not on the map", err)
		}
	})
}
