package web

import (
	"accordo.dev/internal/evidence"
	"accordo.dev/internal/landscape"
	"accordo.dev/internal/web/ui"
)

// A page can be read in the words of the CIO, of the CISO or of the board. What is here changes words and order and
// never a fact: each sentence holds the same figures, and each order the same columns.

// inLens puts columns of a list first that the reader's side looks for.
func inLens(p ui.Page, list ui.List, cio, ciso, board []int) ui.List {
	return list.Ordered(p.Order(cio, ciso, board)...)
}

// saidIn is a sentence in the words of the lens: message lens.<of>.<lens>.
func saidIn(p ui.Page, of string, args ...any) string { return p.T("lens."+of+"."+p.Lens, args...) }

func elementSay(p ui.Page, v elementPageView) string {
	if v.Element.Ended() {
		return ""
	}
	return saidIn(p, "element", "services", len(v.Supports), "exposures", v.Exposed, "risks", len(v.Risks))
}

func elementTerms(p ui.Page, v elementPageView) []ui.Word {
	if v.Element.Kind == landscape.KindService {
		return termsOf(p, "sla", "rto", "impact-tolerance")
	}
	return termsOf(p, "single-point", "technical-debt", "vulnerability")
}

// elementParts is the order of the parts of the page of an element.
func elementParts(p ui.Page) []string {
	return placed([]string{"links", "findings", "around"}, p.Order([]int{0, 1, 2}, []int{1, 2, 0}, []int{2, 1, 0}))
}

// questionsOf is the order of the questions about essential points.
func questionsOf(p ui.Page) []landscape.Question {
	switch p.Lens {
	case ui.LensCISO:
		return []landscape.Question{landscape.AskGate, landscape.AskServices, landscape.AskStops, landscape.AskParts, landscape.AskPaths, landscape.AskDependents}
	case ui.LensBoard:
		return []landscape.Question{landscape.AskServices, landscape.AskStops, landscape.AskGate, landscape.AskParts, landscape.AskPaths, landscape.AskDependents}
	default:
		return landscape.Questions
	}
}

func pointsSay(p ui.Page, out landscape.PointsOut) string {
	top, ok := out.First[landscape.AskServices]
	if !ok {
		return ""
	}
	return saidIn(p, "points", "name", top.Name, "services", p.Number(top.Value, 0))
}

func projectsSay(p ui.Page, counts map[string]int) string {
	if counts[""] == 0 {
		return ""
	}
	return saidIn(p, "projects", "total", counts[""], "overdue", counts["overdue"], "unvalidated", counts["unvalidated"], "late", counts["late"])
}

func exposuresSay(p ui.Page, in evidence.ExposureFilter, total int) string {
	if in.Open != "yes" || total == 0 {
		return ""
	}
	return saidIn(p, "exposures", "n", total)
}

func availabilitySay(p ui.Page, services []serviceTime) string {
	down, unknown := 0.0, 0.0
	for _, s := range services {
		down, unknown = down+s.Down, unknown+s.Unknown
	}
	if len(services) == 0 {
		return ""
	}
	return saidIn(p, "availability", "down", p.Number(down, 0), "unknown", p.Number(unknown, 0), "services", len(services))
}

// scenarioOrder puts the minutes first for the CIO, the bad year for the CISO, the share of the worst years for the board.
func scenarioOrder(p ui.Page, figures []ui.Figure) []ui.Figure {
	for at, id := range map[int]string{0: "money", 1: "annualised-loss", 3: "minutes"} {
		figures[at].Means = termFor(p, id, figures[at].Label)
	}
	return placed(figures, p.Order([]int{3, 1, 0, 2}, []int{0, 1, 2, 3}, []int{2, 0, 1, 3}))
}

// placed gives things in the order of these places.
func placed[T any](all []T, places []int) []T {
	ordered := make([]T, len(places))
	for to, from := range places {
		ordered[to] = all[from]
	}
	return ordered
}

// riskFigures leads from the figures of the whole to the words for them, and orders them: what a bad year costs, how
// likely the limit is passed, and the mean.
func riskFigures(p ui.Page, figures []ui.Figure) []ui.Figure {
	for at, id := range map[int]string{0: "money", 1: "appetite", 2: "annualised-loss"} {
		if at < len(figures) {
			figures[at].Means = termFor(p, id, figures[at].Label)
		}
	}
	if len(figures) != 3 {
		return figures
	}
	return placed(figures, p.Order([]int{2, 0, 1}, []int{0, 2, 1}, []int{1, 0, 2}))
}

// termFor is a word of the dictionary as a label says it; nil when the dictionary has none.
func termFor(p ui.Page, id, label string) *ui.Word {
	w := word(p, id, label)
	if w.ID == "" {
		return nil
	}
	return &w
}
