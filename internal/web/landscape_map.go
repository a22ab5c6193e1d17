package web

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"accordo.dev/internal/db"
	"accordo.dev/internal/landscape"
	"accordo.dev/internal/landscape/layout"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/web/ui"
)

// overlays are what the boxes of a map can show besides their names.
var overlays = []string{"criticality", "recovery", "life", "policy", "essential", "cost", "risk"}

// drawnMap is a neighbourhood as it is drawn.
type drawnMap struct {
	W, H  float64
	Bands []drawnBand
	Boxes []drawnBox
	Lines []drawnLine
	Desc  string
}

type drawnBand struct {
	Name string
	Y, H float64
}

// drawnBox is a box with its name, a line of facts and, of an overlay, a badge.
type drawnBox struct {
	pictureNode
	Badge string
	State ui.State
}

type drawnLine struct {
	Path, Head string
	Soft, Dim  bool // dim: planned or being established
	Label      string
	X, Y       float64
}

// landscapeMap draws the neighbourhood of an element, with a table of the same connections.
func (s *Server) landscapeMap(w http.ResponseWriter, q *request) error {
	out, err := s.around(q)
	if problem.Is(err, problem.NotFound) {
		return s.whichFocus(w, q)
	}
	if err != nil {
		return err
	}
	title := q.T("landscape.map.title")
	if out.Focus != "" && len(out.Spots) > 0 {
		title = q.T("landscape.map.around", "name", out.Spots[0].Name)
	}
	if wantsExport(q) {
		header, rows := aroundTable(q.Page, out)
		return export(w, q, "map", header, rows)
	}
	q.landscapeTitle(title)
	risks, err := s.riskBadges(q)
	if err != nil {
		return err
	}
	return q.render(w, mapPage(q.Page, out, drawMap(q.Page, out, risks)))
}

// whichFocus looks for the element that somebody named: one that fits becomes the middle, several are offered.
func (s *Server) whichFocus(w http.ResponseWriter, q *request) error {
	text := q.URL.Query().Get("focus")
	found, err := op.Ask(q.Context(), s.Run, q.Actor, landscape.OpListElements, landscape.Filter{Page: db.Page{Limit: 30}, Text: text})
	if err != nil {
		return err
	}
	if len(found.Items) == 1 {
		http.Redirect(w, q.Request, mapHref(q.Page, "focus", found.Items[0].ID), http.StatusSeeOther)
		return nil
	}
	q.landscapeTitle(q.T("landscape.map.title"))
	return q.render(w, mapChoicePage(q.Page, text, found.Items))
}

// landscapeMapSVG is the same picture as a file of its own.
func (s *Server) landscapeMapSVG(w http.ResponseWriter, q *request) error {
	out, err := s.around(q)
	if err != nil {
		return err
	}
	risks, err := s.riskBadges(q)
	if err != nil {
		return err
	}
	attach(w, "map.svg", "image/svg+xml; charset=utf-8")
	return mapFile(drawMap(q.Page, out, risks)).Render(q.Context(), w)
}

func (s *Server) around(q *request) (landscape.Around, error) {
	query := q.URL.Query()
	steps, err := strconv.Atoi(cmp.Or(query.Get("steps"), "0")) // 0: as far as is usual
	if err != nil {
		steps = -1 // refused with the field named
	}
	return op.Ask(q.Context(), s.Run, q.Actor, landscape.OpAround, landscape.AroundIn{
		Lens: pictureLens(q), Focus: strings.TrimSpace(query.Get("focus")), Steps: steps, Direction: query.Get("direction"),
	})
}

// bandOf is the band of the picture in which an element stands: who uses, services, processes, systems, what carries
// them, people.
func bandOf(e landscape.Spot, consumes bool) int {
	switch e.Kind {
	case landscape.KindService:
		return 1
	case landscape.KindProcess, landscape.KindInitiative:
		return 2
	case landscape.KindSite, landscape.KindSupplier:
		return 4
	case landscape.KindTeam, landscape.KindPerson:
		return 5
	case landscape.KindCustomerGroup, landscape.KindAuthority:
		return 0
	}
	if e.Outside {
		if consumes {
			return 0
		}
		return 4
	}
	return 3
}

