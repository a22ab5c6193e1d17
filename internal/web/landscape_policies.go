package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"accordo.dev/internal/chart"
	"accordo.dev/internal/landscape"
	"accordo.dev/internal/law"
	"accordo.dev/internal/op"
	"accordo.dev/internal/ref"
	"accordo.dev/internal/web/ui"
)

// policiesView is the list of policies with what they say together, and the packs.
type policiesView struct {
	Verdict string
	List    ui.List
	Packs   []landscape.PackRow
	Trend   trend
	Refusal string
}

// landscapePolicies lists the integration policies.
func (s *Server) landscapePolicies(w http.ResponseWriter, q *request) error {
	query := q.URL.Query()
	filter := landscape.PolicyFilter{Text: query.Get("text"), Pack: query.Get("pack"), Severity: query.Get("severity"), State: query.Get("state"), Sort: query.Get("sort")}
	rows, err := op.Ask(q.Context(), s.Run, q.Actor, landscape.OpListPolicies, filter)
	if err != nil {
		return err
	}
	if wantsExport(q) {
		header, table := policyTable(rows)
		return export(w, q, "policies", header, table)
	}
	v := policiesView{Refusal: s.refusal(q, landscape.OpAdoptPack.Name)}
	if v.Packs, err = op.Ask(q.Context(), s.Run, q.Actor, landscape.OpListPacks, struct{}{}); err != nil {
		return err
	}
	v.Verdict, v.List = policiesVerdict(q.Page, rows), policyList(q.Page, rows, v.Packs)
	if v.Trend, err = s.policyTrend(q, ""); err != nil {
		return err
	}
	q.landscapeTitle(q.T("landscape.policies.title"))
	return q.render(w, integrationPoliciesPage(q.Page, v))
}

func policiesVerdict(p ui.Page, rows []landscape.PolicyRow) string {
	if len(rows) == 0 {
		return p.T("landscape.policies.none")
	}
	broken, violated, excepted, untold := 0, 0, 0, 0
	for _, row := range rows {
		if row.Count.Violated > 0 {
			broken++
		}
		violated, excepted, untold = violated+row.Count.Violated, excepted+row.Count.Excepted, untold+row.Count.CannotTell
	}
	return p.T("landscape.policies.verdict", "n", p.Integer(len(rows)), "broken", p.Integer(broken), "violated", p.Integer(violated),
		"excepted", p.Integer(excepted), "untold", p.Integer(untold))
}

func policyTable(all []landscape.PolicyRow) ([]string, [][]any) {
	rows := make([][]any, len(all))
	for i, p := range all {
		rows[i] = []any{
			p.ID, p.Title, p.TitleIT, p.Subject, p.Applies, p.Holds, p.Severity, p.Owner, p.Reference, p.Pack, !p.Disabled, p.Version,
			p.Count.Holds, p.Count.Violated, p.Count.Excepted, p.Count.CannotTell,
		}
	}
	return []string{
		"id", "title", "title_it", "subject", "applies", "holds", "severity", "owner", "reference", "pack", "enabled", "version",
		"count_holds", "count_violated", "count_excepted", "count_cannot_tell",
	}, rows
}

