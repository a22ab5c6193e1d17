package stat_test

import (
	"cmp"
	"encoding/csv"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"accordo.dev/internal/problem"
	"accordo.dev/internal/stat"
	"pgregory.net/rapid"
)

// sample opens a table of the sample folder as rows by column name.
func sample(t *testing.T, name string) []map[string]string {
	t.Helper()
	dir := os.Getenv("ACCORDO_SAMPLES")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "samples")
	}
	f, err := os.Open(filepath.Join(dir, "statistics", name))
	if err != nil {
		t.Skip("samples not found, skipped")
	}
	defer f.Close()
	records, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var rows []map[string]string
	for _, record := range records[1:] {
		row := map[string]string{}
		for i, column := range records[0] {
			row[column] = record[i]
		}
		rows = append(rows, row)
	}
	return rows
}

func number(t *testing.T, s string) stat.Number {
	t.Helper()
	if s == "NA" {
		return stat.Unknown()
	}
	x, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return stat.Known(x)
}

func near(a, b stat.Number, tolerance float64) bool {
	return a.Known == b.Known && (!a.Known || math.Abs(a.X-b.X) <= tolerance)
}

// group gives the exposures of one group of a sample table.
func group(t *testing.T, file, column, value string) []stat.Exposure {
	t.Helper()
	eventCode := "1"
	if file == "data_lung.csv" {
		eventCode = "2"
	}
	var list []stat.Exposure
	for _, row := range sample(t, file) {
		if row[column] == value {
			list = append(list, stat.Exposure{Exit: number(t, row["time"]).X, Event: row["status"] == eventCode})
		}
	}
	if len(list) == 0 {
		t.Fatalf("no rows of %s=%s in %s", column, value, file)
	}
	return list
}

