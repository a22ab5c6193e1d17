package cli

import (
	"io"
	"os"
	"path/filepath"

	"accordo.dev/internal/problem"
)

// CalcCmd are the calculators: a file in, figures out, no database. docs/calculators.md has their formats.
type CalcCmd struct {
	Risk      CalcRiskCmd      `cmd:"" help:"Compute the yearly loss of a portfolio of scenarios, drawn or exactly."`
	Graph     CalcGraphCmd     `cmd:"" help:"Measure a graph of things that need each other."`
	Propagate CalcPropagateCmd `cmd:"" help:"Carry failures along needs: probabilities, cut sets, importance, minutes."`
	Choose    CalcChooseCmd    `cmd:"" help:"Find the best set of measures under budgets, with proof."`
}

// maxCalculation is the largest file that a calculator reads, in bytes.
const maxCalculation = 256 << 20

// readCalculation reads the file of a calculator; - is the standard input.
func (e *Env) readCalculation(name string) ([]byte, error) {
	source := e.In
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return nil, unreadable(filepath.Base(name), err)
		}
		defer file.Close()
		source = file
	}
	data, err := io.ReadAll(io.LimitReader(source, maxCalculation+1))
	if err == nil && len(data) > maxCalculation {
		return nil, problem.New(problem.TooLarge, "cli.calc.too-large", "limit", maxCalculation>>20)
	}
	return data, err
}

// inFile adds the name of the file to a problem and all its causes.
func inFile(err error, name string) error {
	p, ok := problem.As(err)
	if !ok {
		return err
	}
	place := func(p *problem.Error) *problem.Error {
		source := p.Source
		source.File = filepath.Base(name)
		return p.At(source)
	}
	placed := place(p)
	placed.Causes = nil
	for _, cause := range p.Causes {
		placed.Causes = append(placed.Causes, place(cause))
	}
	return placed
}
