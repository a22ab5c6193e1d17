package evidence

import (
	"context"

	"github.com/huandu/go-sqlbuilder"

	"accordo.dev/internal/db"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/item"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// RecoveryTest is one time that a service was recovered, in a test or because it had to be. The targets are
// those in force then, never today's.
type RecoveryTest struct {
	ID          string `yaml:"id" json:"id"`
	Title       string `yaml:"title" json:"title"`
	TitleIT     string `yaml:"title_it,omitempty" json:"title_it,omitempty"`
	Service     string `yaml:"service" json:"service"` // element
	Day         string `yaml:"day" json:"day"`
	Kind        string `yaml:"kind" json:"kind"` // full-failover, restore-test, tabletop, real
	TimeMin     *int64 `yaml:"time_min,omitempty" json:"time_min,omitempty"`
	DataLossMin *int64 `yaml:"data_loss_min,omitempty" json:"data_loss_min,omitempty"`
	Recovered   bool   `yaml:"recovered" json:"recovered"`
	RTOMin      *int64 `yaml:"rto_min,omitempty" json:"rto_min,omitempty"`
	RPOMin      *int64 `yaml:"rpo_min,omitempty" json:"rpo_min,omitempty"`
	MTPDMin     *int64 `yaml:"mtpd_min,omitempty" json:"mtpd_min,omitempty"`
	MTDLMin     *int64 `yaml:"mtdl_min,omitempty" json:"mtdl_min,omitempty"`
}

// Name is the title in both languages.
func (t RecoveryTest) Name() i18n.Text { return i18n.Text{EN: t.Title, IT: t.TitleIT} }

func (t RecoveryTest) check(field string) []*problem.Error {
	var bad []*problem.Error
	wrong := func(name, key string, args ...any) { bad = append(bad, problem.Field(field+name, key, args...)) }
	if !ref.ValidID(t.ID) {
		wrong("id", "evidence.error.id", "value", t.ID)
	}
	if t.Title == "" {
		wrong("title", "problem.required")
	}
	if t.Service == "" {
		wrong("service", "problem.required")
	}
	if _, err := parseDay("", t.Day); err != nil {
		wrong("day", "problem.day", "value", t.Day)
	}
	switch t.Kind {
	case "full-failover", "restore-test", "tabletop", "real":
	default:
		wrong("kind", "problem.choice", "value", t.Kind, "choices", "full-failover, restore-test, tabletop, real")
	}
	minutes := map[string]*int64{
		"time_min": t.TimeMin, "data_loss_min": t.DataLossMin, "rto_min": t.RTOMin, "rpo_min": t.RPOMin, "mtpd_min": t.MTPDMin, "mtdl_min": t.MTDLMin,
	}
	for _, name := range sortedKeys(minutes) {
		if value := minutes[name]; value != nil && *value < 0 {
			wrong(name, "problem.range", "value", *value, "min", 0, "max", "∞")
		}
	}
	if t.RTOMin != nil && t.MTPDMin != nil && *t.RTOMin >= *t.MTPDMin {
		wrong("rto_min", "evidence.error.rto-mtpd")
	}
	return bad
}

const recoveryColumns = "id, title, title_it, service, day, kind, time_min, data_loss_min, recovered, rto_min, rpo_min, mtpd_min, mtdl_min"

func scanRecovery(s db.Scan) (RecoveryTest, error) {
	var t RecoveryTest
	return t, s(&t.ID, &t.Title, &t.TitleIT, &t.Service, &t.Day, &t.Kind, &t.TimeMin, &t.DataLossMin, &t.Recovered, &t.RTOMin, &t.RPOMin, &t.MTPDMin, &t.MTDLMin)
}

func (t RecoveryTest) save(ctx context.Context, tx *db.Tx) error {
	_, err := tx.Exec(ctx, "INSERT INTO recovery_test ("+recoveryColumns+") VALUES "+db.Tuples(1, 13)+`
		ON CONFLICT (id) DO UPDATE SET title = excluded.title, title_it = excluded.title_it, service = excluded.service, day = excluded.day,
			kind = excluded.kind, time_min = excluded.time_min, data_loss_min = excluded.data_loss_min, recovered = excluded.recovered,
			rto_min = excluded.rto_min, rpo_min = excluded.rpo_min, mtpd_min = excluded.mtpd_min, mtdl_min = excluded.mtdl_min`,
		t.ID, t.Title, t.TitleIT, t.Service, t.Day, t.Kind, t.TimeMin, t.DataLossMin, t.Recovered, t.RTOMin, t.RPOMin, t.MTPDMin, t.MTDLMin)
	if err != nil {
		return err
	}
	return item.Put(ctx, tx, item.Item{Ref: ref.New("recovery-test", t.ID), Title: t.Name(), Area: "evidence"})
}

// RecordRecovery enters or corrects a recovery.
func RecordRecovery(ctx context.Context, tx *db.Tx, in RecoveryTest) (RecoveryTest, error) {
	if in.ID == "" {
		in.ID = ref.NewID()
	}
	if err := problem.Many(in.check("")); err != nil {
		return in, err
	}
	if err := elementExists(ctx, tx, "service", in.Service); err != nil {
		return in, err
	}
	tx.Touch(ref.New("recovery-test", in.ID))
	return in, in.save(ctx, tx)
}

// RecoveryFilter narrows the list of recoveries.
type RecoveryFilter struct {
	db.Page
	Service string `query:"service" json:"service,omitempty"`
}

// ListRecoveryTests lists recoveries, the newest first.
func ListRecoveryTests(ctx context.Context, r db.Reader, in RecoveryFilter) (db.PageOf[RecoveryTest], error) {
	b := sqlbuilder.NewSelectBuilder()
	b.Select(recoveryColumns).From("recovery_test")
	if in.Service != "" {
		b.Where(b.Equal("service", in.Service))
	}
	return db.Paged(ctx, r, b, in.Page, db.Sorts{
		By:  map[string]string{"day": "day", "service": "service", "kind": "kind", "time": "COALESCE(time_min, -1)", "title": "title"},
		Key: "id", Default: "-day",
	}, scanRecovery)
}

// RecoveryTests gives the recoveries of a stretch of days, from and until being days; until is not in it.
func RecoveryTests(ctx context.Context, r db.Reader, from, until string) ([]RecoveryTest, error) {
	return db.All(ctx, r, scanRecovery, "SELECT "+recoveryColumns+" FROM recovery_test WHERE day >= $1 AND day < $2 ORDER BY day, id", from, until)
}

// The operations on recoveries.
var (
	OpRecordRecovery = op.Command[RecoveryTest, RecoveryTest]{Name: "evidence.record-recovery", Route: "POST /api/evidence/recoveries", Func: RecordRecovery}
	OpRecoveryTests  = op.Query[RecoveryFilter, db.PageOf[RecoveryTest]]{Name: "evidence.recoveries", Route: "GET /api/evidence/recoveries", Func: ListRecoveryTests}
)
