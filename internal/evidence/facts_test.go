package evidence_test

import (
	"io"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"accordo.dev/internal/change"
	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/evidence"
	"accordo.dev/internal/landscape"
	"accordo.dev/internal/problem"
)

// shop puts an element on the map.
func shop(t *testing.T, d *db.DB, aliases ...string) {
	t.Helper()
	tier := int64(1)
	dbtest.Change(t, d, func(tx *db.Tx) error {
		_, err := landscape.AddElement(ctx, tx, landscape.Element{ID: "shop", Kind: landscape.KindService, Name: "Web shop", Criticality: &tier, Aliases: aliases})
		return err
	})
}

func TestAliasAttachesWhatWasUnmatched(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		store := evidence.Store{Dir: t.TempDir()}
		load(t, d, put(t, store, "a", trivy("web:1", "2026-01-01T10:00:00Z", finding{pkg: "a", cve: "CVE-2026-0001"})))
		load(t, d, put(t, store, "b.csv", "element,from,to,state\nweb:1,2026-01-01T00:00:00Z,2026-01-02T00:00:00Z,down\n"))
		if got := asked(t, d, evidence.ListUnmatched, struct{}{}); len(got) != 2 {
			t.Fatalf("got %+v, want the name twice", got)
		}
		shop(t, d, "WEB:1")
		dbtest.Change(t, d, func(tx *db.Tx) error {
			got, err := evidence.Match(ctx, tx, struct{}{})
			if got.Names != 2 {
				t.Errorf("got %+v, want two names matched", got)
			}
			return err
		})
		if got := asked(t, d, evidence.ListUnmatched, struct{}{}); len(got) != 0 {
			t.Errorf("got %+v, want nothing unmatched", got)
		}
		dbtest.View(t, d, func(r db.Reader) error {
			x := exposures(t, r)[0]
			if x.Element != "shop" || x.Tier != 1 {
				t.Errorf("got element %q tier %d, want shop of tier 1", x.Element, x.Tier)
			}
			spent, err := evidence.Downtime(ctx, r, "shop", at("2026-01-01 00:00"), at("2026-01-03 00:00"))
			if want := (evidence.Time{Down: 1440, Unknown: 1440}); spent != want {
				t.Errorf("got %+v, want %+v", spent, want)
			}
			return err
		})
	})
}

func TestTierWeighsExposureDays(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		shop(t, d, "web:1")
		store := evidence.Store{Dir: t.TempDir()}
		load(t, d, put(t, store, "a", trivy("web:1", "2026-01-01T00:00:00Z", finding{pkg: "a", cve: "CVE-2026-0001"})))
		dbtest.Change(t, d, func(tx *db.Tx) error {
			_, err := evidence.Apply(ctx, tx, fileOf(t, tx, store, func(f *evidence.File) { f.PatchSLAs = []evidence.PatchSLA{{Tier: 1, Days: 7, Weight: 3}} }))
			return err
		})
		dbtest.View(t, d, func(r db.Reader) error {
			got, err := evidence.ExposureDays(ctx, r, at("2026-01-01 00:00"), at("2026-01-05 00:00"))
			if err == nil && (got.Total != 12 || got.Unweighted != 0) {
				t.Errorf("got %+v, want 4 days of weight 3", got)
			}
			return err
		})
	})
}

