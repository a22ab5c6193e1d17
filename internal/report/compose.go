package report

import (
	"math"
	"time"

	"accordo.dev/internal/chart"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/report/document"
)

// Extras are what a document carries besides its snapshot.
type Extras struct {
	Attachments []document.Attachment
	Signatures  []Signature // for screens; a PDF is rendered before anybody signs
	SnapshotSum string      // SHA-256 of the snapshot, printed where one signs; empty in a draft
}

// Document composes the report in one language. It depends on its arguments alone.
func Document(s Snapshot, lang i18n.Lang, x Extras) document.Document {
	c := &composer{s: s, lang: lang, marks: map[string]string{}}
	for i, d := range s.Definitions {
		c.marks[d.ID] = "F" + i18n.Integer(lang, int64(i+1))
	}
	title := c.t("report.title")
	return document.Document{
		ID: c.docID(), Title: title + " · " + s.Organisation, Subject: c.periodName(), Author: c.t("report.author", "org", s.Organisation),
		Lang: string(lang), Created: s.AsOf, Running: s.Organisation + " · " + title + " · " + c.periodName(),
		Blocks:      c.blocks(x),
		Words:       document.Words{DataTable: c.t("report.word.data-table"), Evidence: c.t("report.word.definition")},
		Attachments: x.Attachments,
	}
}

// composer writes one document. Each page is a method: heading with the message, verdict, picture, table.
type composer struct {
	s     Snapshot
	lang  i18n.Lang
	marks map[string]string // definition id to trace mark
}

func (c *composer) blocks(x Extras) []document.Block {
	out := []document.Block{c.cover()}
	pages := [][]document.Block{
		c.decisionPage(), c.scalePage(), c.riskPage(), c.servicePage(), c.patchPage(), c.resiliencePage(),
		c.projectPage(), c.fundPage(), c.unknownPage(), c.signaturePage(x), c.definitionPage(), c.evidencePage(),
	}
	for i, page := range pages {
		if i > 0 {
			out = append(out, document.PageBreak{})
		}
		out = append(out, page...)
	}
	return out
}

func (c *composer) cover() document.Block {
	terms := []document.Term{
		{Term: c.t("report.cover.to"), Text: c.recipient()},
		{Term: c.t("report.cover.period"), Text: c.periodName() + ", " + c.days(c.s.Period.From, c.s.Period.Until)},
		{Term: c.t("report.cover.as-of"), Text: i18n.DateTime(c.lang, c.s.AsOf)},
		{Term: c.t("report.cover.by"), Text: c.t("report.cover.officers", "cio", c.person(c.s.CIO.Name), "ciso", c.person(c.s.CISO.Name))},
		{Term: c.t("report.cover.id"), Text: c.docID()},
	}
	note := c.t("report.cover.note")
	if c.s.Report == DraftID {
		note = c.t("report.cover.draft")
	}
	return document.Cover{Organisation: c.s.Organisation, Title: c.t("report.title"), Subtitle: c.t("report.subtitle", "period", c.periodName()), Terms: terms, Note: note}
}

func (c *composer) recipient() string {
	if c.s.Sitting == "" {
		return c.t("report.cover.board")
	}
	return c.t("report.cover.sitting", "day", c.day(c.s.Sitting))
}

func (c *composer) t(key string, args ...any) string { return i18n.T(c.lang, key, args...) }

func (c *composer) n(key string, n int, args ...any) string { return i18n.N(c.lang, key, n, args...) }

func (c *composer) in(text i18n.Text) string { return text.In(c.lang) }

// person writes a name, or that the office was vacant.
func (c *composer) person(name string) string {
	if name == "" {
		return c.t("report.vacant")
	}
	return name
}

func (c *composer) docID() string {
	if c.s.Report == DraftID {
		return c.t("report.draft-id")
	}
	return c.s.Report
}

func (c *composer) periodName() string { return PeriodName(c.lang, c.s.Period.Name) }

// PeriodName writes a quarter in words.
func PeriodName(lang i18n.Lang, name string) string {
	if len(name) != 7 || name[4:6] != "-Q" || name[6] < '1' || name[6] > '4' {
		return name
	}
	return i18n.T(lang, "report.quarter."+name[6:], "year", name[:4])
}

// day writes a day as kept, 2026-11-25, in words.
func (c *composer) day(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return "–"
	}
	return i18n.Date(c.lang, t)
}

func (c *composer) days(from, until string) string { return c.day(from) + " – " + c.day(until) }

func (c *composer) asOf() string {
	return c.t("report.as-of", "when", i18n.DateTime(c.lang, c.s.AsOf))
}

// mark is the trace mark of a definition.
func (c *composer) mark(definition string) string { return c.marks[definition] }

// number writes a figure, or a dash when nobody knows it.
func (c *composer) number(x *float64, decimals int) string {
	if x == nil {
		return "–"
	}
	return i18n.Number(c.lang, *x, decimals)
}

func (c *composer) euro(x *float64) string {
	if x == nil {
		return "–"
	}
	return i18n.Euro(c.lang, *x)
}

func (c *composer) share(x *float64) string {
	if x == nil {
		return "–"
	}
	return i18n.Percent(c.lang, *x, 0)
}

// minutes writes a length of time given in minutes.
func (c *composer) minutes(x *float64) string {
	if x == nil {
		return "–"
	}
	return i18n.Duration(c.lang, time.Duration(*x*float64(time.Minute)))
}

// or gives what a pointer holds, or NaN, which charts draw as unknown.
func or(x *float64) float64 {
	if x == nil {
		return math.NaN()
	}
	return *x
}

// chart sets a plot into its frame with the words of the language.
func (c *composer) chart(id, title, desc string, plot chart.Plot) chart.Chart {
	return chart.Chart{Frame: chart.Frame{ID: "rep-" + id, Title: title, Desc: desc, Number: c.plain, Words: c.words()}, Plot: plot}
}

// plain writes an axis number with as many decimals as it needs, at most two.
func (c *composer) plain(x float64) string {
	for decimals := range 2 {
		scale := math.Pow10(decimals)
		if math.Abs(x*scale-math.Round(x*scale)) < 1e-6 {
			return i18n.Number(c.lang, x, decimals)
		}
	}
	return i18n.Number(c.lang, x, 2)
}

func (c *composer) percent(x float64) string {
	if x != 0 && math.Abs(x) < 0.01 {
		return i18n.Percent(c.lang, x, 1)
	}
	return i18n.Percent(c.lang, x, 0)
}

func (c *composer) words() chart.Words {
	w := func(name string) string { return c.t("report.chart." + name) }
	return chart.Words{
		NoData: w("no-data"), Unknown: w("unknown"), Item: w("item"), Value: w("value"), Low: w("low"), High: w("high"), Limit: w("limit"),
		Events: w("events"), Total: w("total"), AtRisk: w("at-risk"), Target: w("target"), Tested: w("tested"),
	}
}

// heading is the message of a page.
func heading(text string) document.Block { return document.Heading{Level: 1, Text: text} }

func part(text string) document.Block { return document.Heading{Level: 2, Text: text} }

func state(s Stand) document.State {
	return map[Stand]document.State{Inside: document.Inside, Outside: document.Outside, CannotTell: document.NotKnown}[s]
}
