package ingest_test

import (
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"accordo.dev/internal/ingest"
)

const availabilityCSV = `element;from;to;state;share
web;2026-01-01T02:00:00Z;2026-01-01T03:00:00Z;down;
web;2026-01-01T00:00:00Z;2026-01-01T02:00:00Z;up;
web;2026-01-01T03:00:00Z;2026-01-01T04:00:00Z;up;0,25
api;2026-01-01T00:00:00Z;2026-01-01T01:00:00Z;planned;
api;2026-01-01T01:00:00Z;2026-01-01T02:00:00Z;UNKNOWN;
`

func readAvailability(t testing.TB, src *ingest.Source, o ingest.DateOptions) (ingest.AvailabilityLog, []ingest.AvailabilityRecord, error) {
	t.Helper()
	var got []ingest.AvailabilityRecord
	log, err := ingest.ReadAvailability(src, o, func(r ingest.AvailabilityRecord) error { got = append(got, r); return nil })
	return log, got, err
}

// told writes records as "element from-to state share", times as minutes after the first of January 2026.
func told(records []ingest.AvailabilityRecord) (lines []string) {
	for _, r := range records {
		share := ""
		if r.Share != nil {
			share = " " + strings.TrimSuffix(strings.TrimRight(time.Duration(*r.Share*1e9).String(), "s"), "m")
		}
		minute := func(at time.Time) string { return at.Sub(day(2026, 1, 1)).String() }
		lines = append(lines, r.Element+" "+minute(r.From)+"-"+minute(r.To)+" "+string(r.State)+share)
	}
	return lines
}

func TestAvailabilityIntervalsComeByElementAndStart(t *testing.T) {
	log, got, err := readAvailability(t, text(availabilityCSV), ingest.DateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"api 0s-1h0m0s planned", "api 1h0m0s-2h0m0s unknown",
		"web 0s-2h0m0s up 1", "web 2h0m0s-3h0m0s down 0", "web 3h0m0s-4h0m0s partial 250",
	}
	if diff := cmp.Diff(want, told(got)); diff != "" {
		t.Error(diff)
	}
	if want := (ingest.AvailabilityLog{Order: "ymd", Zone: "UTC", Elements: 2, Records: 5}); log != want {
		t.Errorf("got %+v, want %+v", log, want)
	}
	if got[2].At.Record != 2 || got[2].At.Line != 3 {
		t.Errorf("got place %+v, want record 2 in line 3", got[2].At)
	}
}

func TestAvailabilityRefusesBadFiles(t *testing.T) {
	row := func(s string) string { return "element,from,to,state,share\n" + s + "\n" }
	for _, c := range []struct {
		name, file, key, field string
		record                 int
	}{
		{"empty", "", "ingest.error.empty", "", 0},
		{"unknown column", "element,from,to,state,comment\n", "ingest.error.column-unknown", "comment", 0},
		{"state", row("a,2026-01-01,2026-01-02,fine,"), "ingest.error.value", "state", 1},
		{"share above one", row("a,2026-01-01,2026-01-02,up,1.5"), "ingest.error.share", "share", 1},
		{"share not a number", row("a,2026-01-01,2026-01-02,up,NaN"), "ingest.error.share", "share", 1},
		{"up with nothing", row("a,2026-01-01,2026-01-02,up,0"), "ingest.error.share-state", "share", 1},
		{"down with all", row("a,2026-01-01,2026-01-02,down,1"), "ingest.error.share-state", "share", 1},
		{"planned with share", row("a,2026-01-01,2026-01-02,planned,1"), "ingest.error.share-state", "share", 1},
		{"partial without share", row("a,2026-01-01,2026-01-02,partial,"), "ingest.error.required", "share", 1},
		{"ends before", row("a,2026-01-02,2026-01-01,up,"), "ingest.error.interval-empty", "to", 1},
		{"overlap", row("a,2026-01-01,2026-01-03,up,\na,2026-01-02,2026-01-04,up,"), "ingest.error.overlap", "from", 2},
		{"twice", row("a,2026-01-01,2026-01-03,up,\na,2026-01-01,2026-01-03,up,"), "ingest.error.overlap", "from", 2},
		{"ambiguous", row("a,1/2/2026,2/3/2026,up,"), "ingest.error.date-ambiguous", "from", 1},
		{"no element", row(",2026-01-01,2026-01-03,up,"), "ingest.error.required", "element", 1},
		{"cut", availabilityCSV[:150], "ingest.error.truncated", "", 3},
		{"Windows-1252", row("caff\xe8,2026-01-01,2026-01-03,up,"), "ingest.error.encoding", "", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, _, err := readAvailability(t, text(c.file), ingest.DateOptions{})
			wantProblem(t, err, c.key, c.field, c.record)
		})
	}
}

