package raci

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"accordo.dev/internal/db"
	"accordo.dev/internal/item"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// GetIn names a matrix.
type GetIn struct {
	ID string `path:"id" json:"id"`
}

// Target is the matrix.
func (in GetIn) Target() ref.Ref { return ref.New("raci", in.ID) }

// Get loads a matrix.
func Get(ctx context.Context, r db.Reader, in GetIn) (Matrix, error) {
	missing := problem.New(problem.NotFound, "problem.not-found", "what", "raci "+in.ID)
	return db.One(ctx, r, missing, scan, "SELECT body FROM raci_matrix WHERE id = $1", in.ID)
}

// OpGet loads a matrix.
var OpGet = op.Query[GetIn, Matrix]{Name: "raci.get", Route: "GET /api/raci/{id}", Func: Get}

func all(ctx context.Context, r db.Reader) ([]Matrix, error) {
	return db.All(ctx, r, scan, "SELECT body FROM raci_matrix ORDER BY id")
}

// decode reads a matrix as it was written, with the version that it had then.
func decode(body string) (Matrix, error) {
	var m Matrix
	if err := json.Unmarshal([]byte(body), &m); err != nil {
		return m, fmt.Errorf("raci matrix: %w", err)
	}
	return m, nil
}

// loaded gives a matrix that is still as the reader saw it.
func loaded(ctx context.Context, tx *db.Tx, id string, version int) (Matrix, error) {
	m, err := Get(ctx, tx, GetIn{id})
	if err == nil && m.Version != version {
		err = problem.New(problem.Conflict, "problem.stale")
	}
	return m, err
}

// saved checks a matrix, keeps what it was before, and writes it.
func saved(ctx context.Context, tx *db.Tx, m Matrix, operation string) (Matrix, error) {
	m = m.tidy()
	if err := problem.Many(m.check(plainField)); err != nil {
		return m, err
	}
	if err := item.Dangling(ctx, tx, pointers(m, plainField)); err != nil {
		return m, err
	}
	if err := keep(ctx, tx, m.ID, operation); err != nil {
		return m, err
	}
	return put(ctx, tx, m)
}

// put writes a matrix as it is and keeps its entry in the register.
func put(ctx context.Context, tx *db.Tx, m Matrix) (Matrix, error) {
	m.Version++
	body, err := json.Marshal(m)
	if err != nil {
		return m, err
	}
	_, err = tx.Exec(ctx, `INSERT INTO raci_matrix (id, process, body, version) VALUES ($1, $2, $3, $4)
		ON CONFLICT (id) DO UPDATE SET process = excluded.process, body = excluded.body, version = excluded.version`,
		m.ID, m.Process, string(body), m.Version)
	if err != nil {
		return m, err
	}
	tx.Touch(m.Ref())
	return m, item.Put(ctx, tx, item.Item{Ref: m.Ref(), Title: m.Name(), Area: "raci"})
}

func drop(ctx context.Context, tx *db.Tx, id string) error {
	name := ref.New("raci", id)
	tx.Touch(name)
	if _, err := tx.Exec(ctx, "DELETE FROM raci_matrix WHERE id = $1", id); err != nil {
		return err
	}
	return item.Remove(ctx, tx, name)
}

// keep writes down what a matrix is before a change.
func keep(ctx context.Context, tx *db.Tx, id, operation string) error {
	body, err := db.Value[string](ctx, tx, "SELECT body FROM raci_matrix WHERE id = $1", id)
	if err != nil {
		return err
	}
	step, err := db.Value[int64](ctx, tx, "SELECT MAX(step) FROM raci_before WHERE matrix_id = $1", id)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "INSERT INTO raci_before (matrix_id, step, at, by_ref, operation, body) VALUES "+db.Tuples(1, 6),
		id, step+1, db.Micros(tx.Now()), tx.Actor().Ref, operation, body)
	return err
}

// Before is what undoing would take back: the last change of a matrix. Step is 0 when there is none.
type Before struct {
	Step      int64   `json:"step"`
	Operation string  `json:"operation,omitempty"`
	By        ref.Ref `json:"by,omitempty"`
	body      string
}

func lastChange(ctx context.Context, r db.Reader, id string) (Before, error) {
	found, err := db.All(ctx, r, func(s db.Scan) (Before, error) {
		var b Before
		return b, s(&b.Step, &b.Operation, &b.By, &b.body)
	}, "SELECT step, operation, by_ref, body FROM raci_before WHERE matrix_id = $1 ORDER BY step DESC LIMIT 1", id)
	if err != nil || len(found) == 0 {
		return Before{}, err
	}
	return found[0], nil
}

// OpLastChange tells what undoing would take back.
var OpLastChange = op.Query[GetIn, Before]{
	Name: "raci.last-change", Route: "GET /api/raci/{id}/last-change",
	Func: func(ctx context.Context, r db.Reader, in GetIn) (Before, error) { return lastChange(ctx, r, in.ID) },
}

// pointers are the elements that activities are about and the people who hold roles.
func pointers(m Matrix, field func(string) string) []item.Pointer {
	var all []item.Pointer
	for _, a := range m.Activities {
		all = append(all, item.Point(field("activities["+a.ID+"].about"), "element", a.About...)...)
	}
	for _, r := range m.Roles {
		all = append(all, item.Point(field("roles["+r.ID+"].persons"), "person", r.Persons...)...)
	}
	return all
}

// cut removes an id from a list.
func cut(list []string, id string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(one string) bool { return one == id })
}