func curve(t *testing.T, list []stat.Exposure, scale stat.Limits) *stat.Curve {
	t.Helper()
	c, err := stat.KaplanMeier(list, stat.CurveOptions{Limits: scale})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestCurveAgreesWithReferenceOutput(t *testing.T) {
	for _, tc := range []struct {
		data, column, golden string
		scale                stat.Limits
		groups               []string
	}{
		{"data_aml.csv", "x", "km_aml_loglog.csv", stat.LogLog, []string{"Maintained", "Nonmaintained"}},
		{"data_aml.csv", "x", "km_aml_log.csv", stat.Log, []string{"Maintained", "Nonmaintained"}},
		{"data_aml.csv", "x", "km_aml_plain.csv", stat.Plain, []string{"Maintained", "Nonmaintained"}},
		{"data_freireich.csv", "treat", "km_freireich_loglog.csv", stat.LogLog, []string{"6-MP", "control"}},
		{"data_lung.csv", "sex", "km_lung_sex_loglog.csv", stat.LogLog, []string{"1", "2"}},
	} {
		rows := sample(t, tc.golden)
		seen := 0
		for _, g := range tc.groups {
			c := curve(t, group(t, tc.data, tc.column, g), tc.scale)
			estimates := c.Estimates()
			want := rows[:0:0]
			for _, row := range rows {
				if row["strata"] == tc.column+"="+g {
					want = append(want, row)
				}
			}
			seen += len(want)
			if got, want := len(c.Steps), len(want); got != want {
				t.Fatalf("%s %s: got %d steps, want %d", tc.golden, g, got, want)
			}
			for i, row := range want {
				s, e := c.Steps[i], estimates[i]
				for column, got := range map[string]stat.Number{
					"time": stat.Known(s.Time), "n.risk": stat.Known(float64(s.AtRisk)),
					"n.event": stat.Known(float64(s.Events)), "n.censor": stat.Known(float64(s.Censored)),
					"surv": e.Value, "std.err": e.SE, "lower": e.Low, "upper": e.High,
				} {
					if want := number(t, row[column]); !near(got, want, 1e-9) {
						t.Errorf("%s %s row %d %s: got %v, want %v", tc.golden, g, i, column, got, want)
					}
				}
			}
		}
		if seen != len(rows) {
			t.Errorf("%s: compared %d of %d rows", tc.golden, seen, len(rows))
		}
	}
}

func TestQuantilesAgreeWithReferenceOutput(t *testing.T) {
	na := stat.Unknown()
	k := stat.Known
	for _, tc := range []struct {
		file, column, group string
		scale               stat.Limits
		p                   float64
		want                [3]stat.Number // value, low, high
	}{
		{"data_aml.csv", "x", "Maintained", stat.LogLog, .5, [3]stat.Number{k(31), k(13), na}},
		{"data_aml.csv", "x", "Nonmaintained", stat.LogLog, .5, [3]stat.Number{k(23), k(5), k(33)}},
		{"data_aml.csv", "x", "Maintained", stat.Log, .5, [3]stat.Number{k(31), k(18), na}},
		{"data_aml.csv", "x", "Nonmaintained", stat.Log, .5, [3]stat.Number{k(23), k(8), na}},
		{"data_aml.csv", "x", "Maintained", stat.Plain, .5, [3]stat.Number{k(31), k(18), k(48)}},
		{"data_aml.csv", "x", "Nonmaintained", stat.Plain, .5, [3]stat.Number{k(23), k(8), k(33)}},
		{"data_freireich.csv", "treat", "6-MP", stat.LogLog, .5, [3]stat.Number{k(23), k(13), na}},
		{"data_freireich.csv", "treat", "control", stat.LogLog, .5, [3]stat.Number{k(8), k(4), k(11)}},
		{"data_lung.csv", "sex", "1", stat.LogLog, .1, [3]stat.Number{k(59), k(15), k(88)}},
		{"data_lung.csv", "sex", "1", stat.LogLog, .25, [3]stat.Number{k(144), k(105), k(176)}},
		{"data_lung.csv", "sex", "1", stat.LogLog, .5, [3]stat.Number{k(270), k(210), k(306)}},
		{"data_lung.csv", "sex", "1", stat.LogLog, .75, [3]stat.Number{k(457), k(371), k(567)}},
		{"data_lung.csv", "sex", "1", stat.LogLog, .9, [3]stat.Number{k(689), k(574), k(883)}},
		{"data_lung.csv", "sex", "2", stat.LogLog, .1, [3]stat.Number{k(122), k(62), k(182)}},
		{"data_lung.csv", "sex", "2", stat.LogLog, .25, [3]stat.Number{k(226), k(167), k(310)}},
		{"data_lung.csv", "sex", "2", stat.LogLog, .5, [3]stat.Number{k(426), k(345), k(524)}},
		{"data_lung.csv", "sex", "2", stat.LogLog, .75, [3]stat.Number{k(687), k(524), k(765)}},
		{"data_lung.csv", "sex", "2", stat.LogLog, .9, [3]stat.Number{k(765), k(728), na}},
	} {
		e, err := curve(t, group(t, tc.file, tc.column, tc.group), tc.scale).Quantile(tc.p)
		if err != nil {
			t.Fatal(err)
		}
		if got := [3]stat.Number{e.Value, e.Low, e.High}; got != tc.want {
			t.Errorf("%s %s %v p=%v: got %v, want %v", tc.file, tc.group, tc.scale, tc.p, got, tc.want)
		}
	}
}

func TestRestrictedMeanAgreesWithReferenceOutput(t *testing.T) {
	for _, tc := range []struct {
		group    string
		mean, se float64
	}{{"Maintained", 23.3750, 2.04283}, {"Nonmaintained", 18.9167, 2.83595}} {
		e, err := curve(t, group(t, "data_aml.csv", "x", tc.group), stat.Log).RMST(28)
		if err != nil {
			t.Fatal(err)
		}
		if !near(e.Value, stat.Known(tc.mean), 5e-5) || !near(e.SE, stat.Known(tc.se), 5e-6) {
			t.Errorf("%s: got %v (se %v), want %v (%v)", tc.group, e.Value, e.SE, tc.mean, tc.se)
		}
	}
}

// patches is the test vector of the indicator: days open and whether fixed.
var patches = []stat.Exposure{
	{Exit: 3, Event: true},
	{Exit: 5, Event: true},
	{Exit: 5, Event: true},
	{Exit: 8},
	{Exit: 12, Event: true},
	{Exit: 20},
	{Exit: 30, Event: true},
	{Exit: 45},
	{Exit: 60},
	{Exit: 60},
}

func TestPatchLatencyVector(t *testing.T) {
	c := curve(t, patches, stat.LogLog)
	for at, want := range map[float64]float64{0: 1, 2.9: 1, 3: 0.9, 5: 0.7, 11: 0.7, 12: 0.583333, 30: 0.4375, 60: 0.4375} {
		if got := c.At(at).Value; !near(got, stat.Known(want), 5e-7) {
			t.Errorf("S(%v): got %v, want %v", at, got, want)
		}
	}
	if got, want := c.Median().Value, stat.Known(30); got != want {
		t.Errorf("median: got %v, want %v", got, want)
	}
	for tau, want := range map[float64]float64{30: 20.2, 60: 33.325} {
		e, err := c.RMST(tau)
		if err != nil || !near(e.Value, stat.Known(want), 1e-9) {
			t.Errorf("RMST(%v): got %v, %v, want %v", tau, e.Value, err, want)
		}
	}
}

func TestBeyondTheWatchIsUnknown(t *testing.T) {
	c := curve(t, patches, stat.LogLog)
	if got := c.At(61); got != (stat.Estimate{}) {
		t.Errorf("S(61): got %v, want unknown", got)
	}
	if got, err := c.RMST(61); err != nil || got != (stat.Estimate{}) {
		t.Errorf("RMST(61): got %v, %v, want unknown", got, err)
	}
	q, _ := c.Quantile(0.9)
	if q != (stat.Estimate{}) {
		t.Errorf("quantile 0.9: got %v, want unknown", q)
	}
	all := curve(t, []stat.Exposure{{Exit: 2, Event: true}, {Exit: 4, Event: true}}, stat.LogLog)
	if got, want := all.At(9).Value, stat.Known(0); got != want {
		t.Errorf("S after everybody is through: got %v, want %v", got, want)
	}
	if got, _ := all.RMST(10); got.Value != stat.Known(3) {
		t.Errorf("RMST after everybody is through: got %v, want 3", got.Value)
	}
}

func TestMedianOfFlatStretchIsItsMiddle(t *testing.T) {
	c := curve(t, []stat.Exposure{{Exit: 2, Event: true}, {Exit: 6, Event: true}}, stat.Plain)
	if got, want := c.Median().Value, stat.Known(4); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestLateEntrantsSayNothingOfEarlierAges(t *testing.T) {
	// By hand: at 4 those under watch are a, b (entered at 0) and c (entered at 3), not d (entered at 4):
	// S = 2/3. At 7: b, c, d -> 2/3 * 2/3. At 9: c, d -> 4/9 * 1/2.
	c := curve(t, []stat.Exposure{
		{Entry: 0, Exit: 4, Event: true},
		{Entry: 0, Exit: 7, Event: true},
		{Entry: 3, Exit: 9, Event: true},
		{Entry: 4, Exit: 12},
	}, stat.LogLog)
	for at, want := range map[float64]float64{4: 2.0 / 3, 7: 4.0 / 9, 9: 2.0 / 9, 12: 2.0 / 9} {
		if got := c.At(at).Value; !near(got, stat.Known(want), 1e-15) {
			t.Errorf("S(%v): got %v, want %v", at, got, want)
		}
	}
	got, want := c.AtRisk(0, 3, 3.5, 4, 4.5, 7, 9, 12, 13), []int{2, 2, 3, 3, 3, 3, 2, 1, 0}
	if !slices.Equal(got, want) {
		t.Errorf("at risk: got %v, want %v", got, want)
	}
}

func TestEventOnTheFirstDayCounts(t *testing.T) {
	c := curve(t, []stat.Exposure{{Exit: 0, Event: true}, {Exit: 5}}, stat.LogLog)
	if got, want := c.At(0).Value, stat.Known(0.5); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
}

// exposures draws a small set with ties and delayed entry.
func exposures(t *rapid.T) []stat.Exposure {
	n := rapid.IntRange(1, 40).Draw(t, "n")
	list := make([]stat.Exposure, n)
	for i := range list {
		entry := rapid.IntRange(0, 8).Draw(t, "entry")
		stay := rapid.IntRange(1, 10).Draw(t, "stay")
		list[i] = stat.Exposure{Entry: float64(entry), Exit: float64(entry + stay), Event: rapid.Bool().Draw(t, "event")}
	}
	return list
}

// bruteForce is S(t) and Greenwood's sum by their definitions, in O(n^2).
func bruteForce(list []stat.Exposure, t float64) (s, greenwood float64) {
	s = 1
	done := map[float64]bool{}
	for _, e := range list {
		if !e.Event || e.Exit > t || done[e.Exit] {
			continue
		}
		done[e.Exit] = true
		n, d := 0.0, 0.0
		for _, o := range list {
			if (o.Entry == 0 || o.Entry < e.Exit) && o.Exit >= e.Exit {
				n++
				if o.Event && o.Exit == e.Exit {
					d++
				}
			}
		}
		s *= 1 - d/n
		greenwood += d / (n * (n - d))
	}
	return s, greenwood
}

func TestCurveIsItsDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := exposures(t)
		c, err := stat.KaplanMeier(list, stat.CurveOptions{})
		if err != nil {
			t.Fatal(err)
		}
		for _, step := range c.Steps {
			s, greenwood := bruteForce(list, step.Time)
			if math.Abs(step.Survival-s) > 1e-12 {
				t.Fatalf("S(%v): got %v, want %v", step.Time, step.Survival, s)
			}
			if s > 0 && math.Abs(step.Greenwood-greenwood) > 1e-12 {
				t.Fatalf("Greenwood(%v): got %v, want %v", step.Time, step.Greenwood, greenwood)
			}
			if got := c.AtRisk(step.Time)[0]; got != step.AtRisk {
				t.Fatalf("at risk at %v: got %v, want %v", step.Time, got, step.AtRisk)
			}
		}
	})
}

