// Package indicator computes the three indicators that CIO and CISO share, and the three scales on which they
// speak to the board, from evidence. Nothing is typed in: each figure says what it counts, how sure it is,
// what it rests on, and why there is none when nobody can tell.
//
// One rule holds everywhere: what is not known never makes a figure better. A time point that nobody wrote
// down counts as missed, a tier without evidence leaves an interval instead of a smaller denominator, time
// that nobody watched is unknown.
//
// Start with this file, then one file per indicator; scales.go holds the three common scales, moves.go what
// is different since the last sitting, unknowns.go what nobody knows.
package indicator

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"accordo.dev/internal/db"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
	"accordo.dev/internal/stat"
)

// The ids of the indicators.
const (
	SecurityInDesign = "security-in-design"
	PatchTime        = "patch-time"
	Resilience       = "resilience"
)

// Definition is what exactly an indicator counts. Its words are messages "indicator.<id>.<part>" in both
// languages; cio and ciso are what each side calls the same figure.
type Definition struct {
	ID      string    `json:"id"`
	Method  string    `json:"method"`  // version of the formula
	Version string    `json:"version"` // hash of the formula's version and of all words: no meaning changes without a trace
	Unit    string    `json:"unit"`    // share, ratio (1 is the deadline) or points (0 to 100)
	Better  string    `json:"better"`  // high or low
	Name    i18n.Text `json:"name"`
	Asks    i18n.Text `json:"question"`
	Scope   i18n.Text `json:"scope"`
	Clock   i18n.Text `json:"clock"`
	Formula i18n.Text `json:"formula"`
	Doubts  i18n.Text `json:"doubts"` // what it does not show, and how it could be bent
	CIO     i18n.Text `json:"cio"`
	CISO    i18n.Text `json:"ciso"`
}

// Definitions lists the indicators in the order in which they are shown.
func Definitions() []Definition {
	return []Definition{
		define(SecurityInDesign, "wilson-1", "share", "high"),
		define(PatchTime, "kaplan-meier-1", "ratio", "low"),
		define(Resilience, stat.ResilienceMethod, "points", "high"),
	}
}

// DefinitionOf finds a definition.
func DefinitionOf(id string) (Definition, error) {
	for _, d := range Definitions() {
		if d.ID == id {
			return d, nil
		}
	}
	return Definition{}, problem.New(problem.NotFound, "problem.not-found", "what", "indicator "+id)
}

func define(id, method, unit, better string) Definition {
	d := Definition{ID: id, Method: method, Unit: unit, Better: better}
	hash := sha256.New()
	hash.Write([]byte("accordo-indicator-1\n" + id + "\n" + method + "\n"))
	for _, part := range []struct {
		name string
		into *i18n.Text
	}{
		{"name", &d.Name},
		{"question", &d.Asks},
		{"scope", &d.Scope},
		{"clock", &d.Clock},
		{"formula", &d.Formula},
		{"doubts", &d.Doubts},
		{"cio", &d.CIO},
		{"ciso", &d.CISO},
	} {
		*part.into = words("indicator." + id + "." + part.name)
		hash.Write([]byte(part.into.EN + "\n" + part.into.IT + "\n"))
	}
	d.Version = hex.EncodeToString(hash.Sum(nil))
	return d
}

// words is a message in both languages.
func words(key string) i18n.Text {
	return i18n.Text{EN: i18n.T(i18n.EN, key), IT: i18n.T(i18n.IT, key)}
}

// Role is the part that a row of evidence plays in a figure.
type Role string

// The roles.
const (
	Counted  Role = "counted"  // in the denominator and in the numerator
	Against  Role = "against"  // in the denominator only
	Censored Role = "censored" // watched until now, not ended
	Excluded Role = "excluded" // left out; Reason says why
)

// Observation is one piece of evidence under a figure. Ref names the item, whose page leads to file and record.
type Observation struct {
	Ref    ref.Ref  `json:"ref"`
	Title  string   `json:"title,omitempty"` // of what is not in the register of items, such as a vulnerability
	Role   Role     `json:"role"`
	Part   string   `json:"part,omitempty"`   // tier or service
	Reason string   `json:"reason,omitempty"` // message: indicator.row.<reason>
	Day    string   `json:"day,omitempty"`
	Figure *float64 `json:"figure,omitempty"` // in the unit of the indicator's rows: days, minutes
}

