package landscape

import (
	"context"

	"accordo.dev/internal/change"
	"accordo.dev/internal/db"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// GetConnectionIn names a connection.
type GetConnectionIn struct {
	ID string `path:"id" json:"id"`
}

// Target is the connection.
func (in GetConnectionIn) Target() ref.Ref { return ref.New("connection", in.ID) }

// ConnectionView is a connection with both ends.
type ConnectionView struct {
	Connection Connection `json:"connection"`
	From       Element    `json:"from"`
	To         Element    `json:"to"`
}

// GetConnection loads a connection with both ends.
func GetConnection(ctx context.Context, r db.Reader, in GetConnectionIn) (ConnectionView, error) {
	v := ConnectionView{}
	var err error
	if v.Connection, err = connection(ctx, r, in.ID); err != nil {
		return v, err
	}
	if v.From, err = element(ctx, r, v.Connection.From); err != nil {
		return v, err
	}
	v.To, err = element(ctx, r, v.Connection.To)
	return v, err
}

// OpGetConnection loads a connection.
var OpGetConnection = op.Query[GetConnectionIn, ConnectionView]{Name: "landscape.get-connection", Route: "GET /api/landscape/connections/{id}", Func: GetConnection}

func connection(ctx context.Context, r db.Reader, id string) (Connection, error) {
	missing := problem.New(problem.NotFound, "problem.not-found", "what", id)
	return db.One(ctx, r, missing, scanConnection, "SELECT "+connectionColumns+" FROM connection WHERE id = $1", id)
}

// loadConnection loads a live connection in the version that was read.
func loadConnection(ctx context.Context, r db.Reader, id string, version int64) (Connection, error) {
	c, err := connection(ctx, r, id)
	if err == nil && c.Version != version {
		err = problem.New(problem.Conflict, "problem.stale")
	}
	if err == nil && c.EndedAt != nil {
		err = problem.New(problem.Conflict, "landscape.error.ended")
	}
	return c, err
}

// ChangeConnection makes a connection what the input says; its version must be the one that was read. It keeps its ends:
// other ends are another connection. What changes on an imported one is the people's from then on.
func ChangeConnection(ctx context.Context, tx *db.Tx, want Connection) (Connection, error) {
	have, err := loadConnection(ctx, tx, want.ID, want.Version)
	if err != nil {
		return have, err
	}
	want.From, want.To, want.FromTie, want.ToTie, want.Original = have.From, have.To, have.FromTie, have.ToTie, have.Original
	want.Source, want.ExternalID, want.ByHand, want.BeganAt, want.EndedAt = have.Source, have.ExternalID, have.ByHand, have.BeganAt, nil
	want = want.normal()
	wrong := append(want.check(plain), peopleExist(ctx, tx, want.people(plain))...)
	if want.Agreement != "" {
		if known, err := db.Value[int](ctx, tx, "SELECT COUNT(*) FROM agreement WHERE id = $1", want.Agreement); err != nil || known == 0 {
			wrong = append(wrong, problem.Field("agreement", "problem.dangling", "value", want.Agreement))
		}
	}
	if err := problem.Many(wrong); err != nil {
		return want, err
	}
	fields := change.Between(have, want)
	if len(fields) == 0 {
		return have, nil
	}
	if have.Source != Hand {
		want.ByHand = wordSet(append(want.ByHand, fieldNames(fields)...))
	}
	tx.Touch(ElementRef(want.From), ElementRef(want.To))
	all := []Connection{want}
	err = updateConnections(ctx, tx, all)
	return all[0], err
}

// OpChangeConnection changes a connection.
var OpChangeConnection = op.Command[Connection, Connection]{
	Name: "landscape.change-connection", Route: "POST /api/landscape/connections/change", Func: ChangeConnection,
}
