package identity

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"accordo.dev/internal/db"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// SignInInput names a person who has just proved who they are, and how: "password" or "passkey".
type SignInInput struct {
	Person string `json:"person"`
	Means  string `json:"means"`
}

// Target is the person.
func (in SignInInput) Target() ref.Ref { return PersonRef(in.Person) }

// SignIn notes that a person has signed in and gives the epoch that the session must carry: see Visitor.
func SignIn(ctx context.Context, tx *db.Tx, in SignInInput) (epoch int64, err error) {
	return db.Value[int64](ctx, tx, "UPDATE person SET signed_in_at = $2 WHERE id = $1 AND ended_at IS NULL RETURNING epoch", in.Person, db.Micros(tx.Now()))
}

// OpSignIn notes a sign-in; the sign-in page does it in the name of the system.
var OpSignIn = op.Command[SignInInput, int64]{Name: "identity.sign-in", Func: SignIn}

// Visitor is the actor of a session: the person, unless their sign-in has been changed or ended since the
// session began (the epoch is then another), which makes the visitor nobody: the zero actor.
func Visitor(ctx context.Context, d *db.DB, person string, epoch int64) (db.Actor, Person, error) {
	var actor db.Actor
	var p Person
	if person == "" {
		return actor, p, nil
	}
	err := d.View(ctx, db.System("session"), func(r db.Reader) error {
		now, err := Epoch(ctx, r, person)
		if err != nil || now != epoch || epoch == 0 {
			return err
		}
		if p, err = Get(ctx, r, GetInput{person}); err != nil {
			return err
		}
		actor, err = Actor(ctx, r, person, r.Now())
		return err
	})
	if _, isProblem := problem.As(err); isProblem {
		return db.Actor{}, Person{}, nil
	}
	return actor, p, err
}

// Epoch counts the changes of a person's sign-in; a session of an older epoch is over.
func Epoch(ctx context.Context, r db.Reader, person string) (int64, error) {
	return db.Value[int64](ctx, r, "SELECT epoch FROM person WHERE id = $1", person)
}

// Authenticate finds out who calls with an API token in "Authorization: Bearer"; the zero actor when there is none.
// A token that is unknown, expired or revoked is an error, never the zero actor.
func Authenticate(ctx context.Context, d *db.DB, r *http.Request) (db.Actor, error) {
	header := r.Header.Get("Authorization")
	if header == "" {
		return db.Actor{}, nil
	}
	scheme, token, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return db.Actor{}, problem.New(problem.Unauthenticated, "identity.error.token")
	}
	return tokenActor(ctx, d, strings.TrimSpace(token))
}

func tokenActor(ctx context.Context, d *db.DB, secret string) (db.Actor, error) {
	var actor db.Actor
	var t Token
	var now time.Time
	err := d.View(ctx, db.System("token"), func(r db.Reader) error {
		var err error
		now = r.Now()
		if t, err = tokenBySecret(ctx, r, secret); err != nil {
			return err
		}
		actor, err = Actor(ctx, r, t.Person, now)
		actor.Scopes = t.Scopes
		return err
	})
	if err != nil {
		return db.Actor{}, err
	}
	if now.Sub(t.UsedAt) < time.Hour {
		return actor, nil
	}
	err = d.Change(ctx, db.System("token"), func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE api_token SET used_at = $2 WHERE id = $1", t.ID, db.Micros(now))
		return err
	})
	if errors.Is(err, context.Canceled) {
		return db.Actor{}, err
	}
	return actor, nil // the note of last use is not worth a refused call
}