func TestManyExposuresGiveTheSameCurveInAnyOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	list := make([]stat.Exposure, 20_000)
	for i := range list {
		entry := math.Floor(max(0, r.NormFloat64()*9))
		list[i] = stat.Exposure{Entry: entry, Exit: entry + r.ExpFloat64()*60 + 1e-9, Event: i%4 != 0}
	}
	list[0].Entry = math.Copysign(0, -1)
	c := curve(t, list, stat.LogLog)
	if !slices.IsSortedFunc(c.Steps, func(a, b stat.Step) int { return cmp.Compare(a.Time, b.Time) }) {
		t.Fatal("got steps out of order")
	}
	for _, at := range []float64{0.5, 20, 90} {
		s, _ := bruteForce(list[:2000], at)
		if got := curve(t, list[:2000], stat.LogLog).At(at).Value.X; math.Abs(got-s) > 1e-12 {
			t.Errorf("S(%v) of 2000: got %v, want %v", at, got, s)
		}
		if got, want := c.At(at).Value.X, productLimit(list, at); math.Abs(got-want) > 1e-12 {
			t.Errorf("S(%v) of 20000: got %v, want %v", at, got, want)
		}
	}
}

// productLimit is S(t) when no two events share a time, walking through exposures sorted by comparison.
func productLimit(list []stat.Exposure, t float64) float64 {
	exits := slices.Clone(list)
	slices.SortFunc(exits, func(a, b stat.Exposure) int { return cmp.Compare(a.Exit, b.Exit) })
	entries := slices.Clone(list)
	slices.SortFunc(entries, func(a, b stat.Exposure) int { return cmp.Compare(a.Entry, b.Entry) })
	s, in := 1.0, 0
	for gone, e := range exits {
		if e.Exit > t {
			break
		}
		for in < len(entries) && (entries[in].Entry == 0 || entries[in].Entry < e.Exit) {
			in++
		}
		if e.Event {
			s *= 1 - 1/float64(in-gone)
		}
	}
	return s
}

