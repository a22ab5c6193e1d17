package web

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"accordo.dev/internal/access"
	"accordo.dev/internal/db"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/op"
	"accordo.dev/internal/record"
	"accordo.dev/internal/record/browse"
	"accordo.dev/internal/ref"
	"accordo.dev/internal/web/ui"
)

// recordList shows what happened, the newest first.
func (s *Server) recordList(w http.ResponseWriter, q *request) error {
	query := q.URL.Query()
	filter := record.Filter{
		Page: db.Page{Sort: query.Get("sort"), After: query.Get("after")},
		Ref:  strings.TrimSpace(query.Get("ref")), Actor: strings.TrimSpace(query.Get("actor")), Operation: strings.TrimSpace(query.Get("operation")),
	}
	if wantsExport(q) {
		filter.After, filter.Limit = "", db.Unlimited
	}
	page, err := op.Ask(q.Context(), s.Run, q.Actor, browse.OpList, filter)
	if err != nil {
		return err
	}
	if wantsExport(q) {
		return exportRecord(w, q, page.Items)
	}
	var touched []ref.Ref
	for _, e := range page.Items {
		touched = append(touched, e.Refs[:min(len(e.Refs), shownRefs)]...)
	}
	called, err := s.called(q, touched...)
	if err != nil {
		return err
	}
	checkpoint, err := op.Ask(q.Context(), s.Run, q.Actor, browse.OpCheckpoint(s.Key), struct{}{})
	if err != nil {
		return err
	}
	q.title("record", q.T("record.list.title"))
	return q.render(w, recordPage(q.Page, checkpoint, recordTable(q.Page, page, called)))
}

// shownRefs is how many items a line of the record names; the entry names all.
const shownRefs = 3

func recordTable(p ui.Page, page db.PageOf[record.Entry], called names) ui.List {
	list := ui.List{
		Caption: p.T("record.list.title"), Sort: p.Query.Get("sort"), Next: page.Next, Total: page.Total, Exports: true, Nothing: p.T("record.list.empty"),
		Columns: []ui.Column{
			{Key: "seq", Title: p.T("record.col.seq")},
			{Title: p.T("record.col.when"), Short: true},
			{Key: "actor", Title: p.T("record.col.actor")},
			{Key: "operation", Title: p.T("record.col.operation")},
			{Title: p.T("record.col.refs"), Wide: true},
		},
		Filters: []ui.Input{
			{Name: "ref", Label: p.T("record.filter.ref")}, {Name: "actor", Label: p.T("record.filter.actor")}, {Name: "operation", Label: p.T("record.filter.operation")},
		},
	}
	if list.Sort == "" {
		list.Sort = "-seq"
	}
	for _, e := range page.Items {
		list.Rows = append(list.Rows, ui.Cells(
			ui.To(entryHref(e.Seq), p.Integer(int(e.Seq))), ui.Words(p.DateTime(e.At)), ui.Words(e.ActorName),
			ui.Words(operationWords(p, e.Operation)).Below(e.Operation), ui.Of(touchedLinks(p, called, e.Refs))))
	}
	return list
}

func exportRecord(w http.ResponseWriter, q *request, entries []record.Entry) error {
	header := []string{q.T("record.col.seq"), q.T("record.col.when"), q.T("record.filter.actor"), q.T("record.col.actor"), q.T("record.col.operation"), q.T("record.col.refs")}
	cells := make([][]any, len(entries))
	for i, e := range entries {
		touched := make([]string, len(e.Refs))
		for j, name := range e.Refs {
			touched[j] = string(name)
		}
		cells[i] = []any{e.Seq, e.At.Format(time.RFC3339Nano), string(e.Actor), e.ActorName, e.Operation, strings.Join(touched, " ")}
	}
	return export(w, q, "record", header, cells)
}

// entryView is one entry with its proof, verified on this page.
type entryView struct {
	Entry    record.Entry
	Body     string
	Refs     []ref.Ref
	Called   names
	Proof    record.Inclusion
	Verified error // nil: the proof holds
	Size     int64
	Public   string
}