func TestAvailabilityInTheOrderOfTheCaller(t *testing.T) {
	log, got, err := readAvailability(t, text("element,from,to,state\na,1/1/2026,1/2/2026,up\n"), ingest.DateOptions{Order: ingest.MonthDayYear})
	if err != nil || log.Order != "mdy" || got[0].To.Sub(got[0].From) != 24*time.Hour {
		t.Errorf("got %v %+v %v, want one day", log, got, err)
	}
}

func prometheus(t testing.TB, src *ingest.Source, o ingest.PrometheusOptions) (ingest.AvailabilityLog, []ingest.AvailabilityRecord, error) {
	t.Helper()
	var got []ingest.AvailabilityRecord
	log, err := ingest.ReadPrometheus(src, o, func(r ingest.AvailabilityRecord) error { got = append(got, r); return nil })
	return log, got, err
}

// answer wraps series in the envelope of the server; 1767225600 is the first of January 2026.
func answer(series string) string {
	return `{"status":"success","data":{"resultType":"matrix","result":[` + series + `]}}`
}

func series(element, values string) string {
	return `{"metric":{"__name__":"up","job":"` + element + `"},"values":[` + values + `]}`
}

var jobs = ingest.PrometheusOptions{Label: "job"}

func TestPrometheusSamplesBecomeTimeWeightedIntervals(t *testing.T) {
	for _, c := range []struct {
		name, values string
		step         time.Duration
		want         []string
	}{
		{"steady", `[1767225600,"1"],[1767225660,"1"],[1767225720,"1"]`, 0, []string{"web 0s-3m0s up 1"}},
		{"down and back", `[1767225600,"1"],[1767225660,"0"],[1767225720,"1"]`, 0, []string{"web 0s-1m0s up 1", "web 1m0s-2m0s down 0", "web 2m0s-3m0s up 1"}},
		{"one missing sample is bridged", `[1767225600,"1"],[1767225660,"1"],[1767225780,"1"]`, 0, []string{"web 0s-4m0s up 1"}},
		{"a wide gap is unknown", `[1767225600,"1"],[1767225660,"1"],[1767225720,"1"],[1767225960,"1"]`, 0, []string{"web 0s-3m0s up 1", "web 3m0s-6m0s unknown", "web 6m0s-7m0s up 1"}},
		{"a gap of two steps and a half is unknown", `[1767225600,"1"],[1767225660,"1"],[1767225720,"1"],[1767225870,"1"]`, 0, []string{"web 0s-3m0s up 1", "web 3m0s-4m30s unknown", "web 4m30s-5m30s up 1"}},
		{"NaN is unknown", `[1767225600,"1"],[1767225660,"NaN"],[1767225720,"NaN"],[1767225780,"0"]`, 0, []string{"web 0s-1m0s up 1", "web 1m0s-3m0s unknown", "web 3m0s-4m0s down 0"}},
		{"between is partial", `[1767225600,"0.25"],[1767225660,"0.25"],[1767225720,"0.75"]`, 0, []string{"web 0s-2m0s partial 250", "web 2m0s-3m0s partial 750"}},
		{"one sample and a step", `[1767225600.000,"1"]`, time.Minute, []string{"web 0s-1m0s up 1"}},
		{"the caller's step", `[1767225600,"1"],[1767225720,"1"]`, 30 * time.Second, []string{"web 0s-30s up 1", "web 30s-2m0s unknown", "web 2m0s-2m30s up 1"}},
		{"no samples", ``, 0, nil},
	} {
		o := jobs
		o.Step = c.step
		_, got, err := prometheus(t, slow(answer(series("web", c.values))), o)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if diff := cmp.Diff(c.want, told(got)); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}

func TestPrometheusCountsElementsAndWarnings(t *testing.T) {
	file := `{"status":"success","warnings":["partial"],"infos":["i"],"data":{"resultType":"matrix","result":[` +
		series("a", `[1767225600,"1"],[1767225660,"1"]`) + `,` + series("b", `[1767225600,"1"],[1767225900,"1"]`) + `]}}`
	log, _, err := prometheus(t, text(file), jobs)
	if want := (ingest.AvailabilityLog{Step: 5 * time.Minute, Elements: 2, Records: 2, Warnings: 1}); err != nil || log != want {
		t.Errorf("got %+v %v, want %+v", log, err, want)
	}
}

func TestPrometheusRefusesBadFiles(t *testing.T) {
	one := func(values string) string { return answer(series("web", values)) }
	for _, c := range []struct {
		name, file, key, field string
		record                 int
	}{
		{"empty", "", "ingest.error.empty", "", 0},
		{"error of the server", `{"status":"error","errorType":"bad_data","error":"x"}`, "ingest.error.prometheus.status", "status", 0},
		{"vector", `{"status":"success","data":{"resultType":"vector","result":[]}}`, "ingest.error.prometheus.matrix", "data.resultType", 0},
		{"no label", answer(`{"metric":{"instance":"x"},"values":[[1767225600,"1"]]}`), "ingest.error.prometheus.label", "metric.job", 1},
		{"element twice", answer(series("a", `[1,"1"],[2,"1"]`) + "," + series("a", `[1,"1"],[2,"1"]`)), "ingest.error.duplicate", "metric.job", 2},
		{"backwards", one(`[1767225660,"1"],[1767225600,"1"]`), "ingest.error.prometheus.order", "values", 1},
		{"same time", one(`[1767225600,"1"],[1767225600,"0"]`), "ingest.error.prometheus.order", "values", 1},
		{"no step", one(`[1767225600,"1"]`), "ingest.error.prometheus.step", "values", 1},
		{"value a number", one(`[1767225600,1]`), "ingest.error.type", "values", 1},
		{"value null", one(`[1767225600,null]`), "ingest.error.type", "values", 1},
		{"value above one", one(`[1767225600,"17"]`), "ingest.error.share", "values", 1},
		{"value infinite", one(`[1767225600,"+Inf"]`), "ingest.error.share", "values", 1},
		{"value a word", one(`[1767225600,"up"]`), "ingest.error.share", "values", 1},
		{"time a word", one(`["noon","1"]`), "ingest.error.type", "values", 1},
		{"time far away", one(`[1e300,"1"]`), "ingest.error.date", "values", 1},
		{"three parts", one(`[1767225600,"1","1"]`), "ingest.error.prometheus.sample", "values", 1},
		{"one part", one(`[1767225600]`), "ingest.error.prometheus.sample", "values", 1},
		{"sample null", one(`null`), "ingest.error.prometheus.sample", "values", 1},
		{"cut", one(`[1767225600,"1"]`)[:100], "ingest.error.truncated", "", 1},
		{"deep", `{"a":` + strings.Repeat("[", 100) + strings.Repeat("]", 100) + `}`, "ingest.error.depth", "", 0},
		{"UTF-16", "\xff\xfe{\x00", "ingest.error.encoding", "", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, _, err := prometheus(t, text(c.file), jobs)
			wantProblem(t, err, c.key, c.field, c.record)
		})
	}
}

