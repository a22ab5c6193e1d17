package survey

import (
	"context"
	"fmt"
	"slices"

	"accordo.dev/internal/change"
	"accordo.dev/internal/db"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/item"
	"accordo.dev/internal/problem"
)

// File is survey.yaml. It holds no more than the pages may say: of a round that is over, the counts of each side of
// which enough answered. What a small side or an open round answered stays where it is and comes back in no file.
type File struct {
	Rounds []RoundFile `yaml:"rounds"`
}

// RoundFile is a round with its counts.
type RoundFile struct {
	ID       string     `yaml:"id"`
	Title    string     `yaml:"title"`
	TitleIT  string     `yaml:"title_it,omitempty"`
	From     string     `yaml:"from"`
	To       string     `yaml:"to"`
	Closed   string     `yaml:"closed,omitempty"`
	OpenedBy string     `yaml:"opened_by,omitempty"`
	Sides    []SideFile `yaml:"sides,omitempty"`
}

func (f RoundFile) round() Round {
	return Round{ID: f.ID, Title: f.Title, TitleIT: f.TitleIT, From: f.From, To: f.To, Closed: f.Closed, OpenedBy: f.OpenedBy}
}

// SideFile is what a side answered.
type SideFile struct {
	Side       Side             `yaml:"side"`
	N          int              `yaml:"n"`
	Statements map[string][]int `yaml:"statements"` // how many agreed 1 to 5
	Areas      map[string][]int `yaml:"areas"`      // how many had a sum of friction of 3 to 15
	Texts      []TextFile       `yaml:"texts,omitempty"`
}

// TextFile is a free text.
type TextFile struct {
	Area string `yaml:"area"`
	Text string `yaml:"text"`
}

func sortRounds(all []Round) {
	slices.SortFunc(all, func(a, b Round) int {
		if a.From != b.From {
			return compare(a.From, b.From)
		}
		return compare(a.ID, b.ID)
	})
}

// Export gives the rounds, the oldest first.
func Export(ctx context.Context, r db.Reader) (File, error) {
	all, err := rounds(ctx, r)
	var f File
	for _, round := range all {
		one := RoundFile{ID: round.ID, Title: round.Title, TitleIT: round.TitleIT, From: round.From, To: round.To, Closed: round.Closed, OpenedBy: round.OpenedBy}
		if round.StateOn(identity.Day(r.Now())) == Over {
			if one.Sides, err = exportSides(ctx, r, round.ID); err != nil {
				return f, err
			}
		}
		f.Rounds = append(f.Rounds, one)
	}
	return f, err
}

func exportSides(ctx context.Context, r db.Reader, round string) ([]SideFile, error) {
	by, err := tallies(ctx, r, round)
	var all []SideFile
	for _, side := range Sides {
		t := by[side]
		if t.N < MinN {
			continue
		}
		one := SideFile{Side: side, N: t.N, Statements: map[string][]int{}, Areas: map[string][]int{}}
		for _, statement := range Statements() {
			one.Statements[statement] = spread(t.Counts[statement], 1, 5)
		}
		for _, area := range Areas {
			one.Areas[area] = spread(t.Counts[area], PerArea, 5*PerArea)
		}
		said, failed := texts(ctx, r, round, side)
		if failed != nil {
			return nil, failed
		}
		for _, t := range said {
			one.Texts = append(one.Texts, TextFile{t.Area, t.Body})
		}
		all = append(all, one)
	}
	return all, err
}

func spread(counts map[int]int, from, to int) []int {
	var out []int
	for v := from; v <= to; v++ {
		out = append(out, counts[v])
	}
	return out
}

// Apply makes the rounds what the file says. What a file cannot hold, it cannot take away: answers of a small side or an
// open round stay as long as their round does.
func Apply(ctx context.Context, tx *db.Tx, f File) ([]change.Change, error) {
	if err := f.check(identity.Day(tx.Now())); err != nil {
		return nil, err
	}
	current, err := Export(ctx, tx)
	if err != nil {
		return nil, err
	}
	have, want, order := map[string]RoundFile{}, map[string]RoundFile{}, []string{}
	for _, one := range current.Rounds {
		have[one.ID] = one
	}
	for _, one := range f.Rounds {
		want[one.ID] = one
		order = append(order, one.ID)
	}
	plan := change.Plan("survey", have, want, order, func(one RoundFile) string { return one.Title })
	for _, c := range plan {
		if c.Kind == change.Remove {
			err = removeRound(ctx, tx, c.Ref.ID())
		} else {
			err = putFile(ctx, tx, have[c.Ref.ID()], want[c.Ref.ID()])
		}
		if err != nil {
			return nil, err
		}
	}
	return plan, nil
}

