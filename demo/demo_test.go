package demo_test

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"accordo.dev/demo"
	"accordo.dev/internal/budget"
	"accordo.dev/internal/change"
	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/decision"
	"accordo.dev/internal/evidence"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/landscape"
	"accordo.dev/internal/organisation"
	"accordo.dev/internal/project"
	"accordo.dev/internal/risk"
)

// bank is the demonstration organisation, read from its folder.
type bank struct {
	organisation organisation.Organisation
	people       identity.File
	landscape    landscape.File
	risk         risk.File
	project      project.File
	decision     decision.File
	budget       budget.File
	evidence     evidence.File
}

func write(t *testing.T, today time.Time) string {
	t.Helper()
	dir := t.TempDir()
	if err := demo.Write(dir, today); err != nil {
		t.Fatal(err)
	}
	return dir
}

// read decodes strictly: a field that an area does not know is an error.
func read(t *testing.T, dir string) bank {
	t.Helper()
	var b bank
	for name, into := range map[string]any{
		"organisation.yaml": &b.organisation, "people.yaml": &b.people, "landscape.yaml": &b.landscape, "risk.yaml": &b.risk,
		"project.yaml": &b.project, "decision.yaml": &b.decision, "budget.yaml": &b.budget, "evidence.yaml": &b.evidence,
	} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		decoder := yaml.NewDecoder(bytes.NewReader(data))
		decoder.KnownFields(true)
		if err := decoder.Decode(into); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	return b
}

// apply makes an empty database this bank; every area checks its values and references.
func (b bank) apply(t *testing.T, d *db.DB, dir string) {
	t.Helper()
	b.evidence.Store = evidence.Store{Dir: t.TempDir()}
	b.evidence.Open = func(path string) (io.ReadCloser, error) { return os.Open(filepath.Join(dir, path)) }
	dbtest.Change(t, d, func(tx *db.Tx) error {
		ctx := context.Background()
		for _, part := range []func() ([]change.Change, error){
			func() ([]change.Change, error) { return organisation.Apply(ctx, tx, b.organisation) },
			func() ([]change.Change, error) { return identity.Apply(ctx, tx, b.people) },
			func() ([]change.Change, error) { return landscape.Apply(ctx, tx, b.landscape) },
			func() ([]change.Change, error) { return evidence.Apply(ctx, tx, b.evidence) },
			func() ([]change.Change, error) { return risk.Apply(ctx, tx, b.risk) },
			func() ([]change.Change, error) { return project.Apply(ctx, tx, b.project) },
			func() ([]change.Change, error) { return decision.Apply(ctx, tx, b.decision) },
			func() ([]change.Change, error) { return budget.Apply(ctx, tx, b.budget) },
		} {
			if _, err := part(); err != nil {
				return err
			}
		}
		return nil
	})
}

func TestEveryReferenceAndValueIsAccepted(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		dir := write(t, demo.Anchor)
		read(t, dir).apply(t, d, dir)
	})
}

func TestBankIsAsLargeAsPromised(t *testing.T) {
	b := read(t, write(t, demo.Anchor))
	kinds := map[landscape.Kind]int{}
	for _, e := range b.landscape.Elements {
		kinds[e.Kind]++
	}
	for _, c := range []struct {
		what      string
		got, want int
	}{
		{"people", len(b.people.People), 25},
		{"services", kinds[landscape.KindService], 8},
		{"processes", kinds[landscape.KindProcess], 15},
		{"systems", kinds[landscape.KindSystem], 55},
		{"suppliers and partners", kinds[landscape.KindSupplier] + kinds[landscape.KindPartner], 12},
		{"authorities", kinds[landscape.KindAuthority], 5},
		{"initiatives", kinds[landscape.KindInitiative], 8},
		{"connections", len(b.landscape.Connections), 150},
		{"agreements", len(b.landscape.Agreements), 12},
		{"risk scenarios", len(b.risk.Scenarios), 16},
		{"projects", len(b.project.Projects), 14},
		{"decisions", len(b.decision.Decisions), 10},
		{"initiatives that may be paid", len(b.budget.Initiatives), 30},
		{"incidents entered by hand", len(b.evidence.Incidents), 14},
		{"recovery tests", len(b.evidence.RecoveryTests), 12},
		{"files of evidence", len(b.evidence.Files), 100},
	} {
		if c.got < c.want {
			t.Errorf("%s: got %d, want at least %d", c.what, c.got, c.want)
		}
	}
}

func TestBothLanguagesAreComplete(t *testing.T) {
	b := read(t, write(t, demo.Anchor))
	italian := func(id, en, it string) {
		if en == "" || it == "" {
			t.Errorf("%s: got %q and %q, want both languages", id, en, it)
		}
	}
	for _, e := range b.landscape.Elements {
		italian(e.ID, e.Name, e.NameIT)
	}
	for _, a := range b.landscape.Agreements {
		italian(a.ID, a.Title, a.TitleIT)
	}
	for _, s := range b.risk.Scenarios {
		italian(s.ID, s.Title, s.TitleIT)
		italian(s.ID, s.Rationale, s.RationaleIT)
	}
	for _, s := range b.risk.Statements {
		italian(s.ID, s.Sentence, s.SentenceIT)
	}
	for _, p := range b.project.Projects {
		italian(p.ID, p.Title, p.TitleIT)
	}
	for _, d := range b.decision.Decisions {
		italian(d.ID, d.Title, d.TitleIT)
		italian(d.ID, d.Content, d.ContentIT)
		for _, k := range d.Keys {
			if k.Answer == "no" {
				italian(d.ID, k.Reason, k.ReasonIT)
				italian(d.ID, k.Counter, k.CounterIT)
			}
		}
	}
	for _, m := range b.budget.Initiatives {
		italian(m.ID, m.Title, m.TitleIT)
	}
	for _, i := range b.evidence.Incidents {
		italian(i.ID, i.Title, i.TitleIT)
	}
	for _, r := range b.evidence.RecoveryTests {
		italian(r.ID, r.Title, r.TitleIT)
	}
}

func TestNaiveSumChoosesWorseThanTheBestSet(t *testing.T) {
	d := dbtest.SQLite(t)
	d.Now = func() time.Time { return demo.Anchor }
	dir := write(t, demo.Anchor)
	read(t, dir).apply(t, d, dir)
	dbtest.View(t, d, func(r db.Reader) error {
		c, err := budget.Choose(context.Background(), r, budget.ChooseIn{})
		if err == nil && (!c.Best.Proven || c.Naive == nil || c.Naive.Lost < 100_000 || len(c.LeftOut) != 0) {
			t.Errorf("got %+v beside %+v, want a proven choice that the naive sum misses by 100,000 euro a year", c.Naive, c.Best)
		}
		return err
	})
}
