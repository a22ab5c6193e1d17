package raci

import (
	"context"
	"slices"

	"accordo.dev/internal/db"
	"accordo.dev/internal/op"
	"accordo.dev/internal/organisation"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// NewIn makes a matrix: empty, or of activities of the library with the assignment that is usual in a profile.
type NewIn struct {
	ID         string   `json:"id" doc:"letters, digits, dots and dashes"`
	Title      string   `json:"title"`
	TitleIT    string   `json:"titleIt,omitempty"`
	Process    string   `json:"process"`
	Profile    string   `json:"profile,omitempty" doc:"profile of the library; that of the organisation unless told"`
	Activities []string `json:"activities,omitempty" doc:"ids of activities of the library; none: an empty matrix"`
}

// Target is the matrix.
func (in NewIn) Target() ref.Ref { return ref.New("raci", in.ID) }

// New makes a matrix.
func New(ctx context.Context, tx *db.Tx, in NewIn) (Matrix, error) {
	m := Matrix{ID: in.ID, Title: in.Title, TitleIT: in.TitleIT, Process: in.Process}
	if _, err := Get(ctx, tx, GetIn{in.ID}); err == nil {
		return m, problem.Field("id", "problem.twice", "value", in.ID)
	} else if !problem.Is(err, problem.NotFound) {
		return m, err
	}
	own, err := organisation.Get(ctx, tx, struct{}{})
	if err != nil {
		return m, err
	}
	if in.Profile == "" {
		in.Profile = ProfileOf(own)
	}
	if m, err = m.withLibrary(in.Profile, in.Activities); err != nil {
		return m, err
	}
	return saved(ctx, tx, m, "raci.new")
}

// OpNew makes a matrix.
var OpNew = op.Command[NewIn, Matrix]{Name: "raci.new", Route: "POST /api/raci/new", Func: New}

// DescribeIn names a matrix anew.
type DescribeIn struct {
	ID      string `json:"id"`
	Version int    `json:"version"`
	Title   string `json:"title"`
	TitleIT string `json:"titleIt,omitempty"`
	Process string `json:"process"`
}

// Target is the matrix.
func (in DescribeIn) Target() ref.Ref { return ref.New("raci", in.ID) }

// OpDescribe changes the names and the process of a matrix.
var OpDescribe = op.Command[DescribeIn, Matrix]{
	Name: "raci.describe", Route: "POST /api/raci/describe",
	Func: func(ctx context.Context, tx *db.Tx, in DescribeIn) (Matrix, error) {
		return changed(ctx, tx, in.ID, in.Version, "raci.describe", func(m *Matrix) error {
			m.Title, m.TitleIT, m.Process = in.Title, in.TitleIT, in.Process
			return nil
		})
	},
}

// changed loads a matrix as it was seen, changes and saves it.
func changed(ctx context.Context, tx *db.Tx, id string, version int, operation string, do func(*Matrix) error) (Matrix, error) {
	m, err := loaded(ctx, tx, id, version)
	if err != nil {
		return m, err
	}
	if err := do(&m); err != nil {
		return m, err
	}
	return saved(ctx, tx, m, operation)
}

// SetCellIn writes the letters of one cell.
type SetCellIn struct {
	ID       string `json:"id"`
	Version  int    `json:"version" doc:"of the matrix as it was seen"`
	Activity string `json:"activity"`
	Role     string `json:"role"`
	Letters  string `json:"letters" doc:"any of R, A, C, I and K; none clears the cell"`
}

// Target is the matrix.
func (in SetCellIn) Target() ref.Ref { return ref.New("raci", in.ID) }

// OpSetCell writes the letters of one cell.
var OpSetCell = op.Command[SetCellIn, Matrix]{
	Name: "raci.set-cell", Route: "POST /api/raci/set-cell",
	Func: func(ctx context.Context, tx *db.Tx, in SetCellIn) (Matrix, error) {
		return changed(ctx, tx, in.ID, in.Version, "raci.set-cell", func(m *Matrix) error {
			at := m.activity(in.Activity)
			if at < 0 {
				return problem.Field("activity", "problem.dangling", "value", in.Activity)
			}
			if m.role(in.Role) < 0 {
				return problem.Field("role", "problem.dangling", "value", in.Role)
			}
			m.setCell(at, in.Role, in.Letters)
			return nil
		})
	},
}

// setCell writes a cell without touching the matrix that was read.
func (m *Matrix) setCell(activity int, role, letters string) {
	m.Activities = slices.Clone(m.Activities)
	cells := map[string]string{}
	for r, text := range m.Activities[activity].Cells {
		cells[r] = text
	}
	cells[role] = letters
	m.Activities[activity].Cells = cells
}

// RowIn is a row as it shall be; Was names the row that it replaces, and is empty for one more.
type RowIn struct {
	ID       string   `json:"id"`
	Version  int      `json:"version"`
	Was      string   `json:"was,omitempty" doc:"id of the activity that it replaces; empty: one more"`
	Activity Activity `json:"activity"`
}

// Target is the matrix.
func (in RowIn) Target() ref.Ref { return ref.New("raci", in.ID) }

// OpSetRow writes a whole row, or adds one.
var OpSetRow = op.Command[RowIn, Matrix]{
	Name: "raci.set-row", Route: "POST /api/raci/set-row",
	Func: func(ctx context.Context, tx *db.Tx, in RowIn) (Matrix, error) {
		return changed(ctx, tx, in.ID, in.Version, "raci.set-row", func(m *Matrix) error { return m.setRow(in.Was, in.Activity) })
	},
}

func (m *Matrix) setRow(was string, a Activity) error {
	m.Activities = slices.Clone(m.Activities)
	if was == "" {
		m.Activities = append(m.Activities, a)
		return nil
	}
	at := m.activity(was)
	if at < 0 {
		return problem.New(problem.NotFound, "problem.not-found", "what", was)
	}
	m.Activities[at] = a
	for i, other := range m.Activities {
		if slices.Contains(other.Checks, was) && was != a.ID {
			m.Activities[i].Checks = append(cut(other.Checks, was), a.ID)
		}
	}
	return nil
}

// FromLibraryIn adds activities of the library to a matrix.
type FromLibraryIn struct {
	ID         string   `json:"id"`
	Version    int      `json:"version"`
	Profile    string   `json:"profile,omitempty" doc:"profile of the library; that of the organisation unless told"`
	Activities []string `json:"activities" minItems:"1"`
}

// Target is the matrix.
func (in FromLibraryIn) Target() ref.Ref { return ref.New("raci", in.ID) }

// OpFromLibrary adds activities of the library.
var OpFromLibrary = op.Command[FromLibraryIn, Matrix]{
	Name: "raci.from-library", Route: "POST /api/raci/from-library",
	Func: func(ctx context.Context, tx *db.Tx, in FromLibraryIn) (Matrix, error) {
		own, err := organisation.Get(ctx, tx, struct{}{})
		if err != nil {
			return Matrix{}, err
		}
		if in.Profile == "" {
			in.Profile = ProfileOf(own)
		}
		return changed(ctx, tx, in.ID, in.Version, "raci.from-library", func(m *Matrix) error {
			with, err := m.withLibrary(in.Profile, in.Activities)
			*m = with
			return err
		})
	},
}

// PlaceIn names a row or a column; By moves it so many places, up or left when negative.
type PlaceIn struct {
	ID      string `json:"id"`
	Version int    `json:"version"`
	Place   string `json:"place" doc:"id of the activity or role"`
	By      int    `json:"by,omitempty" doc:"places to move it by; up or left when negative"`
}

// Target is the matrix.
func (in PlaceIn) Target() ref.Ref { return ref.New("raci", in.ID) }

// OpRemoveRow removes a row.
var OpRemoveRow = op.Command[PlaceIn, Matrix]{
	Name: "raci.remove-row", Route: "POST /api/raci/remove-row",
	Func: func(ctx context.Context, tx *db.Tx, in PlaceIn) (Matrix, error) {
		return changed(ctx, tx, in.ID, in.Version, "raci.remove-row", func(m *Matrix) error {
			at := m.activity(in.Place)
			if at < 0 {
				return problem.Field("place", "problem.dangling", "value", in.Place)
			}
			m.Activities = slices.Delete(slices.Clone(m.Activities), at, at+1)
			for i, a := range m.Activities {
				m.Activities[i].Checks = cut(a.Checks, in.Place)
			}
			return nil
		})
	},
}

// OpMoveRow moves a row.
var OpMoveRow = op.Command[PlaceIn, Matrix]{
	Name: "raci.move-row", Route: "POST /api/raci/move-row",
	Func: func(ctx context.Context, tx *db.Tx, in PlaceIn) (Matrix, error) {
		return changed(ctx, tx, in.ID, in.Version, "raci.move-row", func(m *Matrix) (err error) {
			m.Activities, err = moved(m.Activities, m.activity(in.Place), in)
			return err
		})
	},
}

// moved moves one of a list, at most to its ends.
func moved[T any](list []T, at int, in PlaceIn) ([]T, error) {
	if at < 0 {
		return list, problem.Field("place", "problem.dangling", "value", in.Place)
	}
	one := list[at]
	list = slices.Delete(slices.Clone(list), at, at+1)
	return slices.Insert(list, max(0, min(len(list), at+in.By)), one), nil
}

// RoleIn is a column as it shall be; Was names the column that it replaces, and is empty for one more.
type RoleIn struct {
	ID      string `json:"id"`
	Version int    `json:"version"`
	Was     string `json:"was,omitempty"`
	Role    Role   `json:"role"`
}

// Target is the matrix.
func (in RoleIn) Target() ref.Ref { return ref.New("raci", in.ID) }

// OpSetRole writes a column, or adds one.
var OpSetRole = op.Command[RoleIn, Matrix]{
	Name: "raci.set-role", Route: "POST /api/raci/set-role",
	Func: func(ctx context.Context, tx *db.Tx, in RoleIn) (Matrix, error) {
		return changed(ctx, tx, in.ID, in.Version, "raci.set-role", func(m *Matrix) error { return m.setRole(in.Was, in.Role) })
	},
}

func (m *Matrix) setRole(was string, r Role) error {
	m.Roles = slices.Clone(m.Roles)
	if was == "" {
		m.Roles = append(m.Roles, r)
		return nil
	}
	at := m.role(was)
	if at < 0 {
		return problem.New(problem.NotFound, "problem.not-found", "what", was)
	}
	m.Roles[at] = r
	if was != r.ID {
		for i, a := range m.Activities {
			letters := a.Cells[was]
			m.setCell(i, was, "")
			m.setCell(i, r.ID, letters)
		}
	}
	return nil
}

// OpRemoveRole removes a column with its cells.
var OpRemoveRole = op.Command[PlaceIn, Matrix]{
	Name: "raci.remove-role", Route: "POST /api/raci/remove-role",
	Func: func(ctx context.Context, tx *db.Tx, in PlaceIn) (Matrix, error) {
		return changed(ctx, tx, in.ID, in.Version, "raci.remove-role", func(m *Matrix) error {
			at := m.role(in.Place)
			if at < 0 {
				return problem.Field("place", "problem.dangling", "value", in.Place)
			}
			m.Roles = slices.Delete(slices.Clone(m.Roles), at, at+1)
			for i := range m.Activities {
				m.setCell(i, in.Place, "")
			}
			return nil
		})
	},
}

// OpMoveRole moves a column.
var OpMoveRole = op.Command[PlaceIn, Matrix]{
	Name: "raci.move-role", Route: "POST /api/raci/move-role",
	Func: func(ctx context.Context, tx *db.Tx, in PlaceIn) (Matrix, error) {
		return changed(ctx, tx, in.ID, in.Version, "raci.move-role", func(m *Matrix) (err error) {
			m.Roles, err = moved(m.Roles, m.role(in.Place), in)
			return err
		})
	},
}

// SeenIn names a matrix as it was seen.
type SeenIn struct {
	ID      string `json:"id"`
	Version int    `json:"version" doc:"of the matrix as it was seen; 0 to undo its removal"`
}

// Target is the matrix.
func (in SeenIn) Target() ref.Ref { return ref.New("raci", in.ID) }

// OpRemove removes a matrix; undoing brings it back.
var OpRemove = op.Command[SeenIn, struct{}]{
	Name: "raci.remove", Route: "POST /api/raci/remove",
	Func: func(ctx context.Context, tx *db.Tx, in SeenIn) (struct{}, error) {
		if _, err := loaded(ctx, tx, in.ID, in.Version); err != nil {
			return struct{}{}, err
		}
		if err := keep(ctx, tx, in.ID, "raci.remove"); err != nil {
			return struct{}{}, err
		}
		return struct{}{}, drop(ctx, tx, in.ID)
	},
}

// Undo takes the last change of a matrix back, then the one before it, and so on. Undone is undone: there is no way
// forward again, but the record keeps everything.
func Undo(ctx context.Context, tx *db.Tx, in SeenIn) (Matrix, error) {
	current, err := Get(ctx, tx, GetIn{in.ID})
	if err != nil && !problem.Is(err, problem.NotFound) {
		return current, err
	}
	if current.Version != in.Version {
		return current, problem.New(problem.Conflict, "problem.stale")
	}
	last, err := lastChange(ctx, tx, in.ID)
	if err != nil {
		return current, err
	}
	if last.Step == 0 {
		return current, problem.New(problem.Conflict, "raci.error.nothing-to-undo")
	}
	if _, err := tx.Exec(ctx, "DELETE FROM raci_before WHERE matrix_id = $1 AND step = $2", in.ID, last.Step); err != nil {
		return current, err
	}
	if last.body == "" {
		return Matrix{ID: in.ID}, drop(ctx, tx, in.ID)
	}
	before, err := decode(last.body)
	if err != nil {
		return before, err
	}
	before.Version = max(current.Version, before.Version)
	return put(ctx, tx, before)
}

// OpUndo takes the last change of a matrix back.
var OpUndo = op.Command[SeenIn, Matrix]{Name: "raci.undo", Route: "POST /api/raci/undo", Func: Undo}