func TestSurvivalFallsFromOneToZero(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		scale := rapid.SampledFrom([]stat.Limits{stat.LogLog, stat.Log, stat.Plain}).Draw(t, "scale")
		c, err := stat.KaplanMeier(exposures(t), stat.CurveOptions{Limits: scale})
		if err != nil {
			t.Fatal(err)
		}
		last := 1.0
		for i, e := range c.Estimates() {
			s := e.Value.X
			if s < 0 || s > last {
				t.Fatalf("step %d: got S=%v after %v, want a fall within 0..1", i, s, last)
			}
			if e.Low.Known && (e.Low.X < 0 || e.Low.X > s || e.High.X < s || e.High.X > 1) {
				t.Fatalf("step %d: got limits %v..%v around %v", i, e.Low, e.High, s)
			}
			last = s
		}
		if m, err := c.RMST(c.End()); err != nil || m.Value.X < 0 || m.Value.X > c.End()+1e-9 {
			t.Fatalf("RMST: got %v, %v, want within 0..%v", m.Value, err, c.End())
		}
	})
}

func TestExposureWithoutMeaningIsRefused(t *testing.T) {
	good := stat.Exposure{Exit: 1}
	for _, tc := range []struct {
		bad        stat.Exposure
		field, key string
	}{
		{stat.Exposure{Exit: -1}, "exit", "stat.time-negative-or-unknown"},
		{stat.Exposure{Exit: math.NaN()}, "exit", "stat.time-negative-or-unknown"},
		{stat.Exposure{Entry: math.Inf(1), Exit: 1}, "entry", "stat.time-negative-or-unknown"},
		{stat.Exposure{Entry: 3, Exit: 3}, "exit", "stat.exit-not-after-entry"},
	} {
		_, err := stat.KaplanMeier([]stat.Exposure{good, tc.bad}, stat.CurveOptions{})
		var p *problem.Error
		if !errors.As(err, &p) || p.Field != tc.field || p.Key != tc.key || p.Source.Record != 2 {
			t.Errorf("%v: got %v, want record 2 %s %s", tc.bad, err, tc.field, tc.key)
		}
	}
	if _, err := stat.KaplanMeier(nil, stat.CurveOptions{}); err == nil {
		t.Error("no exposures: got no error")
	}
	if _, err := stat.KaplanMeier([]stat.Exposure{good}, stat.CurveOptions{Level: 95}); err == nil {
		t.Error("level 95: got no error")
	}
}

func BenchmarkKaplanMeierMillion(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	list := make([]stat.Exposure, 1_000_000)
	for i := range list {
		entry := 0.0
		if i%3 == 0 {
			entry = r.Float64() * 30
		}
		list[i] = stat.Exposure{Entry: entry, Exit: entry + r.ExpFloat64()*60 + 1e-9, Event: i%4 != 0}
	}
	b.ReportAllocs()
	for b.Loop() {
		c, err := stat.KaplanMeier(list, stat.CurveOptions{})
		if err != nil {
			b.Fatal(err)
		}
		if m := c.Median(); !m.Value.Known {
			b.Fatal("got no median")
		}
		if _, err := c.RMST(60); err != nil {
			b.Fatal(err)
		}
	}
}
