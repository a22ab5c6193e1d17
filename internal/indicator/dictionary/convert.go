package dictionary

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"accordo.dev/internal/db"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// Unit is the unit of a figure.
type Unit string

// The units.
const (
	Minutes     Unit = "minutes"
	MinutesYear Unit = "minutes-year"
	Hours       Unit = "hours"
	Days        Unit = "days"
	Weeks       Unit = "weeks"
	Months      Unit = "months"
	Euro        Unit = "euro"
	EuroYear    Unit = "euro-year"
	EuroHour    Unit = "euro-hour"
	EuroDay     Unit = "euro-day"
	Share       Unit = "share"
	Ratio       Unit = "ratio"
	Count       Unit = "count"
	Points      Unit = "points"
)

// Input is one number under a figure: what somebody promised, estimated, measured or typed. Nil: nobody said.
type Input struct {
	ID    string   `json:"id"` // message: dictionary.input.<id>
	Value *float64 `json:"value"`
	Unit  Unit     `json:"unit"`
	From  ref.Ref  `json:"from,omitempty"` // where it stands
}

// Line is one figure of a conversion. Value is nil when an input is missing; then Reason says which.
type Line struct {
	ID     string   `json:"id"`                        // message: dictionary.line.<id>
	Side   Side     `json:"side" enum:"cio,ciso,both"` // who thinks in this figure
	About  Text     `json:"about,omitzero"`            // what it is of, where one conversion has several
	Value  *float64 `json:"value"`                     //
	Low    *float64 `json:"low"`                       // what chance and unknowns leave
	High   *float64 `json:"high"`                      //
	Unit   Unit     `json:"unit"`                      //
	Of     *int     `json:"of,omitempty"`              // so many out of these
	N      int      `json:"n,omitempty"`               // observations, scenarios or years under it
	NOf    string   `json:"nOf,omitempty"`             // what N counts: message dictionary.n.<nOf>
	Reason string   `json:"reason,omitempty"`          // message: dictionary.reason.<reason>
	From   ref.Ref  `json:"from,omitempty"`            // where it can be looked up
}

// Text is a text of the organisation in both languages.
type Text = i18n.Text

// Choice is something that a conversion can be made for.
type Choice struct {
	ID   string `json:"id"`
	Name Text   `json:"name"`
}

// Conversion is a term in figures of the organisation, on both sides.
type Conversion struct {
	Term    string    `json:"term"`
	AsOf    time.Time `json:"asOf"`
	Kind    string    `json:"kind"`              // what Of names: service, project, scenario, initiative, element, threat; empty: the whole
	Of      string    `json:"of,omitempty"`      // chosen
	Name    Text      `json:"name,omitzero"`     // of the chosen
	Choices []Choice  `json:"choices,omitempty"` // that there are
	Takes   Unit      `json:"takes,omitempty"`   // what can be typed; empty: nothing
	Value   *float64  `json:"value"`             // typed, or the organisation's own
	Typed   bool      `json:"typed"`
	Hours   float64   `json:"hours,omitempty"` // agreed service hours of a week
	Inputs  []Input   `json:"inputs"`
	Lines   []Line    `json:"lines"`
}

// ConvertIn asks for a term in figures.
type ConvertIn struct {
	ID    string  `path:"term" json:"term"`
	Value string  `query:"value" json:"value,omitempty" doc:"number in the unit that the term takes: percent of an SLA, weeks, days, minutes, hours; the organisation's own unless told"`
	Of    string  `query:"of" json:"of,omitempty" doc:"id of the service, project, scenario, initiative, element or threat; one that is telling unless told"`
	Hours float64 `query:"hours" json:"hours,omitempty" doc:"agreed service hours of a week; 168 unless told"`
}

// Target is the term.
func (in ConvertIn) Target() ref.Ref { return ref.New("term", in.ID) }

// weekHours are the hours of a week.
const weekHours = 168

// weeksYear are the weeks of a year of 365 days.
const weeksYear = 365.0 / 7

// conversion is one way to put a term into figures: what can be typed, and up to which number.
type conversion struct {
	takes Unit
	most  float64
	make  func(context.Context, db.Reader, *Conversion) error
}

var conversions = map[string]conversion{
	"outage":     {Share, 100, outage},
	"minutes":    {Minutes, 525_600, minutes},
	"incidents":  {Minutes, 525_600, incidents},
	"recovery":   {Minutes, 525_600, recovery},
	"delay":      {Weeks, 520, delay},
	"capacity":   {Days, 100_000, capacity},
	"cost":       {"", 0, cost},
	"run-change": {"", 0, runChange},
	"debt":       {"", 0, debt},
	"residual":   {"", 0, residual},
	"reduction":  {"", 0, reduction},
	"appetite":   {"", 0, appetite},
	"threat":     {"", 0, threat},
	"exposure":   {Days, 365, exposure},
	"latency":    {"", 0, latency},
	"proof":      {"", 0, proof},
	"maturity":   {Months, 24, maturity},
	"point":      {Hours, 8760, point},
	"design":     {"", 0, design},
	"changes":    {"", 0, changes},
}

