package web

import (
	"math"
	"strings"
	"time"

	"accordo.dev/internal/chart"
	"accordo.dev/internal/indicator"
	"accordo.dev/internal/organisation"
	"accordo.dev/internal/ref"
	"accordo.dev/internal/web/ui"
)

// sittings says when the bodies sit.
func sittings(p ui.Page, own organisation.Organisation) string {
	var parts []string
	for _, one := range []struct{ key, day string }{
		{"home.lead.committee", own.NextCommittee}, {"home.lead.board", own.NextBoard}, {"home.lead.last", own.LastSitting},
	} {
		if at, err := time.Parse(time.DateOnly, one.day); err == nil {
			parts = append(parts, p.T(one.key, "day", p.Date(at)))
		}
	}
	return strings.Join(parts, " ")
}

// firstSteps lists what to do while there is no figure on any scale.
func firstSteps(p ui.Page, now figures) []firstStep {
	s := now.Scales
	if s.Money.Value != nil || s.Minutes.Value != nil || s.ExposureDays.Value != nil {
		return nil
	}
	projects, _ := now.reading(indicator.SecurityInDesign)
	all := []firstStep{
		{Href: "/landscape", Done: s.Minutes.Reason != "no-services"},
		{Href: "/evidence/import", Done: s.ExposureDays.Reason != "no-scan"},
		{Href: "/risks", Done: s.Money.Reason != "no-scenarios"},
		{Href: "/risks/appetite", Done: s.Money.Limit != nil},
		{Href: "/projects", Done: len(projects.Rows) > 0},
		{Href: "/roles/offices"},
	}
	for i, key := range []string{"landscape", "evidence", "risks", "appetite", "projects", "offices"} {
		all[i].Title, all[i].Text, all[i].Action = p.T("home.step."+key), p.T("home.step."+key+".text"), p.T("home.step."+key+".action")
	}
	return all
}

// scaleCard is one of the three common scales on the home page.
type scaleCard struct {
	Figure ui.Figure
	Chart  chart.Chart
	Say    string
}

// scaleOrder is the order of the scales in each lens; the figures are the same.
var scaleOrder = map[string][]string{
	ui.LensCIO:   {indicator.Minutes, indicator.Money, indicator.ExposureDays},
	ui.LensCISO:  {indicator.ExposureDays, indicator.Money, indicator.Minutes},
	ui.LensBoard: {indicator.Money, indicator.Minutes, indicator.ExposureDays},
}

func scaleCards(p ui.Page, now figures) []scaleCard {
	byID := map[string]indicator.Scale{}
	for _, s := range now.Scales.All() {
		byID[s.ID] = s
	}
	var cards []scaleCard
	for _, id := range scaleOrder[p.Lens] {
		s := byID[id]
		cards = append(cards, scaleCard{Figure: scaleFigure(p, s, now.Scales), Chart: scaleChart(p, s), Say: scaleSay(p, s, now)})
	}
	return cards
}

// scaleNumber writes a value of a scale.
func scaleNumber(p ui.Page, id string, x float64) string {
	if id == indicator.Money {
		return p.Euro(x)
	}
	return p.Number(x, 0)
}

var stateLook = map[indicator.State]ui.State{indicator.Inside: ui.OK, indicator.Outside: ui.Bad, indicator.CannotTell: ui.Unk, indicator.NoLimit: ui.Plain}

func scaleFigure(p ui.Page, s indicator.Scale, all indicator.Scales) ui.Figure {
	f := ui.Figure{
		Label: p.T("scale." + s.ID + ".name"), Means: termFor(p, s.ID, p.T("scale."+s.ID+".name")), State: stateLook[s.State], Word: p.T("scale.state." + string(s.State)), AsOf: all.AsOf, Href: scaleHref(s.ID),
	}
	if s.Value == nil {
		f.Unknown, f.Interval, f.N = true, p.T("indicator.reason."+s.Reason), ""
		return f
	}
	write := func(x float64) string { return scaleNumber(p, s.ID, x) }
	f.Value, f.Unit, f.N = write(*s.Value), p.T("scale."+s.ID+".unit"), p.N("scale."+s.ID+".n", s.N)
	switch {
	case s.Low != nil:
		f.Interval = p.T("indicator.interval", "level", p.Percent(0.95, 0), "low", write(*s.Low), "high", write(*s.High))
	case s.UpTo != nil && *s.UpTo-*s.Value >= 1:
		f.Interval = p.T("scale.up-to", "n", write(*s.UpTo-*s.Value), "unit", p.T("scale."+s.ID+".short"))
	default:
		f.Interval = p.T("scale.all-measured")
	}
	if s.ID != indicator.Money {
		f.Interval += " · " + p.T("scale.day", "day", all.DaysGone, "of", all.QuarterDays)
	}
	return f
}

