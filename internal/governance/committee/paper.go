package committee

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"accordo.dev/internal/db"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/op"
	"accordo.dev/internal/organisation"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/report/document"
)

// Paper gives the minutes of a sitting as a PDF: who was there, what was said on each point, what was resolved with
// every dissent, who has to do what, and who approved it. The same minutes give the same bytes.
func Paper(ctx context.Context, r db.Reader, in FileIn) (Attachment, error) {
	doc, err := MinutesOf(ctx, r, in)
	if err != nil {
		return Attachment{}, err
	}
	paper, err := document.PDF(doc)
	return Attachment{Name: doc.ID + "-" + doc.Lang + ".pdf", Type: "application/pdf", Content: paper.Bytes}, err
}

// OpPaper gives minutes as a PDF.
var OpPaper = op.Query[FileIn, Attachment]{Name: "committee.minutes", Route: "GET /api/sittings/{id}/minutes", Func: Paper}

// MinutesOf composes the minutes of a sitting in one language.
func MinutesOf(ctx context.Context, r db.Reader, in FileIn) (document.Document, error) {
	page, err := GetSitting(ctx, r, SittingIn{ID: in.ID})
	if err != nil {
		return document.Document{}, err
	}
	if !page.Held() {
		return document.Document{}, problem.New(problem.Conflict, "committee.error.not-held")
	}
	own, err := organisation.Get(ctx, r, struct{}{})
	if err != nil {
		return document.Document{}, err
	}
	people, err := identity.People(ctx, r)
	if err != nil {
		return document.Document{}, err
	}
	w := writer{p: page, lang: i18n.ParseLang(string(in.Lang)), people: people, organisation: own.Name}
	return w.document(), nil
}

// writer writes the minutes of one sitting in one language.
type writer struct {
	p            SittingPage
	lang         i18n.Lang
	people       map[string]identity.Person
	organisation string
}

func (w writer) t(key string, args ...any) string { return i18n.T(w.lang, key, args...) }

func (w writer) person(id string) string { return cmp.Or(w.people[id].Name, id, "–") }

func (w writer) document() document.Document {
	title := w.t("committee.minutes.title", "committee", w.p.Of.Title(), "n", w.p.Number)
	blocks := []document.Block{w.cover(title)}
	blocks = append(blocks, w.attendance()...)
	blocks = append(blocks, w.points()...)
	blocks = append(blocks, w.actions()...)
	blocks = append(blocks, w.approvals()...)
	return document.Document{
		ID: fmt.Sprintf("%s-%d", w.p.Committee, w.p.Number), Title: title, Subject: w.p.Of.Title().In(w.lang), Author: w.organisation,
		Lang: string(w.lang), Created: w.p.End, Running: w.organisation + " · " + title,
		Blocks: blocks, Words: document.Words{DataTable: w.t("report.word.data-table"), Evidence: w.t("report.word.definition")},
	}
}

func (w writer) cover(title string) document.Block {
	state := w.t("committee.minutes.not-approved")
	if w.p.State == Approved {
		state = w.t("committee.minutes.approved")
	}
	return document.Cover{
		Organisation: w.organisation, Title: title, Subtitle: state,
		Terms: []document.Term{
			{Term: w.t("committee.f.start"), Text: i18n.DateTime(w.lang, w.p.Start) + " – " + i18n.DateTime(w.lang, w.p.End)},
			{Term: w.t("committee.f.place"), Text: cmp.Or(w.p.Location().In(w.lang), w.p.Link, "–")},
			{Term: w.t("committee.quorum"), Text: w.quorum()},
			{Term: w.t("committee.hash"), Text: w.p.Hash},
		},
		Note: w.t("committee.minutes.note"),
	}
}

func (w writer) quorum() string {
	key := "committee.quorum.missing"
	if w.p.Quorum.Met {
		key = "committee.quorum.met"
	}
	return w.t(key, "present", w.p.Quorum.Present, "needed", w.p.Quorum.Needed, "chairs", w.p.Quorum.Chairs)
}

func (w writer) attendance() []document.Block {
	table := document.Table{Columns: []document.Column{{Title: w.t("committee.col.seat")}, {Title: w.t("committee.col.person")}, {Title: w.t("committee.col.role")}, {Title: w.t("committee.col.presence")}}}
	for _, s := range w.p.Seats {
		seat := w.t("committee.seat.person")
		if s.Office != "" {
			seat = w.t("office." + s.Office)
		}
		presence := w.t("committee.presence." + string(s.Presence))
		if s.Presence == Delegate {
			presence += ": " + w.person(s.Delegate)
		}
		table.Rows = append(table.Rows, []document.Cell{{Text: seat}, {Text: w.person(s.Person)}, {Text: w.t("committee.role." + string(s.Role))}, {Text: presence}})
	}
	return []document.Block{document.Heading{Level: 1, Text: w.t("committee.attendance")}, document.Verdict{Text: w.quorum(), State: w.quorumState()}, table}
}

