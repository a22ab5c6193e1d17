package risk

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"accordo.dev/internal/db"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/risk/fair"
	"accordo.dev/internal/risk/quant"
)

// Seed of the simulations: fixed, so that the same estimates always give the same figures.
const Seed = 20260101

// Simulation is the yearly loss of all scenarios that are not closed, simulated from the estimates
// as they are; InputsHash names exactly these inputs.
type Simulation struct {
	InputsHash string       `json:"inputsHash"`
	At         time.Time    `json:"at"`
	Result     quant.Result `json:"result"`
}

// inputs are what a simulation depends on, and nothing else.
type inputs struct {
	Method    string         `json:"method"`
	Seed      uint64         `json:"seed"`
	Years     int            `json:"years"`
	Appetites []float64      `json:"appetites"`
	Portfolio fair.Portfolio `json:"portfolio"`
}

func loadInputs(ctx context.Context, r db.Reader) (inputs, string, error) {
	in := inputs{Method: quant.Method, Seed: Seed, Years: quant.DefaultYears}
	var err error
	if in.Portfolio, err = Portfolio(ctx, r, fair.Current); err != nil {
		return in, "", err
	}
	if in.Appetites, err = amounts(ctx, r); err != nil {
		return in, "", err
	}
	data, err := json.Marshal(in)
	if err != nil {
		return in, "", fmt.Errorf("simulation: %w", err)
	}
	sum := sha256.Sum256(data)
	return in, hex.EncodeToString(sum[:]), nil
}

// Current gives the simulation of the estimates as they are now: the stored one when nothing changed
// since, else it is computed (and not stored: only commands write).
func Current(ctx context.Context, r db.Reader, _ struct{}) (Simulation, error) {
	in, hash, err := loadInputs(ctx, r)
	if err != nil {
		return Simulation{}, err
	}
	stored, err := db.One(ctx, r, problem.New(problem.NotFound, "problem.not-found", "what", "simulation"), scanSimulation,
		"SELECT inputs_hash, at, result FROM risk_simulation WHERE inputs_hash = $1", hash)
	if err == nil || !problem.Is(err, problem.NotFound) {
		return stored, err
	}
	return run(in, hash, r.Now())
}

// OpCurrent reads the simulation of the estimates as they are.
var OpCurrent = op.Query[struct{}, Simulation]{Name: "risk.current", Route: "GET /api/risks/simulation", Func: Current}

// Simulate computes and stores the simulation of the estimates as they are, and holds the statements of the board against it.
func Simulate(ctx context.Context, tx *db.Tx, _ struct{}) (Simulation, error) {
	simulation, err := Current(ctx, tx, struct{}{})
	if err != nil {
		return simulation, err
	}
	result, err := json.Marshal(simulation.Result)
	if err != nil {
		return simulation, fmt.Errorf("simulation: %w", err)
	}
	_, err = tx.Exec(ctx, `INSERT INTO risk_simulation (inputs_hash, at, result) VALUES ($1, $2, $3)
		ON CONFLICT (inputs_hash) DO NOTHING`, simulation.InputsHash, db.Micros(simulation.At), string(result))
	if err != nil {
		return simulation, err
	}
	return simulation, watched(ctx, tx)
}

// OpSimulate computes and stores the simulation.
var OpSimulate = op.Command[struct{}, Simulation]{Name: "risk.simulate", Route: "POST /api/risks/simulate", Func: Simulate}

func run(in inputs, hash string, now time.Time) (Simulation, error) {
	if len(in.Portfolio.Scenarios) == 0 {
		return Simulation{}, problem.New(problem.NotFound, "risk.error.no-scenario")
	}
	result, err := quant.Simulate(in.Portfolio, quant.Options{Seed: in.Seed, Years: in.Years, Appetites: in.Appetites})
	if err != nil {
		return Simulation{}, err
	}
	return Simulation{InputsHash: hash, At: now, Result: result}, nil
}

func scanSimulation(s db.Scan) (Simulation, error) {
	var simulation Simulation
	var result string
	if err := s(&simulation.InputsHash, db.At(&simulation.At), &result); err != nil {
		return simulation, err
	}
	return simulation, json.Unmarshal([]byte(result), &simulation.Result)
}
