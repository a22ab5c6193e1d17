package record

import "github.com/huandu/go-sqlbuilder"

func listQuery(f Filter) *sqlbuilder.SelectBuilder {
	b := sqlbuilder.PostgreSQL.NewSelectBuilder()
	b.Select("e.body").From("record_entry e")
	if f.Ref != "" {
		b.Where("e.seq IN (SELECT f.seq FROM record_ref f WHERE f.ref = " + b.Var(f.Ref) + ")")
	}
	if f.Actor != "" {
		b.Where(b.Equal("e.actor", f.Actor))
	}
	if f.Operation != "" {
		b.Where(b.Like("e.operation", f.Operation+"%"))
	}
	return b
}