// fileOf is what the database says, changed.
func fileOf(t *testing.T, r db.Reader, store evidence.Store, edit func(*evidence.File)) evidence.File {
	t.Helper()
	f, err := evidence.Export(ctx, r)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	err = evidence.CopyRaw(ctx, r, store, func(path string, raw io.Reader) error {
		data, err := io.ReadAll(raw)
		if err != nil {
			return err
		}
		return os.WriteFile(dir+"/"+strings.TrimPrefix(path, "evidence/"), data, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
	f.Store = store
	f.Open = func(path string) (io.ReadCloser, error) {
		return os.Open(dir + "/" + strings.TrimPrefix(path, "evidence/"))
	}
	edit(&f)
	return f
}

func TestLaterLoadedAvailabilityIsBelieved(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		shop(t, d)
		store := evidence.Store{Dir: t.TempDir()}
		rows := "element,from,to,state,share\nshop,2026-01-01T00:00:00Z,2026-01-01T10:00:00Z,up,\n"
		load(t, d, put(t, store, "a.csv", rows))
		d.Now = func() time.Time { return dbtest.Now.Add(time.Hour) }
		load(t, d, put(t, store, "b.csv", "element,from,to,state,share\nshop,2026-01-01T02:00:00Z,2026-01-01T03:00:00Z,partial,0.25\nshop,2026-01-01T09:00:00Z,2026-01-01T11:00:00Z,planned,\n"))
		dbtest.View(t, d, func(r db.Reader) error {
			got, err := evidence.Downtime(ctx, r, "shop", at("2026-01-01 00:00"), at("2026-01-01 12:00"))
			if want := (evidence.Time{Up: 8*60 + 15, Down: 45, Planned: 120, Unknown: 60}); got != want {
				t.Errorf("got %+v, want %+v", got, want)
			}
			return err
		})
		months := asked(t, d, evidence.Months, evidence.MonthFilter{Element: "shop"})
		if len(months) != 1 || months[0].Down != 45 || months[0].Total() != 31*1440 {
			t.Errorf("got %+v, want January with 45 minutes down", months)
		}
	})
}

func TestOldCataloguesAreKept(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		store := evidence.Store{Dir: t.TempDir()}
		catalogue := func(day, entries string) evidence.ImportResult {
			return load(t, d, put(t, store, day+".json", `{"catalogVersion":"`+day+`","dateReleased":"`+day+`T00:00:00Z","vulnerabilities":[`+entries+`]}`))
		}
		first := `{"cveID":"CVE-2026-0001","dateAdded":"2026-01-02","dueDate":"2026-01-20"}`
		catalogue("2026-01-03", first)
		if got := catalogue("2026-01-05", first+`,{"cveID":"CVE-2026-0002","dateAdded":"2026-01-04","dueDate":"2026-01-25"}`).Counts; got.New != 1 || got.Unchanged != 1 {
			t.Errorf("got %+v, want one new entry", got)
		}
		for day, want := range map[string]int{"2026-01-01 00:00": 0, "2026-01-04 00:00": 1, "2026-01-06 00:00": 2} {
			if got := asked(t, d, evidence.KEVEntries, evidence.KEVFilter{At: at(day)}); len(got) != want {
				t.Errorf("%s: got %d entries, want %d", day, len(got), want)
			}
		}
		load(t, d, put(t, store, "scan", trivy("web:1", "2026-01-01T10:00:00Z", finding{pkg: "a", cve: "CVE-2026-0002"}, finding{pkg: "a", cve: "CVE-2026-0003"})))
		got := asked(t, d, evidence.ListExposures, evidence.ExposureFilter{KEV: "late"})
		if got.Total != 1 || got.Items[0].Vulnerability != "CVE-2026-0002" || got.Items[0].Due != "2026-01-25" {
			t.Errorf("got %+v, want the one past its day", got)
		}
	})
}

const incidentRows = `number,incident_state,priority,opened_at,sys_updated_at,resolved_at,business_service,u_severity,u_acknowledged_at,u_notify,u_loss_eur
INC1,New,1 - Critical,13/01/2026 10:00,13/01/2026 10:00,?,shop,,,,
`

func TestLatestStateOfAnIncidentWinsInAnyOrder(t *testing.T) {
	closed := strings.Replace(incidentRows, "INC1,New,1 - Critical,13/01/2026 10:00,13/01/2026 10:00,?,shop,,,,",
		"INC1,Resolved,1 - Critical,13/01/2026 10:00,14/01/2026 09:00,13/01/2026 12:30,shop,4,13/01/2026 10:20,in-time,1500.5", 1)
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		shop(t, d)
		store := evidence.Store{Dir: t.TempDir()}
		var states []evidence.Incident
		for _, order := range [][]string{{incidentRows, closed}, {closed, incidentRows}} {
			inVain(t, d, func(tx *db.Tx) {
				for i, text := range order {
					if _, err := evidence.Import(ctx, tx, put(t, store, []string{"a.csv", "b.csv"}[i], text)); err != nil {
						t.Fatal(err)
					}
				}
				all, err := evidence.Incidents(ctx, tx, at("2026-01-01 00:00"), at("2026-02-01 00:00"))
				if err != nil || len(all) != 1 {
					t.Fatalf("got %+v %v, want one incident", all, err)
				}
				states = append(states, all[0])
			})
		}
		got := states[0]
		if !reflect.DeepEqual(got, states[1]) {
			t.Errorf("got %+v and %+v, want the same", got, states[1])
		}
		if *got.Severity != 4 || !got.Restored.Equal(at("2026-01-13 12:30")) || !got.Acknowledged.Equal(at("2026-01-13 10:20")) || got.Notify != "in-time" || *got.LossEUR != 1500.5 || got.Service != "shop" {
			t.Errorf("got %+v, want the later state with its own columns", got)
		}
		if !got.Occurred.IsZero() || !got.Contained.IsZero() {
			t.Errorf("got %+v, want unknown what nobody said", got)
		}
	})
}

