package web

import (
	"net/http"
	"strconv"
	"strings"

	"accordo.dev/internal/evidence"
	"accordo.dev/internal/op"
	"accordo.dev/internal/web/ui"
)

// kev lists the entries of the catalogue of exploited vulnerabilities that concern open exposures.
func (e *evidencePages) kev(w http.ResponseWriter, q *request) error {
	query := q.URL.Query()
	all, err := op.Ask(q.Context(), e.Run, q.Actor, evidence.OpOpenKEVs, evidence.OpenKEVFilter{Late: query.Get("late"), Text: query.Get("q"), Sort: query.Get("sort")})
	if err != nil {
		return err
	}
	if wantsExport(q) {
		rows := make([][]any, len(all))
		for i, k := range all {
			rows[i] = []any{k.CVE, k.Vendor, k.Product, k.Added, k.Due, k.Overdue, k.Open, k.Tier, strings.Join(k.Elements, " "), k.Loose, instantText(k.Since), k.Ransomware}
		}
		return export(w, q, "kev", []string{"cve", "vendor", "product", "added", "due", "overdue_days", "open", "tier", "elements", "of_no_element", "since", "ransomware"}, rows)
	}
	var elements []string
	for _, k := range all {
		elements = append(elements, k.Elements...)
	}
	called, err := e.elementsCalled(q, elements)
	if err != nil {
		return err
	}
	q.evidenceTitle(q.T("evidence.tab.kev"))
	return q.render(w, evidenceListPage(q.Page, q.T("evidence.kev.lead"), kevList(q, all, called), nil))
}

func kevList(q *request, all []evidence.OpenKEV, called names) ui.List {
	p := q.Page
	list := ui.List{
		Caption: q.T("evidence.tab.kev"), Sort: q.URL.Query().Get("sort"), Total: len(all), Exports: true, Nothing: q.T("evidence.kev.none"),
		Columns: []ui.Column{
			{Key: "cve", Title: q.T("evidence.vulnerability")},
			{Title: q.T("evidence.state")},
			{Key: "due", Title: q.T("evidence.kev.due"), Right: true},
			{Title: q.T("evidence.kev.where")},
			{Title: q.T("evidence.tier"), Right: true},
			{Key: "open", Title: q.T("evidence.kev.open"), Right: true},
			{Key: "since", Title: q.T("evidence.opened"), Right: true},
		},
		Filters: []ui.Input{
			{Name: "q", Label: q.T("evidence.filter.text")},
			{Name: "late", Label: q.T("evidence.state"), Type: "select", Options: chosen(p, "evidence.filter.any", "evidence.kev.is.", "yes", "no")},
		},
	}
	if list.Sort == "" {
		list.Sort = "due"
	}
	for _, k := range all {
		name := ui.To("/evidence/exposures?open=yes&q="+k.CVE, k.CVE).Below(productName(k))
		name.Mono = true
		list.Rows = append(list.Rows, ui.Cells(name, kevCell(p, k), ui.Words(day(p, k.Due)), whereCell(p, k, called), ui.Words(tierText(k.Tier)),
			ui.Words(p.Integer(k.Open)), ui.Words(p.Date(k.Since))))
	}
	return list
}

// productName is the vendor and the product, said once where the product begins with its vendor.
func productName(k evidence.OpenKEV) string {
	if strings.HasPrefix(strings.ToLower(k.Product), strings.ToLower(k.Vendor)) {
		return k.Product
	}
	return k.Vendor + " " + k.Product
}

// kevCell says whether the due day is past.
func kevCell(p ui.Page, k evidence.OpenKEV) ui.Cell {
	cell := ui.Is(ui.Warn, p.T("evidence.kev.is.no"))
	switch {
	case k.Overdue > 0:
		cell = ui.Is(ui.Bad, p.N("evidence.kev.overdue", k.Overdue))
	case k.Due == "":
		cell = ui.Is(ui.Unk, p.T("evidence.kev.no-day"))
	}
	if k.Ransomware {
		cell = cell.Below(p.T("evidence.kev.ransomware"))
	}
	return cell
}

// whereCell names the exposed elements.
func whereCell(p ui.Page, k evidence.OpenKEV, called names) ui.Cell {
	where := make([]string, len(k.Elements))
	for i, id := range k.Elements {
		where[i] = called.element(p, id)
	}
	cell := ui.Words(few(p, where))
	if k.Loose > 0 {
		cell = cell.Below(p.N("evidence.kev.loose", k.Loose))
	}
	return cell
}

func tierText(tier int) string {
	if tier == 0 {
		return "–"
	}
	return strconv.Itoa(tier)
}
