package propagate_test

import (
	"math"
	"math/rand/v2"
	"reflect"
	"testing"

	"accordo.dev/internal/problem"
	"accordo.dev/internal/risk/propagate"
)

// shops are two services behind one database, one of them with a buffer and a spare.
func shops() propagate.Model {
	return propagate.Model{
		Nodes: []propagate.Node{
			{ID: "db", Frequency: ptr(4), RecoveryMinutes: ptr(60)},
			{ID: "web1", Frequency: ptr(10), RecoveryMinutes: ptr(30)},
			{ID: "web2", Frequency: ptr(10), RecoveryMinutes: ptr(30)},
			{ID: "shop", LossPerMinute: 100, Needs: []propagate.Need{{Of: []string{"db"}}, {K: 1, Of: []string{"web1", "web2"}}}},
			{ID: "desk", LossPerMinute: 10, Needs: []propagate.Need{{Of: []string{"db"}, BufferMinutes: 45}, {Of: []string{"web1"}, Soft: ptr(0.5)}}},
		},
		Causes: []propagate.Cause{{ID: "update", Frequency: ptr(1), RecoveryMinutes: ptr(20), Hits: []propagate.Hit{{Node: "web1"}, {Node: "web2", Probability: ptr(0.25)}}}},
	}
}

func TestMinutesOfAYearFollowFromEachUpset(t *testing.T) {
	got, err := propagate.Yearly(shops(), propagate.YearOptions{})
	if err != nil {
		t.Fatal(err)
	}
	desk, shop := got.Services[0], got.Services[1]
	// The desk: 15 minutes of each loss of the database, half of those of web1, half of the updates.
	if want := 4*15 + 10*0.5*30 + 1*0.5*20.; !near(desk.Minutes, want, 1e-9) || !near(desk.Loss, 10*want, 1e-9) {
		t.Errorf("desk: got %v minutes, %v, want %v", desk.Minutes, desk.Loss, want)
	}
	// The shop: the database, and an update that hits both servers.
	if want := 4*60 + 1*0.25*20.; !near(shop.Minutes, want, 1e-9) || !near(shop.Loss, 100*want, 1e-9) {
		t.Errorf("shop: got %v minutes, %v, want %v", shop.Minutes, shop.Loss, want)
	}
	if want := 4.25; !near(shop.Stops, want, 1e-12) || !near(shop.Probability, 1-math.Exp(-want), 1e-12) {
		t.Errorf("got %v stops with probability %v, want %v", shop.Stops, shop.Probability, want)
	}
	var events []string
	for _, u := range got.Upsets {
		events = append(events, u.Event)
	}
	if want := []string{"db", "web1", "web2", "update"}; !reflect.DeepEqual(events, want) {
		t.Errorf("got %v, want %v", events, want)
	}
	if db := got.Upsets[0]; len(db.Stops) != 2 || db.Loss != 15*10+60*100 || len(got.Upsets[2].Stops) != 0 {
		t.Errorf("got %+v and %+v, want both services stopped by the database and none by a spare server", db, got.Upsets[2])
	}
}

// TestUpsetsAgreeWithTheExactEngine asks the exact engine for each length of an upset whether the service is still down.
func TestUpsetsAgreeWithTheExactEngine(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 27))
	for range 150 {
		m := randomModel(r, 16)
		for i := range m.Nodes {
			m.Nodes[i].Probability, m.Nodes[i].Frequency, m.Nodes[i].RecoveryMinutes = nil, ptr(1), ptr(float64(15*r.IntN(8)))
			m.Targets = append(m.Targets, m.Nodes[i].ID)
		}
		for i := range m.Causes {
			m.Causes[i].Probability, m.Causes[i].Frequency, m.Causes[i].RecoveryMinutes = nil, ptr(1), ptr(float64(15*r.IntN(8)))
		}
		years, err := propagate.Yearly(m, propagate.YearOptions{})
		if err != nil {
			t.Fatal(err)
		}
		for _, u := range years.Upsets {
			if u.Sampled {
				continue
			}
			got := map[string]float64{}
			for _, s := range u.Stops {
				got[s.ID] = s.Minutes
			}
			for id, want := range minutesOf(t, m, u) {
				if !near(got[id], want, 1e-9) {
					t.Fatalf("%+v: %s stops %s for %v minutes, want %v", m, u.Event, id, got[id], want)
				}
			}
		}
	}
}

// minutesOf integrates over the length of an upset; all times of the model are multiples of 15 minutes.
func minutesOf(t *testing.T, m propagate.Model, u propagate.Upset) map[string]float64 {
	t.Helper()
	minutes := map[string]float64{}
	for length := 7.5; length < u.Minutes; length += 15 {
		alone := propagate.Model{Targets: m.Targets}
		for _, n := range m.Nodes {
			n.Frequency, n.RecoveryMinutes = nil, nil
			if u.Kind == propagate.OwnFailure && n.ID == u.Event {
				n.Probability, n.RecoveryMinutes = ptr(1), ptr(length)
			}
			alone.Nodes = append(alone.Nodes, n)
		}
		for _, c := range m.Causes {
			if u.Kind == propagate.CommonCause && c.ID == u.Event {
				c.Probability, c.Frequency, c.RecoveryMinutes = ptr(1), nil, ptr(length)
				alone.Causes = append(alone.Causes, c)
			}
		}
		exact, err := propagate.Evaluate(alone, propagate.ExactOptions{})
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range exact.Nodes {
			minutes[n.ID] += 15 * n.Probability
		}
	}
	return minutes
}