func TestOwnColumnsAreReadBehindWhateverExcelPutsInFront(t *testing.T) {
	rows := strings.Replace(incidentRows, "INC1,New,1 - Critical,13/01/2026 10:00,13/01/2026 10:00,?,shop,,,,",
		"INC1,Resolved,1 - Critical,13/01/2026 10:00,14/01/2026 09:00,13/01/2026 12:30,shop,4,13/01/2026 10:20,in-time,1500.5", 1)
	semicolons, mark := strings.ReplaceAll(rows, ",", ";"), "\xef\xbb\xbf"
	first := strings.NewReplacer("number,", "u_notify,number,", ",u_notify,", ",u_other,", "INC1,", "in-time,INC1,").Replace(rows)
	for name, text := range map[string]string{
		"mark": mark + rows, "sep": "sep=;\n" + semicolons, "mark and sep": mark + "sep=;\r\n" + strings.ReplaceAll(semicolons, "\n", "\r\n"),
		"mark before an own column": mark + first,
	} {
		t.Run(name, func(t *testing.T) {
			d, store := dbtest.SQLite(t), evidence.Store{Dir: t.TempDir()}
			shop(t, d)
			load(t, d, put(t, store, "inc.csv", text))
			got := asked(t, d, evidence.GetIncident, evidence.IncidentQuery{ID: "INC1"})
			if got.Severity == nil || *got.Severity != 4 || !got.Acknowledged.Equal(at("2026-01-13 10:20")) || got.Notify != "in-time" || got.LossEUR == nil || *got.LossEUR != 1500.5 {
				t.Errorf("got %+v, want severity 4, acknowledged, notified in time, with the loss", got)
			}
		})
	}
}

func TestFolderGivesTheSameOrganisationBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		shop(t, d, "web:1")
		store := evidence.Store{Dir: t.TempDir()}
		load(t, d, put(t, store, "scan.json", trivy("web:1", "2026-01-01T10:00:00Z", finding{pkg: "a", cve: "CVE-2026-0001"})))
		partial := put(t, store, "scan.json", trivy("web:1", "2026-01-02T10:00:00Z"))
		partial.Partial = true
		load(t, d, partial)
		load(t, d, put(t, store, "inc.csv", incidentRows))
		hour := int64(60)
		dbtest.Change(t, d, func(tx *db.Tx) error {
			severity := 3
			if _, err := evidence.RecordIncident(ctx, tx, evidence.Incident{ID: "i1", Title: "Outage", Service: "shop", Severity: &severity, Detected: at("2026-01-05 10:00")}); err != nil {
				return err
			}
			_, err := evidence.RecordRecovery(ctx, tx, evidence.RecoveryTest{ID: "r1", Title: "Failover", Service: "shop", Day: "2026-01-07", Kind: "full-failover", TimeMin: &hour, Recovered: true})
			return err
		})
		var f evidence.File
		var before string
		dbtest.View(t, d, func(r db.Reader) error {
			f, before = fileOf(t, r, store, func(*evidence.File) {}), state(t, r)
			return nil
		})
		apply := func(f evidence.File) []change.Change {
			var changes []change.Change
			dbtest.Change(t, d, func(tx *db.Tx) (err error) { changes, err = evidence.Apply(ctx, tx, f); return err })
			return changes
		}
		if got := apply(f); len(got) != 0 {
			t.Errorf("applied as it is: got %+v, want no change", got)
		}
		if got := apply(evidence.File{}); len(got) != 5 {
			t.Errorf("applied empty: got %+v, want five removed", got)
		}
		if got := apply(f); len(got) != 5 {
			t.Errorf("applied again: got %+v, want five created", got)
		}
		dbtest.View(t, d, func(r db.Reader) error {
			if got := state(t, r); got != before {
				t.Errorf("got\n%s\nwant\n%s", got, before)
			}
			return nil
		})
	})
}

func TestFolderNamesEveryWrongField(t *testing.T) {
	d := dbtest.SQLite(t)
	severity := 9
	err := d.Change(ctx, db.System("test"), func(tx *db.Tx) error {
		_, err := evidence.Apply(ctx, tx, evidence.File{
			Files:     []evidence.FileEntry{{Path: "../etc/passwd", By: "nobody"}},
			Incidents: []evidence.Incident{{ID: "i1", Title: "x", Service: "none", Severity: &severity, Detected: at("2026-01-05 10:00")}},
			PatchSLAs: []evidence.PatchSLA{{Tier: 1, Days: 7}, {Tier: 1, Days: 8}},
		})
		return err
	})
	p, ok := problem.As(err)
	if !ok {
		t.Fatalf("got %v, want a problem", err)
	}
	var fields []string
	for _, cause := range p.Causes {
		fields = append(fields, cause.Field)
	}
	want := []string{"files[../etc/passwd].path", "files[../etc/passwd].loaded", "files[../etc/passwd].by", "incidents[i1].severity", "incidents[i1].service", "patch_sla[1].tier"}
	if !reflect.DeepEqual(fields, want) {
		t.Errorf("got %v, want %v", fields, want)
	}
}
