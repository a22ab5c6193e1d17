package landscape

import (
	"slices"
	"strings"
	"time"

	"accordo.dev/internal/ingest"
	"accordo.dev/internal/money"
)

// loadTables reads tables of our own templates: elements, connections and agreements, as CSV files or as the sheets
// of a workbook, told apart by their headers. Their words are ours, or plain ones for the same; their ids are ids of the map.
func loadTables(files []ingest.File, o ingest.DateOptions) (*incoming, error) {
	in := newIncoming("csv")
	in.ownIDs, in.hasElements, in.hasTies = true, false, false
	in.idOf = func(id string) string { return id }
	in.carried, in.tied = without(in.carried, quiet), without(in.tied, quiet)
	for _, f := range files {
		if !ingest.IsWorkbook(f.Data) {
			if err := in.table(ingest.Look(f.Name, f.Data), source(f), o); err != nil {
				return nil, err
			}
			continue
		}
		sheets, err := ingest.Sheets(f.Name, f.Data)
		if err != nil {
			return nil, err
		}
		for _, sheet := range sheets {
			if g := sheet.Look(); !ingest.IsTables(g) {
				in.unread = append(in.unread, sheet.Name())
			} else if err := in.table(g, sheet, o); err != nil {
				return nil, err
			}
		}
	}
	return in, nil
}

// quiet are the fields that stay as they are when a table has no column for them: people who fill in a table by hand
// cannot know them.
var quiet = []string{"original", "from_tie", "to_tie"}

// table reads one table; its header says what it lists. A table of elements has ids, one of connections ends.
func (in *incoming) table(g ingest.Glimpse, src *ingest.Source, o ingest.DateOptions) (err error) {
	for _, column := range quiet {
		if g.Columns(column) && g.Columns("from", "to") {
			in.tied = append(in.tied, column)
		} else if g.Columns(column) {
			in.carried = append(in.carried, column)
		}
	}
	switch {
	case g.Columns("from", "to") && !g.Columns("title"):
		in.hasTies = true
		return ingest.ReadConnections(src, o, func(c ingest.ConnectionRecord) error { in.connectionRow(c, src.Name()); return nil })
	case g.Columns("id", "title"):
		return ingest.ReadAgreements(src, o, func(a ingest.AgreementRecord) error { in.agreementRow(a, src.Name()); return nil })
	default:
		in.hasElements = true
		_, err = ingest.ReadElements(src, o, func(e ingest.ElementRecord) error { in.elementRow(e, src.Name()); return nil })
		return err
	}
}

func (in *incoming) elementRow(r ingest.ElementRecord, file string) {
	place := placeOf(file, r.At)
	e := Element{
		ID: r.ID, Name: r.Name, NameIT: r.NameIT, Description: r.Description, Layer: r.Layer, Owner: r.Owner, SecurityOwner: r.SecurityOwner,
		Tags: r.Tags, Aliases: r.Aliases,
		Kind:            pick(in, place, "kind", r.Kind, Kinds, outsideKinds),
		Outside:         r.Outside != nil && *r.Outside,
		Monitored:       r.Monitored != nil && *r.Monitored,
		Criticality:     in.level(place, "criticality", r.Criticality, outsideCriticalities),
		Confidentiality: in.level(place, "confidentiality", r.Confidentiality, outsideLevels),
		Integrity:       in.level(place, "integrity", r.Integrity, outsideLevels),
		Availability:    in.level(place, "availability", r.Availability, outsideLevels),
		Lifecycle:       pick(in, place, "lifecycle", r.Lifecycle, Lifecycles, outsideLives),
		RTO:             wide(r.RTO), RPO: wide(r.RPO), MTPD: wide(r.MTPD), MTDL: wide(r.MTDL), SLO: r.SLO, BIAWeight: r.BIAWeight,
		EndOfLife: dayOf(r.EndOfLife), CostEURYear: euros(r.CostPerYear), LossEURHour: euros(r.LossPerHour),
		Variant: outsideWord(r.Variant), Domain: r.Domain, Substitutability: outsideWord(r.Substitutability), ExitPlan: r.ExitPlan,
		Properties: properties(r.Properties), Original: r.Original,
	}
	in.elements = append(in.elements, newElement{external: r.ID, Element: e, place: place})
}

func (in *incoming) connectionRow(r ingest.ConnectionRecord, file string) {
	place := placeOf(file, r.At)
	c := Connection{
		Kind:       pick(in, place, "kind", r.Kind, ConnectionKinds, outsideConnections),
		Dependency: Dependency(r.Dependency), Strength: Strength(r.Strength), KOfN: wide(r.KOfN), Protocol: r.Protocol,
		Encrypted: r.Encrypted, Authenticated: r.Authenticated, OwnerFrom: r.OwnerFrom, OwnerTo: r.OwnerTo,
		Logged: r.Logged, ReviewOn: dayOf(r.ReviewOn), Properties: properties(r.Properties), Original: r.Original,
		Phase: pick(in, place, "phase", r.Phase, Phases, outsidePhases),
		Data:  strings.FieldsFunc(r.Data, func(c rune) bool { return c == '|' || c == ';' }),
	}
	n := newConnection{from: r.From, to: r.To, external: r.ID, agreement: r.Agreement, Connection: c, place: place}
	if r.FromTie != "" {
		n.from, n.fromTie = r.FromTie, true
	}
	if r.ToTie != "" {
		n.to, n.toTie = r.ToTie, true
	}
	in.connections = append(in.connections, n)
}

func (in *incoming) agreementRow(r ingest.AgreementRecord, file string) {
	place := placeOf(file, r.At)
	kind := outsideWord(r.Kind)
	if !slices.Contains(AgreementKinds, kind) {
		in.refuse(place, "kind", r.Kind, strings.Join(AgreementKinds, ", "))
	}
	a := Agreement{ID: r.ID, Title: r.Title, TitleIT: r.TitleIT, Kind: kind, From: dayOf(r.From), Until: dayOf(r.Until), Properties: properties(r.Properties)}
	in.agreements = append(in.agreements, newAgreement{party: r.Party, covers: r.Covers, Agreement: a, place: place})
}

func wide(n *int) *int64 {
	if n == nil {
		return nil
	}
	w := int64(*n)
	return &w
}

func euros(a *money.Amount) *float64 {
	if a == nil {
		return nil
	}
	f := a.Float()
	return &f
}

func dayOf(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.DateOnly)
}