func scaleHref(id string) string {
	return map[string]string{
		indicator.Money: "/risks", indicator.Minutes: "/evidence/availability", indicator.ExposureDays: "/evidence/exposures?open=yes",
	}[id]
}

// scaleChart is a bullet: measured, what could come on top, limit. The axis ends where the limit can still be read.
func scaleChart(p ui.Page, s indicator.Scale) chart.Chart {
	write := func(x float64) string { return scaleNumber(p, s.ID, x) }
	plot := chart.Bullet{Value: orNaN(s.Value), Low: orNaN(s.Low), High: orNaN(s.High), UpTo: orNaN(s.UpTo), Limit: orNaN(s.Limit), Axis: chart.Axis{Number: write}}
	if s.ID != indicator.Money {
		plot.Axis.Label = p.T("scale." + s.ID + ".short")
	}
	if s.Limit != nil {
		plot.LimitLabel = p.T("scale.limit", "limit", write(*s.Limit))
		if s.UpTo != nil && *s.UpTo > 3**s.Limit && s.Value != nil {
			plot.Top = max(1.5**s.Limit, 1.2**s.Value)
			plot.UpTo = plot.Top
		}
	}
	return chart.Chart{Frame: frame(p, "scale-"+s.ID, p.T("scale."+s.ID+".name"), scaleSentence(p, s), 340), Plot: plot}
}

// scaleSentence says in one sentence how a scale stands.
func scaleSentence(p ui.Page, s indicator.Scale) string {
	if s.Value == nil {
		return p.T("indicator.reason." + s.Reason)
	}
	return p.T("scale.sentence."+string(s.State), "name", p.T("scale."+s.ID+".name"), "value", scaleNumber(p, s.ID, *s.Value), "limit", scaleNumber(p, s.ID, limitOf(s)))
}

func limitOf(s indicator.Scale) float64 {
	if s.Limit == nil {
		return math.NaN()
	}
	return *s.Limit
}

// scalesVerdict says in a sentence on which scales the organisation is outside, inside, or nobody can tell.
func scalesVerdict(p ui.Page, all indicator.Scales) string {
	by := map[indicator.State][]string{}
	for _, s := range all.All() {
		by[s.State] = append(by[s.State], p.T("scale."+s.ID+".word"))
	}
	var parts []string
	for _, state := range []indicator.State{indicator.Outside, indicator.Inside, indicator.CannotTell, indicator.NoLimit} {
		if len(by[state]) > 0 {
			parts = append(parts, p.T("scale.verdict."+string(state), "what", listed(p, by[state])))
		}
	}
	return strings.Join(parts, " ")
}

// listed joins words: "a, b and c".
func listed(p ui.Page, words []string) string {
	last := len(words) - 1
	if last == 0 {
		return words[0]
	}
	return strings.Join(words[:last], ", ") + " " + p.T("home.and") + " " + words[last]
}

// scaleSay tells a scale in the words of the lens.
func scaleSay(p ui.Page, s indicator.Scale, now figures) string {
	if s.Value == nil || len(s.Parts) == 0 {
		return ""
	}
	args := []any{"value", scaleNumber(p, s.ID, *s.Value), "limit", scaleNumber(p, s.ID, limitOf(s))}
	switch s.ID {
	case indicator.Minutes:
		worst := worstMeasured(s.Parts)
		args = append(args, "service", worst.Name, "minutes", p.Number(worst.Value, 0), "unseen", p.Number(*s.UpTo-*s.Value, 0))
	case indicator.ExposureDays:
		patch, _ := now.reading(indicator.PatchTime)
		args = append(args, "past", patch.Patch.PastSLA, "open", patch.Patch.Open)
	default:
		args = append(args, "share", p.Percent(s.Parts[0].Value, 0))
	}
	if s.Limit == nil {
		return ""
	}
	return p.T("scale."+s.ID+".say."+p.Lens, args...)
}