// seq reads the number of an entry in the address; what is no number is no page.
func (q *request) seq() (int64, error) {
	n, err := strconv.ParseInt(q.PathValue("seq"), 10, 64)
	if err != nil || n < 0 {
		return 0, errNoPage
	}
	return n, nil
}

// recordEntry shows one entry and verifies its proof.
func (s *Server) recordEntry(w http.ResponseWriter, q *request) error {
	seq, err := q.seq()
	if err != nil {
		return err
	}
	view := entryView{Public: s.Key.Public}
	if view.Entry, err = op.Ask(q.Context(), s.Run, q.Actor, browse.OpGet, browse.EntryIn{Seq: seq}); err != nil {
		return err
	}
	if view.Proof, err = op.Ask(q.Context(), s.Run, q.Actor, browse.OpProve(s.Key), browse.EntryIn{Seq: seq}); err != nil {
		return err
	}
	_, view.Verified = view.Proof.Verify(s.Key.Public)
	if checkpoint, err := record.OpenCheckpoint(view.Proof.Checkpoint, s.Key.Public); err == nil {
		view.Size = checkpoint.Size
	}
	view.Refs = view.Entry.Refs
	if view.Called, err = s.called(q, append([]ref.Ref{view.Entry.Actor}, view.Refs...)...); err != nil {
		return err
	}
	view.Body = indented(view.Proof.Entry)
	q.title("record", q.T("record.entry.title", "n", seq), ui.Crumb{Title: q.T("record.list.title"), Href: "/record"})
	return q.render(w, entryPage(q.Page, view))
}

// indented writes JSON for people; what is no JSON stays as it is.
func indented(text string) string {
	var out bytes.Buffer
	if json.Indent(&out, []byte(text), "", "  ") != nil {
		return text
	}
	return out.String()
}

// recordProof gives the proof of an entry as a file.
func (s *Server) recordProof(w http.ResponseWriter, q *request) error {
	seq, err := q.seq()
	if err != nil {
		return err
	}
	proof, err := op.Ask(q.Context(), s.Run, q.Actor, browse.OpProve(s.Key), browse.EntryIn{Seq: seq})
	if err != nil {
		return err
	}
	attach(w, "record-"+strconv.FormatInt(seq, 10)+"-proof.json", "application/json")
	out := json.NewEncoder(w)
	out.SetIndent("", "  ")
	return out.Encode(proof)
}

// recordCopy gives the whole record as a file that anybody can verify offline. The headers wait for the
// first bytes, so that a refusal is still a page.
func (s *Server) recordCopy(w http.ResponseWriter, q *request) error {
	_, err := op.Ask(q.Context(), s.Run, q.Actor, browse.OpCopy(s.Key, &attachment{w: w, name: "record.jsonl"}), struct{}{})
	return err
}

type attachment struct {
	w     http.ResponseWriter
	name  string
	begun bool
}

func (a *attachment) Write(data []byte) (int, error) {
	if !a.begun {
		a.begun = true
		attach(a.w, a.name, "application/jsonl; charset=utf-8")
	}
	return a.w.Write(data)
}

// policy is one rule of who may do what, with what it means.
type policy struct{ ID, Means, Text string }

// policies shows the rules of access as they are in force, each with an explanation.
func (s *Server) policies(w http.ResponseWriter, q *request) error {
	q.title("record", q.T("record.policies.title"), ui.Crumb{Title: q.T("record.list.title"), Href: "/record"})
	return q.render(w, policiesPage(q.Page, policiesOf(q.Page, access.Text())))
}

// policiesOf cuts the policy file at its names.
func policiesOf(p ui.Page, text string) []policy {
	var all []policy
	for i, part := range strings.Split(text, `@id("`) {
		if i == 0 {
			continue
		}
		id, rule, _ := strings.Cut(part, `")`)
		means := ""
		if i18n.Has("access.policy." + id) {
			means = p.T("access.policy." + id)
		}
		all = append(all, policy{ID: id, Means: means, Text: strings.TrimSpace(rule)})
	}
	return all
}
