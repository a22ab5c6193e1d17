package web

import (
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"accordo.dev/internal/db"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/report"
	"accordo.dev/internal/report/document"
	"accordo.dev/internal/web/ui"
)

// reportView is a report on the screen: its sheets in one language, and the two places to sign.
type reportView struct {
	Report   report.Report
	Snapshot report.Snapshot
	Lang     i18n.Lang // of the sheets; the page around them stays in the reader's
	Sheets   string
	Key      bool  // the reader has a stored signing key
	Err      error // of the signature
	Office   string
	FrozenBy string // in words
}

// here is the address of this view in a language of the sheets.
func (v reportView) here(lang i18n.Lang) string {
	return "/reports/" + v.Snapshot.Report + "?in=" + string(lang)
}

// sheetLang is the language of the sheets: chosen on the page, else the reader's.
func sheetLang(q *request) i18n.Lang {
	if chosen := q.URL.Query().Get("in"); chosen != "" {
		return i18n.ParseLang(chosen)
	}
	return q.Lang()
}

// reportDraft shows what the board would see now.
func (s *Server) reportDraft(w http.ResponseWriter, q *request) error {
	snapshot, err := op.Ask(q.Context(), s.Run, q.Actor, report.OpDraft, report.DraftIn{Period: q.URL.Query().Get("period")})
	if err != nil {
		return err
	}
	v := reportView{Snapshot: snapshot, Lang: sheetLang(q)}
	v.Sheets = document.HTML(report.Document(snapshot, v.Lang, report.Extras{}))
	q.Page.AsOf = snapshot.AsOf
	q.title("reports", q.T("report.draft.title"), ui.Crumb{Title: q.T("report.list.title"), Href: "/reports"})
	return q.render(w, draftPage(q.Page, v, s.refusal(q, report.OpFreeze.Name)))
}

// freezeReport fixes the figures.
func (s *Server) freezeReport(w http.ResponseWriter, q *request) error {
	r, err := s.desk().Freeze(q.Context(), q.Actor, report.FreezeIn{Period: q.PostFormValue("period")})
	if err != nil {
		return err
	}
	return q.redirect(w, "/reports/"+r.ID, "report.frozen", "id", r.ID)
}

// sealReport makes the PDFs of a report whose freezing was interrupted.
func (s *Server) sealReport(w http.ResponseWriter, q *request) error {
	r, err := s.desk().Seal(q.Context(), q.Actor, q.PathValue("id"))
	if err != nil {
		return err
	}
	return q.redirect(w, "/reports/"+r.ID, "")
}

// reportPreview shows a frozen report and where it is signed.
func (s *Server) reportPreview(w http.ResponseWriter, q *request) error {
	return s.showReport(w, q, reportView{})
}

func (s *Server) showReport(w http.ResponseWriter, q *request, v reportView) error {
	r, err := op.Ask(q.Context(), s.Run, q.Actor, report.OpGet, report.GetIn{ID: q.PathValue("id")})
	if err != nil {
		return err
	}
	v.Report, v.Lang = r, sheetLang(q)
	if v.Snapshot, err = s.desk().Snapshot(r); err != nil {
		return err
	}
	_, err = op.Ask(q.Context(), s.Run, q.Actor, identity.OpSigningKey, struct{}{})
	if v.Key = err == nil; err != nil && !problem.Is(err, problem.NotFound) {
		return err
	}
	v.Sheets = document.HTML(report.Document(v.Snapshot, v.Lang, report.Extras{SnapshotSum: r.Snapshot, Signatures: r.Signatures}))
	called, err := s.called(q, r.FrozenBy)
	if err != nil {
		return err
	}
	v.FrozenBy = called.of(q.Lang(), r.FrozenBy)
	q.Page.AsOf = r.AsOf
	q.title("reports", r.ID, ui.Crumb{Title: q.T("report.list.title"), Href: "/reports"})
	page := reportPage(q.Page, v, q.Actor)
	if v.Err != nil {
		return q.refuse(w, v.Err, page)
	}
	return q.render(w, page)
}

// slot is the place of one office on the page, with the form when it is the reader's turn.
func (v reportView) slot(p ui.Page, office string) ui.KeySlot {
	holder := map[string]report.Officer{identity.OfficeCIO: v.Snapshot.CIO, identity.OfficeCISO: v.Snapshot.CISO}[office]
	slot := ui.KeySlot{State: ui.Missing, Person: holder.Name}
	if given := v.Report.Signature(office); given != nil {
		slot.State, slot.Person, slot.When = ui.Signed, given.Name, given.At
		slot.Text = given.Level + ", " + p.T(given.KindKey()) + ". " + p.T("report.slot.certificate", "subject", given.Subject, "issuer", given.Issuer)
		slot.Hash = given.Fingerprint
	}
	return slot
}