func TestPrometheusHugeFile(t *testing.T) {
	if testing.Short() {
		t.Skip("200 MB, skipped with -short")
	}
	body := repeat(`{"status":"success","infos":[`, `"`+strings.Repeat("x", 2100)+`"`, 100_000, `],"data":{"resultType":"matrix","result":[]}}`)
	src := ingest.NewSource("huge", body, ingest.SourceOptions{})
	if _, _, err := prometheus(t, src, jobs); err != nil || src.Size() < 200<<20 || src.SHA256() == "" {
		t.Errorf("got %d bytes, %v, want 200 MB without an error", src.Size(), err)
	}
}

func TestAvailabilityHugeFile(t *testing.T) {
	if testing.Short() {
		t.Skip("200 MB, skipped with -short")
	}
	rows := &repeated{body: "x," + strings.Repeat(" ", 2000) + "2026-01-01,2026-01-02,planned,\n", left: 105_000}
	src := ingest.NewSource("huge", io.MultiReader(strings.NewReader("element,from,to,state,share\n"), rows), ingest.SourceOptions{})
	_, _, err := readAvailability(t, src, ingest.DateOptions{})
	wantProblem(t, err, "ingest.error.overlap", "from", 2)
	if src.Size() < 200<<20 {
		t.Errorf("got %d bytes, want more than 200 MB", src.Size())
	}
}

func FuzzAvailability(f *testing.F) {
	f.Add(availabilityCSV)
	f.Add("element,from,to,state\na,1/1/2026,13/2/2026 10:00 PM,up\n")
	f.Fuzz(func(t *testing.T, s string) {
		_, got, err := readAvailability(t, text(s), ingest.DateOptions{})
		for i, r := range got {
			if err == nil && (!r.To.After(r.From) || i > 0 && got[i-1].Element == r.Element && got[i-1].To.After(r.From)) {
				t.Errorf("got an empty or overlapping interval %+v", r)
			}
		}
	})
}

func FuzzPrometheus(f *testing.F) {
	f.Add(answer(series("a", `[1767225600,"1"],[1767225660.5,"NaN"],[1767226000,"0.5"]`)))
	f.Add(`{"status":"error"}`)
	f.Fuzz(func(t *testing.T, s string) {
		_, got, _ := prometheus(t, text(s), jobs)
		for _, r := range got {
			if !r.To.After(r.From) {
				t.Errorf("got an empty interval %+v", r)
			}
		}
	})
}