func (w writer) quorumState() document.State {
	if w.p.Quorum.Met {
		return document.Inside
	}
	return document.Outside
}

func (w writer) points() []document.Block {
	blocks := []document.Block{document.Heading{Level: 1, Text: w.t("committee.minutes.points")}}
	for n, i := range w.p.Standing() {
		blocks = append(blocks, document.Heading{Level: 2, Text: fmt.Sprintf("%d. %s", n+1, i.Name().In(w.lang))})
		if why := i.Reason().In(w.lang); why != "" {
			blocks = append(blocks, document.Paragraph{Text: why, Small: true})
		}
		for _, line := range strings.Split(cmp.Or(i.Text().In(w.lang), w.t("committee.minutes.nothing")), "\n") {
			if strings.TrimSpace(line) != "" {
				blocks = append(blocks, document.Paragraph{Text: line})
			}
		}
		for _, r := range w.p.Resolutions {
			if r.Item == i.ID {
				blocks = append(blocks, w.resolution(r)...)
			}
		}
	}
	for _, r := range w.p.Resolutions {
		if r.Item == "" {
			blocks = append(blocks, w.resolution(r)...)
		}
	}
	return append(blocks, w.dropped()...)
}

func (w writer) dropped() []document.Block {
	var items []string
	for _, i := range w.p.Items {
		if !i.Stands() {
			items = append(items, i.Name().In(w.lang)+": "+i.Dropped)
		}
	}
	if len(items) == 0 {
		return nil
	}
	return []document.Block{document.Heading{Level: 2, Text: w.t("committee.dropped")}, document.List{Items: items}}
}

func (w writer) resolution(r Resolution) []document.Block {
	state, key := document.Inside, "committee.resolution.carried"
	if !r.Carried() {
		state, key = document.Outside, "committee.resolution.not-carried"
	}
	blocks := []document.Block{document.Callout{
		State: state, Title: w.t("committee.resolution.named", "id", r.ID) + " · " + w.t(key, "for", r.For, "against", r.Against, "abstained", r.Abstained),
		Text: r.Words().In(w.lang),
	}}
	for _, d := range r.Dissents {
		blocks = append(blocks, document.Paragraph{Text: w.t("committee.dissent.of", "person", w.person(d.Person), "reason", d.Words())})
	}
	if r.Decision != "" {
		blocks = append(blocks, document.Paragraph{Text: w.t("committee.resolution.keys", "decision", r.Decision), Small: true})
	}
	return blocks
}

func (w writer) actions() []document.Block {
	blocks := []document.Block{document.Heading{Level: 1, Text: w.t("committee.actions")}}
	if len(w.p.Actions) == 0 {
		return append(blocks, document.Paragraph{Text: w.t("committee.actions.none-given")})
	}
	table := document.Table{Columns: []document.Column{{Title: w.t("committee.col.what")}, {Title: w.t("committee.col.owner")}, {Title: w.t("committee.col.due")}}}
	for _, a := range w.p.Actions {
		table.Rows = append(table.Rows, []document.Cell{{Text: a.Name().In(w.lang)}, {Text: a.OwnerName}, {Text: i18n.Date(w.lang, instant(a.Due))}})
	}
	return append(blocks, table)
}

func (w writer) approvals() []document.Block {
	blocks := []document.Block{document.Heading{Level: 1, Text: w.t("committee.approvals")}}
	for _, seat := range w.p.Of.Chairs() {
		text := w.t("committee.approval.missing", "seat", w.seat(seat))
		for _, a := range w.p.Approvals {
			if a.Seat == seat.Key() {
				text = w.t("committee.approval.given", "seat", w.seat(seat), "person", w.person(a.Person), "when", i18n.DateTime(w.lang, a.At))
			}
		}
		blocks = append(blocks, document.Paragraph{Text: text})
	}
	return append(blocks, document.Paragraph{Text: w.t("committee.hash") + ": " + w.p.Hash, Small: true})
}

func (w writer) seat(m Member) string {
	if m.Office != "" {
		return w.t("office." + m.Office)
	}
	return w.person(m.Person)
}

// Sheets are minutes as sheets for a screen and its printer.
type Sheets struct {
	HTML string `json:"html"`
}

// Print gives the minutes of a sitting as sheets.
func Print(ctx context.Context, r db.Reader, in FileIn) (Sheets, error) {
	doc, err := MinutesOf(ctx, r, in)
	if err != nil {
		return Sheets{}, err
	}
	return Sheets{HTML: document.HTML(doc)}, nil
}

// OpPrint gives minutes as sheets.
var OpPrint = op.Query[FileIn, Sheets]{Name: "committee.print", Func: Print}