func TestSimulatedYearsHaveTheExactMeans(t *testing.T) {
	const years = 200_000
	got, err := propagate.Yearly(shops(), propagate.YearOptions{Years: years, Seed: 3, Threads: 2})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range got.Services {
		if !near(s.Simulated.Mean, s.Minutes, 4*s.Simulated.Error) {
			t.Errorf("%s: got %v, want %v", s.ID, s.Simulated.Mean, s.Minutes)
		}
	}
	if !near(got.Losses.Mean, got.Loss, 4*got.Losses.Error) {
		t.Errorf("got %v, want %v", got.Losses.Mean, got.Loss)
	}
	// Compound Poisson: variance of the shop is the sum of rate × minutes².
	if want := math.Sqrt(4*60*60 + 0.25*20*20); !near(got.Services[1].Simulated.SD, want, 4*want/math.Sqrt(2*years)*2) {
		t.Errorf("got a standard deviation of %v, want %v", got.Services[1].Simulated.SD, want)
	}
	// No minute at all with probability exp(-stops).
	none := 0
	for _, x := range got.Minutes[1] {
		if x == 0 {
			none++
		}
	}
	if p := math.Exp(-4.25); !near(float64(none)/years, p, fourErrors(p, years)) {
		t.Errorf("got %v quiet years, want %v", float64(none)/years, p)
	}
}

func TestServicesBehindTheSameNodeLoseTogether(t *testing.T) {
	const years = 100_000
	got, err := propagate.Yearly(shops(), propagate.YearOptions{Years: years, Seed: 5})
	if err != nil {
		t.Fatal(err)
	}
	covariance := 0.
	for i := range years {
		covariance += (got.Minutes[0][i] - got.Services[0].Minutes) * (got.Minutes[1][i] - got.Services[1].Minutes) / years
	}
	want := 4*15*60 + 0.25*0.5*20*20. // of the database, and of updates that stop both
	sd := got.Services[0].Simulated.SD * got.Services[1].Simulated.SD
	if !near(covariance, want, 4*2*sd/math.Sqrt(years)) {
		t.Errorf("got a covariance of %v, want %v", covariance, want)
	}
}

func TestThreadsAndOrderChangeNoYear(t *testing.T) {
	m := shops()
	one, err := propagate.Yearly(m, propagate.YearOptions{Years: 10_001, Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	m.Nodes[0], m.Nodes[4] = m.Nodes[4], m.Nodes[0]
	two, err := propagate.Yearly(m, propagate.YearOptions{Years: 10_001, Seed: 3, Threads: 3})
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(one, two) {
		t.Error("got other years, want the same")
	}
}

func TestManyUncertainLinksAreDrawnAndSaidToBe(t *testing.T) {
	m := propagate.Model{Nodes: []propagate.Node{{ID: "root", Frequency: ptr(1), RecoveryMinutes: ptr(10)}}}
	for i := range 12 {
		m.Nodes = append(m.Nodes, propagate.Node{ID: id(i), Needs: []propagate.Need{{Of: []string{"root"}, Soft: ptr(0.3)}}})
	}
	got, err := propagate.Yearly(m, propagate.YearOptions{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	if !got.Upsets[0].Sampled {
		t.Error("got an exact upset, want it marked as sampled")
	}
	for _, s := range got.Services {
		if !near(s.Minutes, 3, 10*fourErrors(0.3, 1000)) {
			t.Errorf("%s: got %v minutes, want about 3", s.ID, s.Minutes)
		}
	}
}

func TestYearsAreLimitedAndServicesKnown(t *testing.T) {
	_, err := propagate.Yearly(shops(), propagate.YearOptions{Years: 1_000_000_000})
	if p, ok := problem.As(err); !ok || p.Field != "years" {
		t.Errorf("got %v, want the years refused", err)
	}
	_, err = propagate.Yearly(shops(), propagate.YearOptions{Services: []string{"shop", "ghost"}})
	if p, ok := problem.As(err); !ok || p.Field != "services[1]" {
		t.Errorf("got %v, want the service refused", err)
	}
}

func BenchmarkYearly500Nodes100kYears(b *testing.B) {
	m := mapOf(500, 2000)
	for i := range m.Nodes {
		m.Nodes[i].Probability, m.Nodes[i].Frequency, m.Nodes[i].RecoveryMinutes = nil, ptr(0.2), ptr(120)
	}
	for b.Loop() {
		if _, err := propagate.Yearly(m, propagate.YearOptions{Years: 100_000, Seed: 1}); err != nil {
			b.Fatal(err)
		}
	}
}
