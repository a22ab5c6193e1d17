package organisation

import (
	"context"
	"slices"

	"accordo.dev/internal/db"
	"accordo.dev/internal/op"
)

// Sectors lists the sectors, in the order in which people expect them.
var Sectors = []Sector{Bank, Industry, Health, Public, Retail, Essential, Generic}

// Terms are the words in which each sector has its own: what it delivers, to whom, under whose eyes, and who directs it. In
// words they are the messages "organisation.term.<term>.<sector>".
var Terms = []string{"service", "customer", "authority", "body"}

// Term is the message key of a term of the sector.
func (s Sector) Term(term string) string { return "organisation.term." + term + "." + string(s) }

// DefaultProfiles are the sets of rules under which an organisation of the sector usually falls; it says otherwise itself.
func (s Sector) DefaultProfiles() []string {
	switch s {
	case Bank:
		return []string{"dora_fe", "bank_it", "gdpr", "crd"}
	case Industry, Essential:
		return []string{"nis2_it", "gdpr"}
	case Health, Public:
		return []string{"pa_it", "nis2_it", "gdpr"}
	case Retail:
		return []string{"nis2_digital", "gdpr"}
	default:
		return []string{"generic", "gdpr"}
	}
}

// CIOStandsFor are the meanings of the letter I in CIO that an organisation may choose.
var CIOStandsFor = []string{"information", "integration", "innovation"}

// ChangeInput is what an organisation says of the rules that bind it.
type ChangeInput struct {
	Sector        Sector   `json:"sector"`
	Profiles      []string `json:"profiles,omitempty"`
	Compensations []string `json:"compensations,omitempty"`
	CIO           string   `json:"cio,omitempty" doc:"what CIO stands for: information, integration or innovation"`
}

// Change says which rules bind the organisation, what makes up for a CISO below the CIO, and what CIO stands for. Lists are
// kept in one order, whatever the order in which they were chosen.
func Change(ctx context.Context, tx *db.Tx, in ChangeInput) (Organisation, error) {
	o, err := Get(ctx, tx, struct{}{})
	if err != nil {
		return o, err
	}
	o.Sector, o.Profiles, o.Compensations, o.CIO = in.Sector, in.Profiles, in.Compensations, in.CIO
	if err := o.check(); err != nil {
		return o, err
	}
	o.Profiles, o.Compensations = ordered(in.Profiles, Profiles), ordered(in.Compensations, Compensations)
	_, err = Apply(ctx, tx, o)
	return o, err
}

// OpChange says which rules bind the organisation.
var OpChange = op.Command[ChangeInput, Organisation]{Name: "organisation.change", Route: "POST /api/organisation/change", Func: Change}

// ordered gives the chosen ones in the order of all.
func ordered(chosen, all []string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(one string) bool { return !slices.Contains(chosen, one) })
}

// Check gives what is wrong with the organisation, as its file would say it.
func (o Organisation) Check() error { return o.check() }
