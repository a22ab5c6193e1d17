package evidence

import (
	"context"
	"slices"
	"strings"
	"time"

	"accordo.dev/internal/db"
	"accordo.dev/internal/op"
)

// OpenKEV is an entry of the catalogue in force that open exposures fall under: somebody exploits it, and we
// have it.
type OpenKEV struct {
	KnownExploited
	Open     int       `json:"open"`     // exposures
	Elements []string  `json:"elements"` // that are exposed, by id
	Loose    int       `json:"loose"`    // exposures of no known element
	Tier     int       `json:"tier"`     // the highest criticality among the elements, 1 the highest; 0: not known
	Since    time.Time `json:"since"`    // when the oldest of them was opened
	Overdue  int       `json:"overdue"`  // days past the due day; 0: not due yet, or no day is said
}

// OpenKEVFilter narrows the list.
type OpenKEVFilter struct {
	Late string `query:"late" json:"late,omitempty"` // yes: only what is past its due day; no: the rest
	Text string `query:"q" json:"q,omitempty"`
	Sort string `query:"sort" json:"sort,omitempty"` // due (default), cve, open, since; a leading minus sorts downwards
}

// OpenKEVs lists the entries of the catalogue that concern open exposures, what is due first at the top.
func OpenKEVs(ctx context.Context, r db.Reader, in OpenKEVFilter) ([]OpenKEV, error) {
	order, err := in.order()
	if err != nil {
		return nil, err
	}
	all, err := openKEVs(ctx, r)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(k OpenKEV) bool { return !in.leaves(k) })
	slices.SortStableFunc(all, order)
	return all, nil
}

// OpOpenKEVs lists them.
var OpOpenKEVs = op.Query[OpenKEVFilter, []OpenKEV]{Name: "evidence.kev-open", Route: "GET /api/evidence/kev/open", Func: OpenKEVs}

// openKEVs reads them by due day; an entry without one comes last.
func openKEVs(ctx context.Context, r db.Reader) ([]OpenKEV, error) {
	catalogue, err := catalogueAt(ctx, r, r.Now())
	if err != nil {
		return nil, err
	}
	tier, err := tiers(ctx, r)
	if err != nil {
		return nil, err
	}
	all := []OpenKEV{}
	_, err = db.All(ctx, r, func(s db.Scan) (struct{}, error) {
		var one OpenKEV
		var element string
		k := &one.KnownExploited
		if err := s(&k.CVE, &k.Added, &k.Due, &k.Vendor, &k.Product, &k.Name, &k.Ransomware, &k.Record, &k.Offset, &element, &one.Open, db.At(&one.Since)); err != nil {
			return struct{}{}, err
		}
		if len(all) == 0 || all[len(all)-1].CVE != one.CVE {
			all = append(all, OpenKEV{KnownExploited: *k, Elements: []string{}, Since: one.Since, Overdue: overdue(k.Due, r.Now())})
		}
		all[len(all)-1].add(element, tier[element], one)
		return struct{}{}, nil
	}, `SELECT k.cve, k.added, k.due, k.vendor, k.product, k.name, k.ransomware, k.record, k.byte_offset, x.element_id, COUNT(*), MIN(x.opened_at)
		FROM kev_entry k
		JOIN exposure x ON x.vulnerability = k.cve
		WHERE k.file_id = $1 AND x.open
		GROUP BY k.cve, k.added, k.due, k.vendor, k.product, k.name, k.ransomware, k.record, k.byte_offset, x.element_id
		ORDER BY CASE WHEN k.due = '' THEN 1 ELSE 0 END, k.due, k.cve, x.element_id`, catalogue)
	return all, err
}

// add counts the exposures of one element.
func (k *OpenKEV) add(element string, tier int, of OpenKEV) {
	k.Open += of.Open
	if of.Since.Before(k.Since) {
		k.Since = of.Since
	}
	if element == "" {
		k.Loose += of.Open
		return
	}
	k.Elements = append(k.Elements, element)
	if tier > 0 && (k.Tier == 0 || tier < k.Tier) {
		k.Tier = tier
	}
}

// overdue counts the days past a day.
func overdue(due string, now time.Time) int {
	day, err := time.Parse(time.DateOnly, due)
	if err != nil {
		return 0 // no day is said
	}
	return max(0, int(now.Sub(day).Hours()/24))
}

func (in OpenKEVFilter) leaves(k OpenKEV) bool {
	if in.Late == "yes" && k.Overdue == 0 || in.Late == "no" && k.Overdue > 0 {
		return false
	}
	words := strings.ToLower(strings.Join(append([]string{k.CVE, k.Vendor, k.Product, k.Name}, k.Elements...), " "))
	return strings.Contains(words, strings.ToLower(in.Text))
}

func (in OpenKEVFilter) order() (func(a, b OpenKEV) int, error) {
	name, down := strings.CutPrefix(in.Sort, "-")
	by := map[string]func(a, b OpenKEV) int{
		"":      func(OpenKEV, OpenKEV) int { return 0 }, // as read: by due day
		"due":   func(a, b OpenKEV) int { return strings.Compare(a.Due, b.Due) },
		"cve":   func(a, b OpenKEV) int { return strings.Compare(a.CVE, b.CVE) },
		"open":  func(a, b OpenKEV) int { return a.Open - b.Open },
		"since": func(a, b OpenKEV) int { return a.Since.Compare(b.Since) },
	}[name]
	if by == nil {
		return nil, fieldValue("sort", name)
	}
	if down {
		return func(a, b OpenKEV) int { return by(b, a) }, nil
	}
	return by, nil
}