func policyList(p ui.Page, rows []landscape.PolicyRow, packs []landscape.PackRow) ui.List {
	from := []ui.Option{{Text: p.T("web.filter.any")}, {Value: "own", Text: p.T("landscape.policies.own")}}
	for _, pack := range packs {
		from = append(from, ui.Option{Value: pack.ID, Text: p.In(pack.Name())})
	}
	list := ui.List{
		Caption: p.T("landscape.policies.title"), Total: len(rows), Exports: true, Sort: sortedBy(p, "severity"), Nothing: p.T("landscape.policies.none"),
		Columns: []ui.Column{
			{Key: "title", Title: p.T("landscape.policy.f.title"), Wide: true},
			{Key: "severity", Title: p.T("landscape.policy.f.severity")},
			{Key: "violated", Title: p.T("landscape.policies.violated"), Right: true},
			{Title: p.T("landscape.policies.excepted"), Right: true},
			{Key: "cannot-tell", Title: p.T("landscape.policies.untold"), Right: true},
			{Key: "holds", Title: p.T("landscape.policies.holds"), Right: true},
			{Title: p.T("landscape.policy.f.owner")},
		},
		Filters: []ui.Input{
			{Name: "text", Label: p.T("landscape.list.text")},
			{Name: "pack", Label: p.T("landscape.policies.from"), Type: "select", Options: from},
			{Name: "severity", Label: p.T("landscape.policy.f.severity"), Type: "select", Options: anyOf(p, "landscape.severity.", landscape.Severities...)},
			{Name: "state", Label: p.T("landscape.policies.state"), Type: "select", Options: anyOf(p, "landscape.policies.state.", "violated", "cannot-tell", "holds", "disabled")},
		},
	}
	for _, row := range rows {
		name := ui.To("/landscape/policies/"+row.ID, p.In(row.Name())).Below(p.T("landscape.subject." + row.Subject))
		if row.Disabled {
			off := ui.Words("–")
			list.Rows = append(list.Rows, ui.Cells(name, ui.Is(ui.Plain, p.T("landscape.policy.off")), off, off, off, off, ui.Words(orDash(ownerOf(p, row)))))
			continue
		}
		at := "/landscape/violations?policy=" + url.QueryEscape(row.ID)
		list.Rows = append(list.Rows, ui.Cells(name, ui.Is(severityState(row.Severity), p.T("landscape.severity."+row.Severity)),
			countCell(p, row.Count.Violated, at+"&state=open"), countCell(p, row.Count.Excepted, at+"&state=excepted"),
			countCell(p, row.Count.CannotTell, at+"&state=cannot-tell"), ui.Words(p.Integer(row.Count.Holds)), ui.Words(orDash(ownerOf(p, row)))))
	}
	return list
}

func ownerOf(p ui.Page, row landscape.PolicyRow) string {
	return p.In(nameOr(row.OwnerName, row.Owner))
}

// countCell is a number that leads to what it counts.
func countCell(p ui.Page, n int, href string) ui.Cell {
	if n == 0 {
		return ui.Words("0")
	}
	return ui.To(href, p.Integer(n))
}

func severityState(severity string) ui.State {
	switch severity {
	case "high":
		return ui.Bad
	case "medium":
		return ui.Warn
	default:
		return ui.Plain
	}
}

// policyAdopt adopts a pack.
func (s *Server) policyAdopt(w http.ResponseWriter, q *request) error {
	f, err := q.form()
	if err != nil {
		return err
	}
	out, err := op.Do(q.Context(), s.Run, q.Actor, landscape.OpAdoptPack, landscape.AdoptPackIn{Pack: f.text("pack")})
	if err != nil {
		return err
	}
	return q.redirect(w, "/landscape/policies?pack="+url.QueryEscape(f.text("pack")), "landscape.policy.adopted", "n", len(out.Adopted), "kept", len(out.Kept))
}

// trend is a chart of the last twelve months, or the way to it where drawing it takes seconds.
type trend struct {
	Chart chart.Chart
	Href  string
}

// trendAtOnce is up to how many elements a trend is drawn without being asked for.
const trendAtOnce = 2000

// policyTrend draws what today's policies, or one, say of the map of the last twelve months.
func (s *Server) policyTrend(q *request, policy string) (trend, error) {
	count, err := op.Ask(q.Context(), s.Run, q.Actor, landscape.OpCount, struct{}{})
	if err != nil {
		return trend{}, err
	}
	if count.Elements > trendAtOnce && q.URL.Query().Get("trend") == "" {
		return trend{Href: q.Page.Href("", "trend", "yes") + "#trend-t"}, nil
	}
	drawn, err := s.trendChart(q, policy)
	return trend{Chart: drawn}, err
}

