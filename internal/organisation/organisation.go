// Package organisation holds what is true of the organisation as a whole: its name, the rules it falls
// under, its calendar of sittings.
package organisation

import (
	"context"
	"encoding/json"
	"fmt"

	"accordo.dev/internal/change"
	"accordo.dev/internal/db"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// Sector is the kind of organisation; it decides which law applies by default.
type Sector string

// The sectors.
const (
	Bank     Sector = "bank"
	Industry Sector = "industry"
	Health   Sector = "health"
	Public   Sector = "public"
	Retail   Sector = "retail"

	Essential Sector = "essential" // or important, of the directive on network security, and none of the above
	Generic   Sector = "generic"
)

// Profiles are the sets of rules that an organisation may fall under; their names are those of the
// independence rules: dora_fe is a financial entity of Regulation 2022/2554, nis2_it an Italian NIS2 body.
var Profiles = []string{"dora_fe", "dora_simple", "bank_it", "nis2_digital", "nis2_it", "pa_it", "gdpr", "crd", "generic"}

// Compensations are the measures that make a CISO below the CIO bearable.
var Compensations = []string{"written-channel", "separate-control-function", "appointed-by-board", "own-budget", "right-to-escalate"}

// Organisation is the one organisation of an installation, as organisation.yaml says it.
type Organisation struct {
	Name          string   `yaml:"name" json:"name"`
	Sector        Sector   `yaml:"sector" json:"sector"`
	Profiles      []string `yaml:"profiles,omitempty" json:"profiles,omitempty"`
	Compensations []string `yaml:"compensations,omitempty" json:"compensations,omitempty"`
	CIO           string   `yaml:"cio_stands_for,omitempty" json:"cioStandsFor,omitempty"`  // see CIOStandsFor; none: information
	LastSitting   string   `yaml:"last_sitting,omitempty" json:"lastSitting,omitempty"`     // day of the last joint committee
	NextCommittee string   `yaml:"next_committee,omitempty" json:"nextCommittee,omitempty"` // day
	NextBoard     string   `yaml:"next_board,omitempty" json:"nextBoard,omitempty"`         // day
	Calendar      `yaml:",inline"`
}

const settingKey = "organisation"

// Get reads the organisation; an installation that was not set up has an empty name.
func Get(ctx context.Context, r db.Reader, _ struct{}) (Organisation, error) {
	text, err := db.Value[string](ctx, r, "SELECT value FROM setting WHERE key = $1", settingKey)
	if err != nil || text == "" {
		return Organisation{}, err
	}
	var o Organisation
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		return Organisation{}, fmt.Errorf("organisation: %w", err)
	}
	return o, nil
}

// OpGet reads the organisation.
var OpGet = op.Query[struct{}, Organisation]{Name: "organisation.get", Route: "GET /api/organisation", Func: Get}

// Apply makes the organisation what the file says.
func Apply(ctx context.Context, tx *db.Tx, want Organisation) ([]change.Change, error) {
	if err := want.check(); err != nil {
		return nil, err
	}
	have, err := Get(ctx, tx, struct{}{})
	if err != nil {
		return nil, err
	}
	fields := change.Between(have, want)
	if len(fields) == 0 {
		return nil, nil
	}
	data, err := json.Marshal(want)
	if err != nil {
		return nil, fmt.Errorf("organisation: %w", err)
	}
	_, err = tx.Exec(ctx, `INSERT INTO setting (key, value) VALUES ($1, $2)
		ON CONFLICT (key) DO UPDATE SET value = excluded.value`, settingKey, string(data))
	kind := change.Update
	if have.Name == "" {
		kind = change.Create
	}
	name := ref.New("organisation", "self")
	tx.Touch(name)
	return []change.Change{{Ref: name, Kind: kind, Title: want.Name, Fields: fields}}, err
}

func (o Organisation) check() error {
	var wrong []*problem.Error
	if o.Name == "" {
		wrong = append(wrong, problem.Field("name", "problem.required"))
	}
	wrong = append(wrong, choices("sector", []string{string(o.Sector)}, sectorNames())...)
	wrong = append(wrong, choices("profiles", o.Profiles, Profiles)...)
	if o.CIO != "" {
		wrong = append(wrong, choices("cio_stands_for", []string{o.CIO}, CIOStandsFor)...)
	}
	wrong = append(wrong, choices("compensations", o.Compensations, Compensations)...)
	if o.Holidays != "" {
		wrong = append(wrong, choices("holidays", []string{o.Holidays}, []string{HolidaysIT, HolidaysNone})...)
	}
	for _, day := range o.Closed {
		if !db.ValidDay(day) {
			wrong = append(wrong, problem.Field("closed", "problem.day", "value", day))
		}
	}
	for field, day := range map[string]string{"last_sitting": o.LastSitting, "next_committee": o.NextCommittee, "next_board": o.NextBoard} {
		if day != "" && !db.ValidDay(day) {
			wrong = append(wrong, problem.Field(field, "problem.day", "value", day))
		}
	}
	return problem.Many(wrong)
}

func choices(field string, values, allowed []string) []*problem.Error {
	var wrong []*problem.Error
	for _, value := range values {
		if err := problem.Choice(field, value, allowed...); err != nil {
			wrong = append(wrong, err)
		}
	}
	return wrong
}

func sectorNames() []string {
	names := make([]string, len(Sectors))
	for i, sector := range Sectors {
		names[i] = string(sector)
	}
	return names
}