// signReport signs for an office.
func (s *Server) signReport(w http.ResponseWriter, q *request) error {
	in := report.SignIn{ID: q.PathValue("id"), Office: q.PostFormValue("office"), Passphrase: q.PostFormValue("passphrase"), Store: s.desk().Store}
	if part, _, err := q.FormFile("key"); err == nil {
		defer part.Close()
		if in.Key, err = io.ReadAll(part); err != nil {
			return err
		}
	}
	r, err := op.Do(q.Context(), s.Run, q.Actor, report.OpSign, in)
	if mendable(err) {
		return s.showReport(w, q, reportView{Err: err, Office: in.Office})
	}
	if err != nil {
		return err
	}
	return q.redirect(w, "/reports/"+r.ID, "report.signed", "office", strings.ToUpper(in.Office))
}

// mendable tells whether typing again, or choosing another key, can mend what was refused.
func mendable(err error) bool {
	p, ok := problem.As(err)
	return ok && (p.Kind == problem.Invalid || p.Key == "identity.error.no-signing-key")
}

// withdrawReport takes a report back.
func (s *Server) withdrawReport(w http.ResponseWriter, q *request) error {
	r, err := op.Do(q.Context(), s.Run, q.Actor, report.OpWithdraw, report.WithdrawIn{ID: q.PathValue("id")})
	if err != nil {
		return err
	}
	return q.redirect(w, "/reports/"+r.ID, "report.withdrawn")
}

// reportPDF sends the PDF of a language with the signatures given so far.
func (s *Server) reportPDF(w http.ResponseWriter, q *request) error {
	return s.sendReport(w, q, ".pdf", "application/pdf", func(f report.File) string { return f.SHA256 })
}

// reportManifest sends the manifest that the PDF carries.
func (s *Server) reportManifest(w http.ResponseWriter, q *request) error {
	return s.sendReport(w, q, ".manifest.json", "application/json", func(f report.File) string { return f.Manifest })
}

func (s *Server) sendReport(w http.ResponseWriter, q *request, suffix, kind string, sum func(report.File) string) error {
	r, err := op.Ask(q.Context(), s.Run, q.Actor, report.OpGet, report.GetIn{ID: q.PathValue("id")})
	if err != nil {
		return err
	}
	lang := q.PathValue("lang")
	if !slices.Contains(i18n.Langs, i18n.Lang(lang)) {
		return errNoPage
	}
	f, err := r.File(i18n.Lang(lang))
	if err != nil {
		return err
	}
	return s.send(w, r.ID+"."+lang+suffix, kind, sum(f))
}

// reportSnapshot sends the frozen figures.
func (s *Server) reportSnapshot(w http.ResponseWriter, q *request) error {
	r, err := op.Ask(q.Context(), s.Run, q.Actor, report.OpGet, report.GetIn{ID: q.PathValue("id")})
	if err != nil {
		return err
	}
	return s.send(w, r.ID+".snapshot.json", "application/json", r.Snapshot)
}

func (s *Server) send(w http.ResponseWriter, name, kind, sum string) error {
	data, err := s.desk().Store.Get(sum)
	if err != nil {
		return err
	}
	attach(w, name, kind)
	_, err = w.Write(data)
	return err
}

// slotWithForm is the place of an office, with the form when the reader may sign there now.
func (v reportView) slotWithForm(p ui.Page, office string, actor db.Actor) ui.KeySlot {
	slot := v.slot(p, office)
	if v.Report.MaySign(actor, office) == nil {
		slot.Action = signForm(p, v, office)
	}
	return slot
}

// third says why the reader cannot sign, when there is something to sign; empty when they can.
func (v reportView) third(p ui.Page, actor db.Actor) string {
	if !v.Report.Open() {
		return ""
	}
	var why error
	for _, office := range report.SignOffices {
		if v.Report.Signature(office) != nil {
			continue
		}
		if why = v.Report.MaySign(actor, office); why == nil {
			return ""
		}
	}
	return p.Sentence(why)
}

// keyHint says which key the passphrase opens.
func (v reportView) keyHint(p ui.Page) string {
	if v.Key {
		return p.T("report.sign.passphrase.stored")
	}
	return p.T("report.sign.passphrase.given")
}

func (v reportView) facts(p ui.Page) []ui.Fact {
	return []ui.Fact{
		{Term: p.T("report.facts.frozen-by"), Text: v.FrozenBy, Href: itemHref(v.Report.FrozenBy)},
		{Term: p.T("report.facts.record"), Text: p.T("report.facts.entry", "n", v.Report.RecordSeq), Href: "/record/" + strconv.FormatInt(v.Report.RecordSeq, 10)},
		{Term: p.T("report.facts.evidence"), Text: p.N("report.facts.files", len(v.Snapshot.Evidence)), Href: "/evidence"},
		{Term: p.T("report.facts.definitions"), Text: p.Integer(len(v.Snapshot.Definitions))},
	}
}