func drawMap(p ui.Page, a landscape.Around, risks riskBadges) drawnMap {
	consumes := make([]bool, len(a.Spots))
	for _, t := range a.Ties {
		consumes[t.From] = true
	}
	boxes, lines := make([]layout.Box, len(a.Spots)), make([]layout.Line, len(a.Ties))
	for i, spot := range a.Spots {
		boxes[i] = layout.Box{W: boxW, H: boxH, Band: bandOf(spot, consumes[i])}
	}
	for i, t := range a.Ties {
		kind := 0
		if t.Soft {
			kind = 1
		}
		lines[i] = layout.Line{From: t.From, To: t.To, Kind: kind}
	}
	d := layout.Layered(boxes, lines, layout.Options{BandTop: 22, MostInRow: 8})
	m := drawnMap{W: d.W, H: d.H, Desc: p.T("landscape.map.desc", "n", len(a.Spots), "ties", len(a.Ties))}
	for _, strip := range d.Strips {
		m.Bands = append(m.Bands, drawnBand{p.T("landscape.map.band." + strconv.Itoa(strip.Band)), strip.Top, strip.Bottom - strip.Top})
	}
	for i, spot := range a.Spots {
		m.Boxes = append(m.Boxes, mapBox(p, a, spot, d.Places[i], risks))
	}
	for i, t := range a.Ties {
		m.Lines = append(m.Lines, mapLine(t, d.Routes[i]))
	}
	return m
}

func mapBox(p ui.Page, a landscape.Around, spot landscape.Spot, at layout.Place, risks riskBadges) drawnBox {
	node := elementBox(p, spot.ID, p.In(spot.Name), spot.Kind, spot.RTO)
	node.X, node.Y = int(at.X), int(at.Y)
	node.Href = mapHref(p, "focus", spot.ID)
	node.Ring = len(spot.Reasons) > 0
	box := drawnBox{pictureNode: node}
	box.Focus = spot.ID == a.Focus
	if box.Focus {
		box.Href = "/landscape/" + spot.ID
	}
	box.Badge, box.State = badge(p, spot)
	if word, hit := risks[spot.ID]; hit {
		box.Badge, box.State = word, ui.Warn
	}
	if box.Badge != "" {
		box.Full += ". " + box.Badge
	}
	return box
}

// badge is what the overlay says of an element.
func badge(p ui.Page, e landscape.Spot) (string, ui.State) {
	switch p.Query.Get("overlay") {
	case "criticality":
		if e.Criticality == nil {
			return p.T("landscape.unsaid"), ui.Unk
		}
		return levelWord(p, "criticality", e.Criticality), []ui.State{ui.Bad, ui.Warn, ui.Plain, ui.Plain}[*e.Criticality-1]
	case "recovery":
		return recoveryBadge(p, e.Gap)
	case "life":
		switch {
		case e.EndOfLife == "":
			return "", ui.Plain
		case e.EndOfLife < today(p):
			return day(p, e.EndOfLife), ui.Bad
		default:
			return day(p, e.EndOfLife), ui.Warn
		}
	case "policy":
		state, there := map[string]ui.State{"holds": ui.OK, "violated": ui.Bad, "cannot-tell": ui.Unk}[e.Conforms]
		if !there {
			return "", ui.Plain
		}
		return p.T("landscape.map.conforms." + e.Conforms), state
	case "essential":
		if len(e.Reasons) == 0 {
			return "", ui.Plain
		}
		return p.T("landscape.points.short." + string(e.Reasons[0])), ui.Warn
	case "cost":
		if e.CostEUR == nil {
			return "", ui.Plain
		}
		return p.Euro(*e.CostEUR), ui.Plain
	}
	return "", ui.Plain
}

