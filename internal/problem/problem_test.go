package problem_test

import (
	"errors"
	"fmt"
	"testing"

	"accordo.dev/internal/problem"
)

func TestProblemIsFoundInAChainOfErrors(t *testing.T) {
	err := fmt.Errorf("load: %w", fmt.Errorf("query: %w", problem.New(problem.NotFound, "problem.not-found", "what", "x")))
	if p, ok := problem.As(err); !ok || p.Key != "problem.not-found" {
		t.Errorf("got %v, %v, want the problem", p, ok)
	}
	if !problem.Is(err, problem.NotFound) || problem.Is(err, problem.Invalid) || problem.Is(errors.New("x"), problem.NotFound) || problem.Is(nil, problem.NotFound) {
		t.Error("the kind is not told apart")
	}
}

func TestManyIsNothingTheOneOrAll(t *testing.T) {
	a, b := problem.Field("a", "problem.required"), problem.Field("b", "problem.required")
	if err := problem.Many(nil); err != nil {
		t.Errorf("got %v, want nil", err)
	}
	if err := problem.Many([]*problem.Error{a}); err != error(a) {
		t.Errorf("got %v, want the one itself", err)
	}
	p, ok := problem.As(problem.Many([]*problem.Error{a, b}))
	if !ok || len(p.Causes) != 2 || p.Args["n"] != 2 || p.Kind != problem.Invalid {
		t.Errorf("got %v, want both", p)
	}
}

func TestPlaceAndArgumentsAreCopies(t *testing.T) {
	plain := problem.Field("a", "problem.range", "min", 1)
	placed := plain.At(problem.Source{File: "x.csv", Line: 2, Record: 1}).With("max", 9)
	if plain.Source.File != "" || len(plain.Args) != 1 {
		t.Errorf("got %v, want the first as it was", plain)
	}
	want := "x.csv: line 2: record 1: a: problem.range max=9 min=1"
	if got := placed.Error(); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestChoiceNamesFieldAndChoices(t *testing.T) {
	if got := problem.Choice("stage", "idea", "idea", "run"); got != nil {
		t.Errorf("got %v, want nil", got)
	}
	got := problem.Choice("stage", "paused", "idea", "run")
	if got == nil || got.Field != "stage" || got.Args["choices"] != "idea, run" || got.Args["value"] != "paused" {
		t.Errorf("got %v, want the field with its choices", got)
	}
}