func (s *Server) trendChart(q *request, policy string) (chart.Chart, error) {
	points, err := op.Ask(q.Context(), s.Run, q.Actor, landscape.OpPolicyTrend, landscape.TrendIn{Policy: policy})
	if err != nil {
		return chart.Chart{}, err
	}
	p := q.Page
	plot := chart.Columns{
		Axis:   chart.Axis{Label: p.T("landscape.policy.trend.axis")},
		Series: []chart.Series{{Label: p.T("landscape.policies.violated"), Role: chart.Bad}, {Label: p.T("landscape.policies.untold"), Role: chart.Unknown}},
	}
	for i, point := range points {
		at, _ := time.Parse(time.DateOnly, point.Day) //nolint:errcheck // the area writes days
		m := chart.Moment{Label: at.Format("01/06")}
		if i == len(points)-1 {
			m.Label = p.T("landscape.policy.trend.today")
		}
		if !point.Empty {
			m.Counts = []float64{float64(point.Violated), float64(point.CannotTell)}
		}
		plot.Moments = append(plot.Moments, m)
	}
	return chart.Chart{Frame: frame(p, "trend", p.T("landscape.policy.trend.title"), p.T("landscape.policy.trend.desc"), 660), Plot: plot}, nil
}

// policyView is one policy with all that is known of it.
type policyView struct {
	Row        landscape.PolicyRow
	Verdict    string
	Facts      []ui.Fact
	Violations []landscape.Violation
	More       int
	Trend      trend
	Versions   []landscape.Policy // newest first
	Refusal    string
	History    []ui.Entry
}

// violationsShown bounds the violations on the page of a policy; the list has all.
const violationsShown = 8

// landscapePolicy shows one policy.
func (s *Server) landscapePolicy(w http.ResponseWriter, q *request) error {
	v := policyView{Refusal: s.refusal(q, landscape.OpChangePolicy.Name)}
	out, err := op.Ask(q.Context(), s.Run, q.Actor, landscape.OpGetPolicy, landscape.GetPolicyIn{ID: q.PathValue("id")})
	if err != nil {
		return err
	}
	v.Row = out.Policy
	found, err := op.Ask(q.Context(), s.Run, q.Actor, landscape.OpViolations, landscape.ViolationFilter{Policy: v.Row.ID})
	if err != nil {
		return err
	}
	v.Violations, v.More = found.Items[:min(len(found.Items), violationsShown)], found.Total
	if v.Trend, err = s.policyTrend(q, v.Row.ID); err != nil {
		return err
	}
	for i := len(v.Row.Past) - 1; i >= 0; i-- {
		v.Versions = append(v.Versions, v.Row.Past[i])
	}
	if v.History, err = s.history(q, v.Row.Ref()); err != nil {
		return err
	}
	v.Verdict, v.Facts = policyVerdict(q.Page, v.Row), policyFacts(q.Page, v.Row)
	q.landscapeTitle(q.Page.In(v.Row.Name()), ui.Crumb{Title: q.T("landscape.policies.title"), Href: "/landscape/policies"})
	return q.render(w, policyPage(q.Page, v))
}

func policyVerdict(p ui.Page, row landscape.PolicyRow) string {
	n := row.Count
	switch {
	case row.Disabled:
		return p.T("landscape.policy.verdict.off")
	case n.Concerned() == 0:
		return p.T("landscape.policy.verdict.nothing")
	}
	return p.T("landscape.policy.verdict", "n", p.Integer(n.Concerned()), "holds", p.Integer(n.Holds), "violated", p.Integer(n.Violated),
		"excepted", p.Integer(n.Excepted), "untold", p.Integer(n.CannotTell))
}

