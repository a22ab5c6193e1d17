package change_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"accordo.dev/internal/change"
)

type system struct {
	ID      string   `yaml:"id"`
	Title   string   `yaml:"title,omitempty"`
	Minutes *int64   `yaml:"minutes,omitempty"`
	Tags    []string `yaml:"tags,omitempty"`
	Version int      `yaml:"-"`
	note    string
}

func minutes(n int64) *int64 { return &n }

func TestOnlyFieldsOfTheFileThatDifferAreNamed(t *testing.T) {
	before := system{ID: "a", Title: "Old", Minutes: nil, Tags: []string{"x"}, Version: 1, note: "n"}
	after := system{ID: "a", Title: "New", Minutes: minutes(0), Tags: []string{"x"}, Version: 2, note: "m"}
	got := change.Between(before, &after)
	want := []change.Field{{Name: "title", Old: "Old", New: "New"}, {Name: "minutes", Old: "–", New: "0"}}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestEqualNumbersBehindDifferentPointersAreNoChange(t *testing.T) {
	if got := change.Between(system{Minutes: minutes(5)}, system{Minutes: minutes(5)}); len(got) != 0 {
		t.Errorf("got %v, want none", got)
	}
}

func TestListsThatReadAlikeAreNotTheSame(t *testing.T) {
	got := change.Between(system{Tags: []string{"a b"}}, system{Tags: []string{"a", "b"}})
	if len(got) != 1 || got[0].Name != "tags" {
		t.Errorf("got %v, want the tags", got)
	}
}

type step struct {
	Minutes *int64 `yaml:"minutes"`
}

type plan struct {
	Steps []step    `yaml:"steps"`
	From  time.Time `yaml:"from"`
	Words []string  `yaml:"words"`
}

func TestWhatAFileWritesAlikeIsNoChange(t *testing.T) {
	at := time.Date(2026, 11, 25, 8, 0, 0, 0, time.UTC)
	before := plan{Steps: []step{{minutes(5)}}, From: at, Words: nil}
	after := plan{Steps: []step{{minutes(5)}}, From: at.In(time.FixedZone("", 0)), Words: []string{}}
	if got := change.Between(before, after); len(got) != 0 {
		t.Errorf("got %v, want none", got)
	}
	after.Steps[0].Minutes = minutes(6)
	if got := change.Between(before, after); len(got) != 1 || !strings.Contains(got[0].New, "6") {
		t.Errorf("got %v, want the steps with their minutes", got)
	}
}

func byID(systems []system) (map[string]system, []string) {
	all, order := map[string]system{}, []string{}
	for _, s := range systems {
		if _, twice := all[s.ID]; !twice {
			order = append(order, s.ID)
		}
		all[s.ID] = s
	}
	return all, order
}

func someSystems(t *rapid.T, label string) []system {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) system {
		return system{ID: fmt.Sprint("s", rapid.IntRange(0, 9).Draw(t, "id")), Title: rapid.SampledFrom([]string{"", "A", "B"}).Draw(t, "title")}
	}), 0, 12).Draw(t, label)
}

// Following the plan from what is leads to exactly what shall be.
func TestPlanLeadsFromHaveToWant(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		have, _ := byID(someSystems(t, "have"))
		want, order := byID(someSystems(t, "want"))
		plan := change.Plan("element", have, want, order, func(s system) string { return s.Title })
		result := map[string]system{}
		for id, s := range have {
			result[id] = s
		}
		for _, c := range plan {
			_, exists := result[c.Ref.ID()]
			if exists != (c.Kind != change.Create) {
				t.Fatalf("%v of %s, which exists: %v", c.Kind, c.Ref, exists)
			}
			if c.Kind == change.Remove {
				delete(result, c.Ref.ID())
			} else {
				result[c.Ref.ID()] = want[c.Ref.ID()]
			}
		}
		if got, want := fmt.Sprint(result), fmt.Sprint(want); got != want {
			t.Fatalf("got %v, want %v", got, want)
		}
		if again := change.Plan("element", want, want, order, func(s system) string { return s.Title }); len(again) != 0 {
			t.Fatalf("got %v, want nothing to do the second time", again)
		}
	})
}

func TestPlanKeepsTheOrderOfTheFileAndRemovesLast(t *testing.T) {
	have, _ := byID([]system{{ID: "z"}, {ID: "y"}, {ID: "b"}})
	want, order := byID([]system{{ID: "c"}, {ID: "b", Title: "B"}, {ID: "a"}})
	var got []string
	for _, c := range change.Plan("element", have, want, order, func(s system) string { return s.Title }) {
		got = append(got, string(c.Kind)+" "+string(c.Ref))
	}
	if want := []string{"create element:c", "change element:b", "create element:a", "remove element:y", "remove element:z"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