// Convert puts a term into figures of the organisation as they are now.
func Convert(ctx context.Context, r db.Reader, in ConvertIn) (Conversion, error) {
	term, err := Find(in.ID)
	if err != nil {
		return Conversion{}, err
	}
	how := conversions[term.Converts]
	c := Conversion{Term: term.ID, AsOf: r.Now(), Takes: how.takes, Of: in.Of, Hours: cmp.Or(in.Hours, weekHours), Inputs: []Input{}, Lines: []Line{}}
	if !(c.Hours > 0 && c.Hours <= weekHours) {
		return c, problem.Field("hours", "problem.range", "value", c.Hours, "min", 0, "max", weekHours)
	}
	if c.Value, err = typed(in.Value, how); err != nil {
		return c, err
	}
	c.Typed = c.Value != nil
	if err := how.make(ctx, r, &c); err != nil {
		return c, err
	}
	if in.Of != "" && !slices.ContainsFunc(c.Choices, func(o Choice) bool { return o.ID == in.Of }) {
		return c, problem.Field("of", "dictionary.error.of", "value", in.Of)
	}
	return c, nil
}

// OpConvert puts a term into figures.
var OpConvert = op.Query[ConvertIn, Conversion]{Name: "indicator.convert", Route: "GET /api/indicators/dictionary/{term}/figures", Func: Convert}

// typed reads what was typed: a number as either language writes it.
func typed(text string, how conversion) (*float64, error) {
	if text == "" || how.takes == "" {
		return nil, nil
	}
	clean := strings.TrimSpace(strings.TrimSuffix(strings.ReplaceAll(text, ",", "."), "%"))
	x, err := strconv.ParseFloat(clean, 64)
	if err != nil {
		return nil, problem.Field("value", "dictionary.error.number", "value", text)
	}
	if math.IsNaN(x) || x < 0 || x > how.most {
		return nil, problem.Field("value", "problem.range", "value", text, "min", 0, "max", int(how.most))
	}
	if how.takes == Share {
		x /= 100
	}
	return &x, nil
}

// choose settles on what was asked for, or on the first choice, and says its name. False: there is nothing to choose.
func (c *Conversion) choose(kind string, choices []Choice) bool {
	c.Kind, c.Choices = kind, choices
	if len(choices) == 0 {
		return false
	}
	at := slices.IndexFunc(choices, func(o Choice) bool { return o.ID == c.Of })
	if at < 0 && c.Of != "" {
		return false
	}
	one := choices[max(at, 0)]
	c.Of, c.Name = one.ID, one.Name
	return true
}

// own takes the organisation's number when nothing was typed.
func (c *Conversion) own(x *float64) {
	if c.Value == nil {
		c.Value = x
	}
}

func (c *Conversion) input(id string, unit Unit, value *float64, from ref.Ref) {
	c.Inputs = append(c.Inputs, Input{ID: id, Value: value, Unit: unit, From: from})
}

// add adds a figure; without a value it must have a reason.
func (c *Conversion) add(l Line) { c.Lines = append(c.Lines, l) }

// unknown adds a figure that nobody can tell.
func (c *Conversion) unknown(id string, side Side, unit Unit, reason string) {
	c.add(Line{ID: id, Side: side, Unit: unit, Reason: reason})
}

// known is a figure.
func known(x float64) *float64 { return &x }

// times multiplies; unknown stays unknown.
func times(factors ...*float64) *float64 {
	product := 1.0
	for _, f := range factors {
		if f == nil {
			return nil
		}
		product *= *f
	}
	return &product
}

// minus subtracts; unknown stays unknown.
func minus(a, b *float64) *float64 {
	if a == nil || b == nil {
		return nil
	}
	return known(*a - *b)
}

// over divides; unknown stays unknown, and by zero nobody can divide.
func over(a, b *float64) *float64 {
	if a == nil || b == nil || *b == 0 {
		return nil
	}
	return known(*a / *b)
}

// unless gives the reason when the figure is missing.
func unless(x *float64, reason string) string {
	if x == nil {
		return reason
	}
	return ""
}

func float(x *int64) *float64 {
	if x == nil {
		return nil
	}
	return known(float64(*x))
}

// meeting names, for a way of converting, the figure on which both sides meet.
var meeting = map[string]string{
	"outage": "permitted-loss", "incidents": "incidents-loss", "debt": "unsupported-loss", "appetite": "used-money", "maturity": "now", "latency": "median",
	"proof": "proof-tested",
}

// Between is the figure on which both sides can meet: the one that is named for it, else the first that both count, else
// the first; what is known comes before what is not.
func (c Conversion) Between() Line {
	named := ""
	if t, err := Find(c.Term); err == nil {
		named = meeting[t.Converts]
	}
	for _, keeps := range []func(Line) bool{
		func(l Line) bool { return l.Value != nil && l.ID == named },
		func(l Line) bool { return l.Value != nil && l.Side == Shared },
		func(l Line) bool { return l.Value != nil },
		func(Line) bool { return true },
	} {
		if at := slices.IndexFunc(c.Lines, keeps); at >= 0 {
			return c.Lines[at]
		}
	}
	return Line{}
}

// Headlines converts every term with the organisation's own numbers, once for each way of converting.
func Headlines(ctx context.Context, r db.Reader, _ struct{}) (map[string]Conversion, error) {
	made, by := map[string]Conversion{}, map[string]Conversion{}
	for _, e := range entries {
		if _, there := by[e.converts]; !there {
			c, err := Convert(ctx, r, ConvertIn{ID: e.id})
			if err != nil {
				return nil, err
			}
			by[e.converts] = c
		}
		made[e.id] = by[e.converts]
	}
	return made, nil
}