// recoveryBadge shows what is asked of a provider beside what it promises.
func recoveryBadge(p ui.Page, gap *landscape.RTOGap) (string, ui.State) {
	switch {
	case gap == nil:
		return "", ui.Plain
	case gap.Own == nil:
		return span(p, &gap.Asked) + " → ?", ui.Unk
	case *gap.Own > gap.Asked:
		return span(p, &gap.Asked) + " → " + span(p, gap.Own), ui.Bad
	default:
		return span(p, &gap.Asked) + " → " + span(p, gap.Own), ui.OK
	}
}

func mapLine(t landscape.AroundTie, r layout.Route) drawnLine {
	line := drawnLine{Path: r.Path(), Soft: t.Soft, Dim: t.Phase == landscape.PhasePlanned || t.Phase == landscape.PhaseEstablishing}
	if len(r.Points) == 0 {
		return line
	}
	tip, turn := r.Tip(), "l-3.5 -7h7z"
	if r.Up {
		turn = "l-3.5 7h7z"
	}
	line.Head = fmt.Sprintf("M%.1f %.1f%s", tip.X, tip.Y, turn)
	if t.KOfN != nil {
		root := r.Root()
		line.Label, line.X, line.Y = "k="+strconv.FormatInt(*t.KOfN, 10), root.X, root.Y
	}
	return line
}

// mapHref is the address of the same map with one thing changed.
func mapHref(p ui.Page, name, value string) string {
	query := url.Values{}
	for key, values := range p.Query {
		if key != "format" && len(values) > 0 && values[0] != "" {
			query[key] = values
		}
	}
	query.Set(name, value)
	return "/landscape/map?" + query.Encode()
}

func mapFileHref(p ui.Page) string {
	return "/landscape/map.svg?" + strings.TrimPrefix(mapHref(p, "lang", string(p.Lang)), "/landscape/map?")
}

func mapFilters(p ui.Page) []ui.Input {
	directions := []ui.Option{{Text: p.T("landscape.map.direction.both")}, {Value: "needs", Text: p.T("landscape.map.direction.needs")}, {Value: "needed-by", Text: p.T("landscape.map.direction.needed-by")}}
	shown := []ui.Option{{Text: p.T("landscape.map.overlay.none")}}
	for _, name := range overlays {
		shown = append(shown, ui.Option{Value: name, Text: p.T("landscape.map.overlay." + name)})
	}
	steps := []ui.Option{{Text: p.T("landscape.map.steps.usual")}, {Value: "1", Text: "1"}, {Value: "2", Text: "2"}, {Value: "3", Text: "3"}, {Value: "4", Text: "4"}}
	inputs := []ui.Input{
		{Name: "focus", Label: p.T("landscape.map.focus")},
		{Name: "steps", Label: p.T("landscape.map.steps"), Type: "select", Options: steps},
		{Name: "direction", Label: p.T("landscape.map.direction"), Type: "select", Options: directions},
		{Name: "overlay", Label: p.T("landscape.map.overlay"), Type: "select", Options: shown},
	}
	return fromAddress(p, slices.Insert(inputs, 3, pictureFilters(p)...))
}

// pictureFilters are the fields in which the lens of a picture is chosen; it shows hard and soft needs unless told otherwise.
func pictureFilters(p ui.Page) []ui.Input {
	fields := lensFilters(p)[:3]
	fields[1].Options = []ui.Option{{Text: p.T("landscape.points.soft.true")}, {Value: "false", Text: p.T("landscape.points.soft.")}}
	return fields
}

// pictureLens reads the lens of a picture.
func pictureLens(q *request) landscape.Lens {
	lens := lensOf(q)
	lens.Soft = q.URL.Query().Get("soft") != "false"
	return lens
}