func policyFacts(p ui.Page, row landscape.PolicyRow) []ui.Fact {
	facts := []ui.Fact{
		{Term: p.T("landscape.policy.f.subject"), Text: p.T("landscape.subject." + row.Subject)},
		{Term: p.T("landscape.policy.f.severity"), Show: ui.Chip(severityState(row.Severity), p.T("landscape.severity."+row.Severity))},
		{Term: p.T("landscape.policy.f.owner"), Text: orDash(ownerOf(p, row)), Href: personHref(row.Owner)},
	}
	for _, one := range row.References() {
		facts = append(facts, ui.Fact{Term: p.T("landscape.policy.f.reference"), Text: law.Citation(one).In(p.Lang)})
	}
	if row.Pack != "" {
		facts = append(facts, ui.Fact{Term: p.T("landscape.policies.from"), Text: packName(p, row.Pack), Href: "/landscape/policies?pack=" + url.QueryEscape(row.Pack)})
	}
	return append(facts, ui.Fact{Term: p.T("landscape.policy.version"), Text: p.T("landscape.policy.version.words", "n", strconv.FormatInt(row.Version, 10), "when", p.Date(row.ChangedAt))})
}

func packName(p ui.Page, id string) string {
	packs, err := landscape.Packs()
	if err == nil {
		for _, pack := range packs {
			if pack.ID == id {
				return p.In(pack.Name())
			}
		}
	}
	return id
}

// policySwitch switches a policy off or on.
func (s *Server) policySwitch(w http.ResponseWriter, q *request) error {
	f, err := q.form()
	if err != nil {
		return err
	}
	in := landscape.SwitchPolicyIn{ID: q.PathValue("id"), Version: f.version(), Enabled: f.text("enabled") == "true"}
	if _, err := op.Do(q.Context(), s.Run, q.Actor, landscape.OpSwitchPolicy, in); err != nil {
		return err
	}
	return q.redirect(w, "/landscape/policies/"+in.ID, "landscape.saved")
}

// factsShown bounds the facts written below a violation; exports and the API have all.
const factsShown = 7

// evidenceWords writes what a violation rests on: the facts that were read first, and how many more.
func evidenceWords(p ui.Page, v landscape.Violation) string {
	if len(v.Facts) > factsShown {
		more := len(v.Facts) - factsShown
		v.Facts = v.Facts[:factsShown]
		return allEvidence(p, v) + " · … (+" + p.Integer(more) + ")"
	}
	return allEvidence(p, v)
}

func allEvidence(p ui.Page, v landscape.Violation) string {
	var parts []string
	for _, f := range v.Facts {
		value := f.Value
		if !f.Set {
			value = p.T("landscape.unsaid")
		}
		parts = append(parts, f.Name+": "+value)
	}
	return strings.Join(parts, " · ")
}

func violationState(v landscape.Violation) ui.State {
	switch v.State {
	case landscape.ViolationExcepted:
		return ui.Warn
	case landscape.ViolationUntold:
		return ui.Unk
	default:
		return ui.Bad
	}
}

// subjectHref is the page of what a violation is about.
func subjectHref(v landscape.Violation) string {
	if len(v.Elements) == 0 {
		return "/landscape/policies/" + v.Policy
	}
	return "/landscape/" + v.Elements[0]
}

// subjectRef is what an exception would be for; empty when there can be none.
func subjectRef(v landscape.Violation) ref.Ref {
	switch v.Kind {
	case "element", "connection":
		return ref.New(v.Kind, v.Subject)
	case "path":
		return ref.New("element", v.Elements[0])
	default:
		return ""
	}
}

func titleOf(p ui.Page, v landscape.Violation) string {
	if v.Kind == "map" {
		return p.T("landscape.subject.map")
	}
	return p.In(nameOr(v.Title, v.Subject))
}

// policyPages tells whether a page is about policies.
func policyPages(path string) bool {
	for _, one := range []string{"/landscape/policies", "/landscape/violations", "/landscape/exceptions", "/landscape/onboarding"} {
		if strings.HasPrefix(path, one) {
			return true
		}
	}
	return false
}

func switchWord(p ui.Page, policy landscape.Policy) string {
	if policy.Disabled {
		return p.T("landscape.policy.enable")
	}
	return p.T("landscape.policy.disable")
}
