// Package dictionary is the language that the two offices share: terms of the CIO and of the CISO, what the other side
// hears when one of them is said, and what the same thing is on the other side in figures of this organisation.
//
// A term is words; a conversion (convert.go) is figures, computed from evidence and estimates as they are. Whatever
// conversion lacks an input says so and gives no figure. The files after convert.go hold one group of conversions each:
// service.go, delay.go, loss.go, exposure.go, cost.go, proof.go.
package dictionary

import (
	"context"
	"slices"
	"strings"

	"accordo.dev/internal/db"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/indicator"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// Side is whose word or figure something is.
type Side string

// The sides.
const (
	CIO    Side = "cio"
	CISO   Side = "ciso"
	Shared Side = "both"
)

// Term is one word of the dictionary. Its words are messages "dictionary.<id>.<part>".
type Term struct {
	ID        string    `json:"id"`
	Side      Side      `json:"side" enum:"cio,ciso,both"` // whose word it is
	Source    string    `json:"source,omitempty"`          // the standard or paper in which the term is defined; empty: usage
	Indicator string    `json:"indicator,omitempty"`       // that counts it
	Converts  string    `json:"converts,omitempty"`        // which conversion it has
	See       []string  `json:"see,omitempty"`             // ids of terms beside it
	Name      i18n.Text `json:"name"`
	Means     i18n.Text `json:"means"`
	CIO       i18n.Text `json:"cio"`  // what the CIO says, or hears
	CISO      i18n.Text `json:"ciso"` // what the CISO says, or hears
	Trap      i18n.Text `json:"trap"` // how the two misunderstand each other
}

// entry is a term before its words.
type entry struct {
	id       string
	side     Side
	converts string
	source   string
	measured string
	see      string
}

var entries = []entry{
	{"sla", CIO, "outage", "ISO/IEC 20000-1:2018", indicator.Resilience, "slo availability impact-tolerance"},
	{"slo", CIO, "outage", "ISO/IEC 20000-1:2018", indicator.Resilience, "sla minutes"},
	{"availability", Shared, "outage", "ISO/IEC 27000:2018", indicator.Resilience, "sla minutes"},
	{"minutes", Shared, "minutes", "ISO 22301:2019", indicator.Resilience, "sla residual-risk"},
	{"incident", Shared, "incidents", "ISO/IEC 20000-1:2018", indicator.Resilience, "mttr minutes"},
	{"mttr", CIO, "incidents", "ISO/IEC 20000-1:2018", indicator.Resilience, "incident rto"},
	{"rto", CIO, "recovery", "ISO 22301:2019", indicator.Resilience, "impact-tolerance mttr"},
	{"impact-tolerance", CISO, "recovery", "BCBS d516", indicator.Resilience, "rto appetite"},
	{"tco", CIO, "cost", "", "", "cost run-change technical-debt"},
	{"cost", CIO, "cost", "", "", "tco annualised-loss"},
	{"run-change", CIO, "run-change", "", "", "technical-debt capacity"},
	{"technical-debt", CIO, "debt", "Cunningham 1992", "", "vulnerability run-change"},
	{"capacity", CIO, "capacity", "", "", "lead-time patch-latency"},
	{"time-to-market", CIO, "delay", "", indicator.SecurityInDesign, "delay secure-by-design"},
	{"delay", CIO, "delay", "Reinertsen 2009", indicator.SecurityInDesign, "time-to-market residual-risk"},
	{"lead-time", CIO, "latency", "Forsgren, Humble, Kim 2018", indicator.PatchTime, "patch-latency capacity"},
	{"change-failure", CIO, "changes", "Forsgren, Humble, Kim 2018", "", "incident secure-by-design"},
	{"money", Shared, "residual", "O-RT 3.0", "", "residual-risk appetite"},
	{"residual-risk", CISO, "residual", "ISO 31073:2022", "", "inherent-risk money minutes"},
	{"inherent-risk", CISO, "reduction", "O-RT 3.0", "", "residual-risk control"},
	{"annualised-loss", CISO, "residual", "O-RT 3.0", "", "money residual-risk"},
	{"appetite", CISO, "appetite", "ISO 31073:2022", "", "tolerance residual-risk"},
	{"tolerance", CISO, "appetite", "ISO 31073:2022", "", "appetite impact-tolerance"},
	{"threat", CISO, "threat", "ISO/IEC 27000:2018", "", "vulnerability residual-risk"},
	{"vulnerability", CISO, "exposure", "ISO/IEC 27000:2018", indicator.PatchTime, "exposure-days technical-debt"},
	{"exposure-days", CISO, "exposure", "", indicator.PatchTime, "vulnerability patch-latency"},
	{"patch-latency", CISO, "latency", "NIST SP 800-40 Rev. 4", indicator.PatchTime, "lead-time exposure-days"},
	{"control", CISO, "reduction", "ISO/IEC 27000:2018", "", "inherent-risk compliance"},
	{"compliance", CISO, "proof", "ISO 37301:2021", "", "control maturity"},
	{"maturity", CISO, "maturity", "ISO/IEC 33001:2015", "", "compliance control"},
	{"single-point", CISO, "point", "", indicator.Resilience, "rto minutes"},
	{"secure-by-design", CISO, "design", "NIST SP 800-160 Vol. 1 Rev. 1", indicator.SecurityInDesign, "time-to-market change-failure"},
}

func (e entry) term() Term {
	t := Term{ID: e.id, Side: e.side, Source: e.source, Indicator: e.measured, Converts: e.converts, See: strings.Fields(e.see)}
	for _, part := range []struct {
		name string
		into *i18n.Text
	}{{"name", &t.Name}, {"means", &t.Means}, {"cio", &t.CIO}, {"ciso", &t.CISO}, {"trap", &t.Trap}} {
		key := "dictionary." + e.id + "." + part.name
		*part.into = i18n.Text{EN: i18n.T(i18n.EN, key), IT: i18n.T(i18n.IT, key)}
	}
	return t
}

// Find gives the term with an id.
func Find(id string) (Term, error) {
	at := slices.IndexFunc(entries, func(e entry) bool { return e.id == id })
	if at < 0 {
		return Term{}, problem.New(problem.NotFound, "problem.not-found", "what", "term "+id)
	}
	return entries[at].term(), nil
}

// Filter narrows the dictionary.
type Filter struct {
	Text string `query:"text" json:"text,omitempty" doc:"words in the term or in what is said of it, in either language"`
	Side string `query:"side" json:"side,omitempty" doc:"cio, ciso or both: whose word it is"`
}

func (f Filter) keeps(t Term) bool {
	if f.Side != "" && string(t.Side) != f.Side {
		return false
	}
	text := strings.ToLower(t.ID)
	for _, part := range []i18n.Text{t.Name, t.Means, t.CIO, t.CISO, t.Trap} {
		text += "\n" + strings.ToLower(part.EN) + "\n" + strings.ToLower(part.IT)
	}
	for _, word := range strings.Fields(strings.ToLower(f.Text)) {
		if !strings.Contains(text, word) {
			return false
		}
	}
	return true
}

// List gives the terms that the filter leaves, in the order of the dictionary.
func List(_ context.Context, _ db.Reader, f Filter) ([]Term, error) {
	if f.Side != "" && !slices.Contains([]Side{CIO, CISO, Shared}, Side(f.Side)) {
		return nil, problem.Choice("side", f.Side, string(CIO), string(CISO), string(Shared))
	}
	terms := []Term{}
	for _, e := range entries {
		if t := e.term(); f.keeps(t) {
			terms = append(terms, t)
		}
	}
	return terms, nil
}

// OpList lists the terms.
var OpList = op.Query[Filter, []Term]{Name: "indicator.terms", Route: "GET /api/indicators/dictionary", Func: List}

// TermIn names a term.
type TermIn struct {
	ID string `path:"term" json:"term"`
}

// Target is the term.
func (in TermIn) Target() ref.Ref { return ref.New("term", in.ID) }

// Get gives one term.
func Get(_ context.Context, _ db.Reader, in TermIn) (Term, error) { return Find(in.ID) }

// OpGet gives one term.
var OpGet = op.Query[TermIn, Term]{Name: "indicator.term", Route: "GET /api/indicators/dictionary/{term}", Func: Get}
