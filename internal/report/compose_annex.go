package report

import (
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/report/document"
)

// signaturePage has the two places in which the officers sign. A signature box may not lie over a
// link, so nothing on this page is one.
func (c *composer) signaturePage(x Extras) []document.Block {
	hash := ""
	if x.SnapshotSum != "" {
		hash = "sha-256 " + x.SnapshotSum
	}
	signer := func(office document.Office, code string, o Officer) document.Signer {
		s := document.Signer{SlotID: code, Office: office, Title: c.t("office." + code), Person: c.person(o.Name), State: c.t("report.signature.place"), Hash: hash}
		for _, given := range x.Signatures {
			if given.Office == code {
				s.Signed, s.Person, s.State = true, given.Name, c.t("report.signature.given", "when", i18n.DateTime(c.lang, given.At), "level", given.Level)
			}
		}
		return s
	}
	return []document.Block{
		heading(c.t("report.signature.heading")),
		document.Signatures{
			Statement: c.t("report.signature.statement"),
			Left:      signer(document.CIO, "cio", c.s.CIO), Right: signer(document.CISO, "ciso", c.s.CISO),
		},
		document.Paragraph{Text: c.t("report.signature.level"), Small: true},
		part(c.t("report.signature.check.heading")),
		document.Paragraph{Text: c.t("report.signature.check")},
	}
}

// definitionPage says what each figure means.
func (c *composer) definitionPage() []document.Block {
	traces := document.Traces{}
	for _, d := range c.s.Definitions {
		traces.Items = append(traces.Items, document.Trace{
			ID: c.mark(d.ID), Text: c.in(d.Name) + ". " + c.in(d.Text), Hash: c.t("report.annex.version", "version", d.Version, "hash", d.Hash),
		})
	}
	return []document.Block{heading(c.t("report.annex.definitions")), document.Paragraph{Text: c.t("report.annex.definitions.text"), Small: true}, traces}
}

// evidencePage is the manifest in words.
func (c *composer) evidencePage() []document.Block {
	out := []document.Block{heading(c.t("report.annex.evidence"))}
	if len(c.s.Evidence) == 0 {
		out = append(out, c.missing(both("report.reason.no-evidence")))
	} else {
		t := document.Table{Columns: []document.Column{
			{Title: c.t("report.annex.file"), Share: .25},
			{Title: c.t("report.annex.hash"), Share: .2},
			{Title: c.t("report.annex.importer"), Share: .14},
			{Title: c.t("report.annex.loaded"), Share: .16},
			{Title: c.t("report.annex.by"), Share: .16},
			{Title: c.t("report.annex.records"), Align: document.Right, Share: .09},
		}}
		for _, f := range c.s.Evidence {
			t.Rows = append(t.Rows, []document.Cell{
				{Text: f.Name}, {Text: f.SHA256[:min(len(f.SHA256), 16)]}, {Text: f.Importer}, {Text: i18n.Date(c.lang, f.Loaded)}, {Text: f.By}, {Text: i18n.Integer(c.lang, int64(f.Records))},
			})
		}
		out = append(out, document.Paragraph{Text: c.n("report.annex.evidence.text", len(c.s.Evidence)), Small: true}, t)
	}
	return append(out,
		part(c.t("report.annex.record")),
		document.Definitions{Items: []document.Term{
			{Term: c.t("report.annex.size"), Text: i18n.Integer(c.lang, c.s.Record.Size)},
			{Term: c.t("report.annex.root"), Text: c.s.Record.Root},
			{Term: c.t("report.annex.simulation"), Text: c.simulation()},
		}},
		document.Paragraph{Text: c.t("report.annex.record.text"), Small: true},
	)
}

func (c *composer) simulation() string {
	r := c.s.Risks
	if r.InputsHash == "" {
		return "–"
	}
	return c.t("report.annex.simulation.text", "method", r.Method, "hash", r.InputsHash)
}
