package landscape_test

import (
	"fmt"
	"testing"
	"time"

	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/landscape"
)

// withCity makes a map of 10,000 elements and 20,000 connections and adopts 25 policies about connections, and the packs.
func withCity(b *testing.B, d *db.DB) {
	b.Helper()
	f := landscape.File{}
	kinds := []landscape.Kind{landscape.KindSystem, landscape.KindSystem, landscape.KindInterface, landscape.KindSupplier, landscape.KindService}
	yes := true
	for i := range 10_000 {
		e := landscape.Element{ID: fmt.Sprintf("e%d", i), Kind: kinds[i%5], Name: fmt.Sprintf("Element %d", i), Criticality: n(int64(1 + i%4)), RTO: n(60), Confidentiality: n(int64(1 + i%4))}
		e.Outside = e.Kind == landscape.KindSupplier
		f.Elements = append(f.Elements, e)
	}
	for i := range 20_000 {
		c := landscape.Connection{ID: fmt.Sprintf("c%d", i), From: fmt.Sprintf("e%d", i/2), To: fmt.Sprintf("e%d", (i/2+1+i*7919%9000)%10_000), Kind: landscape.Uses, Protocol: "HTTPS"}
		if i%3 > 0 {
			c.Encrypted, c.Authenticated = &yes, &yes
		}
		f.Connections = append(f.Connections, c)
	}
	for i := range 25 {
		f.Policies = append(f.Policies, landscape.Policy{
			ID: fmt.Sprintf("p%d", i), Title: "P", Subject: "connection", Severity: "low",
			Applies: `crossing or from.kind == "system" and live`, Holds: `encrypted and authenticated and (to.rto <= from.rto or not (protocol in ["FTP", "Telnet"]))`,
		})
	}
	dbtest.Change(b, d, func(tx *db.Tx) error { _, err := landscape.Apply(ctx, tx, f); return err })
}

// BenchmarkJudgement states the facts of 10,000 elements and 20,000 connections and judges the latter by 25 policies;
// each round is another day, so that nothing is kept.
func BenchmarkJudgement(b *testing.B) {
	d := dbtest.SQLite(b)
	withCity(b, d)
	day := 0
	d.Now = func() time.Time { return dbtest.Now.AddDate(0, 0, day) }
	ask := func() {
		day++
		view(b, d, func(r db.Reader) ([]landscape.PolicyRow, error) {
			return landscape.ListPolicies(ctx, r, landscape.PolicyFilter{})
		})
	}
	ask()
	for b.Loop() {
		ask()
	}
}

// BenchmarkPolicyTrend judges the same map at the end of each of twelve months.
func BenchmarkPolicyTrend(b *testing.B) {
	d := dbtest.SQLite(b)
	d.Now = func() time.Time { return dbtest.Now.AddDate(-2, 0, 0) }
	withCity(b, d)
	day := 0
	d.Now = func() time.Time { return dbtest.Now.AddDate(0, 13*day, 0) }
	for b.Loop() {
		day++
		view(b, d, func(r db.Reader) ([]landscape.TrendPoint, error) {
			return landscape.PolicyTrend(ctx, r, landscape.TrendIn{})
		})
	}
}