func worstMeasured(parts []indicator.ScalePart) indicator.ScalePart {
	worst := parts[0]
	for _, one := range parts {
		if one.Value > worst.Value {
			worst = one
		}
	}
	return worst
}

// moveLine is a figure then and now.
type moveLine struct {
	Title, Then, Now, Word string
	State                  ui.State
	Href                   string
}

func moveLines(p ui.Page, m indicator.Moves) []moveLine {
	lines := make([]moveLine, len(m.Moves))
	for i, one := range m.Moves {
		lines[i] = moveLine{
			Title: p.T("indicator.move." + one.ID), Then: moved(p, one.ID, one.Then, one.ThenN), Now: moved(p, one.ID, one.Now, one.NowN), Href: moveHref(one.ID),
		}
		lines[i].State, lines[i].Word = moveState(p, one)
	}
	return lines
}

// moved writes one side of a move; a share says of how many.
func moved(p ui.Page, id string, x *float64, n int) string {
	if x == nil {
		return p.T("indicator.unknown")
	}
	switch id {
	case indicator.SecurityInDesign:
		return p.Percent(*x, 0) + " (" + p.T("indicator.move.n", "n", n) + ")"
	case indicator.PatchTime:
		return p.Number(*x, 2)
	default:
		return p.Number(*x, 0)
	}
}

func moveHref(id string) string {
	if id == indicator.Minutes || id == indicator.ExposureDays {
		return scaleHref(id)
	}
	return "/indicators/" + id
}

// moveState says better or worse only where the difference is sure.
func moveState(p ui.Page, m indicator.Move) (ui.State, string) {
	switch {
	case m.Then == nil || m.Now == nil:
		return ui.Unk, p.T("shell.unknown")
	case *m.Then == *m.Now:
		return ui.Plain, p.T("indicator.move.same")
	case !m.Sure:
		return ui.Plain, p.T("indicator.move.unsure")
	case (*m.Now > *m.Then) == (m.Better == "high"):
		return ui.OK, p.T("indicator.move.better")
	default:
		return ui.Bad, p.T("indicator.move.worse")
	}
}

func unknownWords(p ui.Page, u indicator.Unknown, called names) unknownLine {
	name := u.Name
	if u.Ref != "" {
		name = called.of(p.Lang, u.Ref)
	}
	if u.Ref.Kind() == "indicator" {
		name = p.T("indicator." + u.Ref.ID() + ".name")
	}
	line := unknownLine{Icon: "unk", Title: p.T("indicator.unknown."+u.Kind, "name", name), Action: p.T("indicator.unknown." + u.Kind + ".action"), Href: unknownHref(u)}
	switch u.Kind {
	case indicator.StaleScope:
		line.Icon, line.Sub = "stale", p.T("indicator.unknown.never")
		if !u.Since.IsZero() {
			line.Sub = p.T("indicator.unknown.scanned", "time", p.Duration(p.Now.Sub(u.Since)))
		}
		if u.N > 1 {
			line.Sub += " · " + p.N("indicator.unknown.more-scopes", u.N-1)
		}
	case indicator.SilentProbe:
		line.Sub = p.T("indicator.unknown.minutes", "time", p.Duration(time.Duration(u.Figure*float64(time.Minute))))
	case indicator.Unmatched:
		line.Sub = p.N("indicator.unknown.names", u.N, "name", u.Name)
	case indicator.NotRated:
		line.Sub = p.T("indicator.reason." + u.Reason)
	case indicator.NotWritten:
		line.Sub = p.N("indicator.resilience.not-written", u.N)
	}
	return line
}

func unknownHref(u indicator.Unknown) string {
	switch u.Kind {
	case indicator.StaleScope:
		return "/evidence/import"
	case indicator.SilentProbe, indicator.Unwatched:
		return "/evidence/availability?element=" + u.Ref.ID()
	case indicator.Untested:
		return "/evidence/recoveries?service=" + u.Ref.ID()
	case indicator.Unmatched:
		return "/evidence/unmatched"
	case indicator.NotWritten:
		return "/evidence/incidents"
	default:
		return itemHref(ref.New("indicator", u.Ref.ID()))
	}
}