// fromAddress fills fields that say nothing yet from the address.
func fromAddress(p ui.Page, inputs []ui.Input) []ui.Input {
	for i := range inputs {
		if inputs[i].Value == "" {
			inputs[i].Value = p.Query.Get(inputs[i].Name)
		}
	}
	return inputs
}

// aroundList is the table of the connections in the picture.
func aroundList(p ui.Page, a landscape.Around) ui.List {
	list := ui.List{
		Caption: p.T("landscape.map.table"), Total: len(a.Ties), Exports: true, Nothing: p.T("landscape.map.none"),
		Columns: []ui.Column{
			{Title: p.T("landscape.map.consumer")},
			{Title: p.T("landscape.connection.kind")},
			{Title: p.T("landscape.map.provider")},
			{Title: p.T("landscape.field.strength")},
			{Title: p.T("landscape.field.phase")},
		},
	}
	ties := slices.Clone(a.Ties)
	slices.SortStableFunc(ties, func(x, y landscape.AroundTie) int { return x.From - y.From })
	for _, t := range ties {
		strength := p.T("landscape.strength.hard")
		if t.Soft {
			strength = p.T("landscape.strength.soft")
		}
		kind := ui.Words(p.T("landscape.tie." + string(t.Kind)))
		if t.Turned {
			kind = kind.Below(p.T("landscape.map.turned"))
		}
		list.Rows = append(list.Rows, ui.Cells(
			ui.To(mapHref(p, "focus", a.Spots[t.From].ID), p.In(a.Spots[t.From].Name)), kind,
			ui.To(mapHref(p, "focus", a.Spots[t.To].ID), p.In(a.Spots[t.To].Name)), ui.Words(strength), ui.Words(p.T("landscape.phase."+string(t.Phase))),
		))
	}
	return list
}

func aroundTable(p ui.Page, a landscape.Around) ([]string, [][]any) {
	rows := make([][]any, len(a.Ties))
	for i, t := range a.Ties {
		rows[i] = []any{
			a.Spots[t.From].ID, p.In(a.Spots[t.From].Name), string(t.Kind), a.Spots[t.To].ID, p.In(a.Spots[t.To].Name), t.Soft, cell(t.KOfN), string(t.Phase), t.Connection,
		}
	}
	return []string{"consumer", "consumer_name", "kind", "provider", "provider_name", "soft", "k_of_n", "phase", "connection"}, rows
}

func mapVerdict(p ui.Page, a landscape.Around) string {
	text := p.T("landscape.map.verdict", "n", len(a.Spots), "all", a.All, "ties", len(a.Ties))
	if a.Found > len(a.Spots) {
		text += " " + p.T("landscape.map.cut", "found", a.Found)
	}
	return text
}

func coordinate(x float64) string { return strconv.FormatFloat(x, 'f', 1, 64) }

// badgeWidth is room for a badge.
func badgeWidth(text string) int { return textWidth(text) + 12 }

// mapStyle are the colours of a picture that stands by itself: those of the light pages.
const mapStyle = `<style>text{font:550 12px sans-serif;fill:#11202c}.s,.bandname,.lab{font-size:11px;font-weight:400;fill:#586671}` +
	`.nd rect{fill:#fff;stroke:#6d7b86}.nd.foc rect{fill:#11202c}.nd.foc text{fill:#fff}.nd.ring rect{stroke:#11202c;stroke-width:2}` +
	`.band{fill:#f2f4f5}.e{fill:none;stroke:#6d7b86;stroke-width:1.25}.soft{stroke-dasharray:2 4}.dim{opacity:.5}.ah{fill:#6d7b86}` +
	`.badge rect{fill:#e9edef;stroke:#52606a}.badge.bad rect{fill:#fce6e4;stroke:#a61d1a}.badge.warn rect{fill:#fbefcd;stroke:#785000}` +
	`.badge.ok rect{fill:#e1f2e7;stroke:#17653a}.badge text{font-size:11px}</style>`

func mapFileStyle() templ.Component { return templ.Raw(mapStyle) }
