package decision_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/decision"
	"accordo.dev/internal/record"
)

// tenThousand fills a database with 10,000 decisions in all statuses and gives the id of one with a history.
func tenThousand(b *testing.B, d *db.DB) string {
	b.Helper()
	bank := newBank(b, d)
	one := bank.propose(decision.Policy)
	must(bank, "carla", decision.OpGiveKey, yes(one, "cio"))
	must(bank, "sandro", decision.OpGiveKey, yes(one, "ciso"))
	f := decision.File{Decisions: []decision.Decision{bank.get(one.ID)}}
	for i := range 10_000 {
		at := dbtest.Now.Add(-time.Duration(i) * time.Hour)
		money := float64(i)
		next := decision.Decision{
			ID: fmt.Sprintf("d%05d", i), Title: fmt.Sprintf("Proposal %d", i), Kind: decision.Policy, ProposedBy: "carla", ProposedAt: at, Deadline: at.AddDate(0, 0, 2),
			Materiality: "high", Content: "What exactly is decided.", MoneyEUR: &money,
		}
		for j, office := range []string{"cio", "ciso"} {
			if i%4 > j {
				next.Keys = append(next.Keys, decision.Key{Office: office, Answer: "yes", Person: office, At: at.Add(time.Hour * time.Duration(1+i%30))})
			}
		}
		f.Decisions = append(f.Decisions, next)
	}
	dbtest.Change(b, d, func(tx *db.Tx) error {
		_, err := decision.Apply(ctx, tx, f)
		return err
	})
	return one.ID
}

func engines(b *testing.B, run func(*testing.B, *db.DB)) {
	b.Run("sqlite", func(b *testing.B) { run(b, dbtest.SQLite(b)) })
	b.Run("postgres", func(b *testing.B) { run(b, dbtest.Postgres(b)) })
}

// measure reports the 95th percentile of a read, which pages are promised in under 50 ms.
func measure(b *testing.B, d *db.DB, read func(db.Reader) error) {
	b.Helper()
	var took []time.Duration
	for b.Loop() {
		began := time.Now()
		dbtest.View(b, d, read)
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "p95-ms")
}

func BenchmarkDecisionsWith10000(b *testing.B) {
	engines(b, func(b *testing.B, d *db.DB) {
		id := tenThousand(b, d)
		b.Run("page", func(b *testing.B) {
			measure(b, d, func(r db.Reader) error {
				one, err := decision.Get(ctx, r, decision.GetIn{ID: id})
				if err != nil {
					return err
				}
				decision.AsOf(one, r.Now()).Steps(r.Now())
				_, err = record.ByRef(ctx, r, one.Ref(), 100)
				return err
			})
		})
		for name, f := range map[string]decision.Filter{
			"list": {}, "open": {Open: true, Page: db.Page{Sort: "deadline"}}, "status": {Status: decision.Escalated2}, "words": {Text: "99"}, "money": {Page: db.Page{Sort: "-money"}},
		} {
			b.Run(name, func(b *testing.B) {
				measure(b, d, func(r db.Reader) error {
					_, err := decision.ListPage(ctx, r, f)
					return err
				})
			})
		}
		b.Run("how-fast", func(b *testing.B) {
			measure(b, d, func(r db.Reader) error {
				_, err := decision.HowFast(ctx, r, decision.SpeedIn{})
				return err
			})
		})
	})
}
