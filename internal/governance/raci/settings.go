package raci

import (
	"context"
	"encoding/json"
	"fmt"

	"accordo.dev/internal/db"
	"accordo.dev/internal/governance/raci/rules"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// Settings are the thresholds that an organisation chose; what is nil is as the profile has it.
type Settings struct {
	MaxA    *int     `yaml:"max_accountable,omitempty" json:"maxAccountable,omitempty" doc:"a person answers for at most so many activities"`
	MaxC    *int     `yaml:"max_consulted,omitempty" json:"maxConsulted,omitempty" doc:"so many roles are consulted at most"`
	Differs *float64 `yaml:"share_that_may_differ,omitempty" json:"shareThatMayDiffer,omitempty" doc:"share of acts that may differ from the matrix, 0 to 1"`
	MinActs *int     `yaml:"acts_to_tell,omitempty" json:"actsToTell,omitempty" doc:"with fewer acts nobody can tell"`
}

func (s Settings) over(d rules.Settings) rules.Settings {
	if s.MaxA != nil {
		d.MaxA = *s.MaxA
	}
	if s.MaxC != nil {
		d.MaxC = *s.MaxC
	}
	if s.Differs != nil {
		d.Differs = *s.Differs
	}
	if s.MinActs != nil {
		d.MinActs = *s.MinActs
	}
	return d
}

func (s Settings) check(field func(string) string) []*problem.Error {
	var wrong []*problem.Error
	whole := func(name string, value *int) {
		if value != nil && (*value < 1 || *value > 1000) {
			wrong = append(wrong, problem.Field(field(name), "problem.range", "value", *value, "min", 1, "max", 1000))
		}
	}
	whole("max_accountable", s.MaxA)
	whole("max_consulted", s.MaxC)
	whole("acts_to_tell", s.MinActs)
	if s.Differs != nil && !(*s.Differs >= 0 && *s.Differs <= 1) {
		wrong = append(wrong, problem.Field(field("share_that_may_differ"), "problem.range", "value", *s.Differs, "min", 0, "max", 1))
	}
	return wrong
}

const settingKey = "raci"

// GetSettings reads what the organisation chose.
func GetSettings(ctx context.Context, r db.Reader, _ struct{}) (Settings, error) {
	var s Settings
	text, err := db.Value[string](ctx, r, "SELECT value FROM setting WHERE key = $1", settingKey)
	if err != nil || text == "" {
		return s, err
	}
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return s, fmt.Errorf("raci settings: %w", err)
	}
	return s, nil
}

// OpSettings reads the thresholds that were chosen.
var OpSettings = op.Query[struct{}, Settings]{Name: "raci.settings", Route: "GET /api/raci-settings", Func: GetSettings}

// SetSettings chooses thresholds.
func SetSettings(ctx context.Context, tx *db.Tx, s Settings) (Settings, error) {
	if err := problem.Many(s.check(plainField)); err != nil {
		return s, err
	}
	return s, putSettings(ctx, tx, s)
}

// OpSetSettings chooses thresholds.
var OpSetSettings = op.Command[Settings, Settings]{Name: "raci.set-settings", Route: "POST /api/raci-settings", Func: SetSettings}

func putSettings(ctx context.Context, tx *db.Tx, s Settings) error {
	data, err := json.Marshal(s)
	if err != nil {
		return err
	}
	tx.Touch(ref.New("raci-settings", "self"))
	_, err = tx.Exec(ctx, `INSERT INTO setting (key, value) VALUES ($1, $2)
		ON CONFLICT (key) DO UPDATE SET value = excluded.value`, settingKey, string(data))
	return err
}

// InForce are the thresholds and functions that the rules use now.
func InForce(ctx context.Context, r db.Reader, _ struct{}) (rules.Settings, error) {
	s, err := gather(ctx, r)
	return s.settings, err
}

// OpInForce tells the thresholds that the rules use now.
var OpInForce = op.Query[struct{}, rules.Settings]{Name: "raci.thresholds", Route: "GET /api/raci-thresholds", Func: InForce}