// Reading is an indicator at an instant. Value is nil when nobody can tell; then Reason says why, and Low and
// High are the bounds that are left, if any.
type Reading struct {
	ID      string        `json:"id"`
	Version string        `json:"version"`
	AsOf    time.Time     `json:"asOf"`
	From    string        `json:"from"` // first day of the period
	Value   *float64      `json:"value"`
	Low     *float64      `json:"low"`
	High    *float64      `json:"high"`
	Level   float64       `json:"level"`            // of the interval
	Reason  string        `json:"reason,omitempty"` // message: indicator.reason.<reason>
	N       int           `json:"n"`                // rows in the denominator
	Counts  map[Role]int  `json:"counts"`
	Rows    []Observation `json:"rows,omitempty"`

	Design     *Design     `json:"design,omitempty"`
	Patch      *Patch      `json:"patch,omitempty"`
	Resilience *Resilient  `json:"resilience,omitempty"`
	Definition *Definition `json:"definition,omitempty"`
}

// Known tells whether there is a value.
func (r Reading) Known() bool { return r.Value != nil }

// newReading begins the result of an indicator.
func newReading(id string, asOf time.Time, from string) (Reading, error) {
	d, err := DefinitionOf(id)
	return Reading{ID: id, Version: d.Version, AsOf: asOf, From: from, Level: stat.DefaultLevel, Counts: map[Role]int{}, Definition: &d}, err
}

func (r *Reading) row(row Observation) {
	r.Rows = append(r.Rows, row)
	r.Counts[row.Role]++
}

// Compute computes an indicator as it stood at an instant, as far as evidence tells of that time.
func Compute(ctx context.Context, r db.Reader, id string, asOf time.Time) (Reading, error) {
	switch id {
	case SecurityInDesign:
		return computeDesign(ctx, r, asOf)
	case PatchTime:
		return computePatch(ctx, r, asOf)
	case Resilience:
		return computeResilience(ctx, r, asOf)
	}
	_, err := DefinitionOf(id)
	return Reading{}, err
}

// ListIn asks for all indicators.
type ListIn struct {
	AsOf string `query:"as_of" json:"as_of,omitempty" doc:"day (its end) or instant; now unless told"`
}

// List computes all indicators, without their rows.
func List(ctx context.Context, r db.Reader, in ListIn) ([]Reading, error) {
	asOf, err := instant(r, in.AsOf)
	if err != nil {
		return nil, err
	}
	var all []Reading
	for _, d := range Definitions() {
		one, err := Compute(ctx, r, d.ID, asOf)
		if err != nil {
			return nil, err
		}
		one.Rows = nil
		all = append(all, one)
	}
	return all, nil
}

// OpList lists the indicators.
var OpList = op.Query[ListIn, []Reading]{Name: "indicator.list", Route: "GET /api/indicators", Func: List}

// GetIn names an indicator and an instant.
type GetIn struct {
	ID   string `path:"id" json:"id"`
	AsOf string `query:"as_of" json:"as_of,omitempty" doc:"day (its end) or instant; now unless told"`
	Rows bool   `query:"rows" json:"rows,omitempty" doc:"also every row of evidence it rests on, and those left out with the reason"`
}

// Target is the indicator.
func (in GetIn) Target() ref.Ref { return ref.New("indicator", in.ID) }

// Get computes an indicator.
func Get(ctx context.Context, r db.Reader, in GetIn) (Reading, error) {
	asOf, err := instant(r, in.AsOf)
	if err != nil {
		return Reading{}, err
	}
	result, err := Compute(ctx, r, in.ID, asOf)
	if !in.Rows {
		result.Rows = nil
	}
	return result, err
}

// OpGet computes an indicator.
var OpGet = op.Query[GetIn, Reading]{Name: "indicator.get", Route: "GET /api/indicators/{id}", Func: Get}

// instant reads what was asked for: an instant, or the end of a day; it never lies in the future.
func instant(r db.Reader, text string) (time.Time, error) {
	if text == "" {
		return r.Now(), nil
	}
	at, err := time.Parse(time.DateOnly, text)
	if err == nil {
		at = at.AddDate(0, 0, 1)
	} else if at, err = time.Parse(time.RFC3339, strings.ReplaceAll(text, " ", "+")); err != nil {
		return at, problem.Field("as_of", "problem.day", "value", text)
	}
	if at.Truncate(24 * time.Hour).After(r.Now()) {
		return at, problem.Field("as_of", "indicator.error.future", "value", text)
	}
	if at.After(r.Now()) {
		at = r.Now()
	}
	return at.UTC(), nil
}

// day is the calendar day of an instant. An instant at midnight ends the day before.
func day(at time.Time) string { return at.Add(-time.Microsecond).UTC().Format(time.DateOnly) }

// startOfQuarter is the instant at which the quarter of asOf began.
func startOfQuarter(asOf time.Time) time.Time {
	at := asOf.Add(-time.Microsecond).UTC()
	return time.Date(at.Year(), (at.Month()-1)/3*3+1, 1, 0, 0, 0, 0, time.UTC)
}

// number gives a figure, nil when it is unknown.
func number(n stat.Number) *float64 {
	if !n.Known {
		return nil
	}
	return &n.X
}

func known(x float64) *float64 { return &x }