func removeRound(ctx context.Context, tx *db.Tx, id string) error {
	for _, table := range []string{"survey_answered", "survey_text", "survey_count"} {
		if _, err := tx.Exec(ctx, "DELETE FROM "+table+" WHERE round = $1", id); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, "DELETE FROM survey_round WHERE id = $1", id); err != nil {
		return err
	}
	tx.Touch(Ref(id))
	return item.Remove(ctx, tx, Ref(id))
}

// putFile writes a round and the sides that the file names; sides that were in the last file and are not in this one go.
func putFile(ctx context.Context, tx *db.Tx, have, want RoundFile) error {
	for _, gone := range have.Sides {
		if !slices.ContainsFunc(want.Sides, func(s SideFile) bool { return s.Side == gone.Side }) {
			if err := clearSide(ctx, tx, want.ID, gone.Side); err != nil {
				return err
			}
		}
	}
	for _, side := range want.Sides {
		if err := putSide(ctx, tx, want.ID, side); err != nil {
			return err
		}
	}
	return putRound(ctx, tx, want.round())
}

func clearSide(ctx context.Context, tx *db.Tx, round string, side Side) error {
	for _, table := range []string{"survey_count", "survey_text"} {
		if _, err := tx.Exec(ctx, "DELETE FROM "+table+" WHERE round = $1 AND side = $2", round, side); err != nil {
			return err
		}
	}
	return nil
}

func putSide(ctx context.Context, tx *db.Tx, round string, s SideFile) error {
	if err := clearSide(ctx, tx, round, s.Side); err != nil {
		return err
	}
	var rows [][]any
	add := func(counts map[string][]int, lowest int) {
		for what, list := range counts {
			for i, n := range list {
				if n > 0 {
					rows = append(rows, []any{round, string(s.Side), what, lowest + i, n})
				}
			}
		}
	}
	add(s.Statements, 1)
	add(s.Areas, PerArea)
	if err := tx.InsertMany(ctx, "survey_count", []string{"round", "side", "item", "value", "n"}, rows); err != nil {
		return err
	}
	var all []text
	for _, t := range s.Texts {
		all = append(all, text{t.Area, t.Text})
	}
	return putTexts(ctx, tx, round, s.Side, all)
}

// check gathers what is wrong in the whole file.
func (f File) check(today string) error {
	var wrong []*problem.Error
	seen := map[string]bool{}
	var all []Round
	for _, one := range f.Rounds {
		field := func(name string) string { return fmt.Sprintf("rounds[%s].%s", one.ID, name) }
		if seen[one.ID] {
			wrong = append(wrong, problem.Field(field("id"), "problem.twice", "value", one.ID))
		}
		seen[one.ID] = true
		all = append(all, one.round())
		wrong = append(wrong, one.round().check(field)...)
		if len(one.Sides) > 0 && one.round().StateOn(today) != Over {
			wrong = append(wrong, problem.Field(field("sides"), "survey.error.open-counts"))
		}
		sides := map[Side]bool{}
		for _, s := range one.Sides {
			if err := problem.Choice(field("sides"), string(s.Side), "it", "security"); err != nil {
				wrong = append(wrong, err)
			}
			if sides[s.Side] || !s.adds() {
				wrong = append(wrong, problem.Field(field("sides"), "survey.error.counts", "least", MinN))
			}
			sides[s.Side] = true
		}
	}
	if len(wrong) == 0 {
		wrong = checkRest(all, func(r Round) string { return fmt.Sprintf("rounds[%s].from", r.ID) })
	}
	return problem.Many(wrong)
}

// adds tells whether the counts fit each other: everybody answered everything, and the sums of areas are those of their
// statements.
func (s SideFile) adds() bool {
	if s.N < MinN || len(s.Statements) != len(Statements()) || len(s.Areas) != len(Areas) {
		return false
	}
	for _, area := range Areas {
		n, sum := total(s.Areas[area], PerArea, 5*PerArea)
		if n != s.N {
			return false
		}
		for i := range PerArea {
			statement := fmt.Sprintf("%s-%d", area, i+1)
			n, agreed := total(s.Statements[statement], 1, 5)
			if n != s.N {
				return false
			}
			if Reversed(statement) {
				agreed = 6*n - agreed
			}
			sum -= agreed
		}
		if sum != 0 {
			return false
		}
	}
	return !slices.ContainsFunc(s.Texts, func(t TextFile) bool { return !slices.Contains(Areas, t.Area) || t.Text == "" || len(t.Text) > 2000 })
}

// total is how many there are and the sum of their values; a list of another length has none.
func total(counts []int, from, to int) (n, sum int) {
	if len(counts) != to-from+1 || slices.Min(counts) < 0 {
		return -1, 0
	}
	for i, c := range counts {
		n += c
		sum += c * (from + i)
	}
	return n, sum
}
