package identity

import (
	"bytes"
	"context"
	"errors"
	"reflect"
	"time"

	"github.com/alexedwards/scs/v2"

	"accordo.dev/internal/db"
)

// Sessions keeps browser sessions in the database. The token of a session is stored as its hash only,
// so that a copy of the database opens no session. It implements scs.Store.
type Sessions struct{ db *db.DB }

// NewSessions makes the store.
func NewSessions(d *db.DB) *Sessions { return &Sessions{d} }

var _ scs.CtxStore = (*Sessions)(nil)

// renewal is how stale the stored expiry may become before it is written again: a page view that changes
// nothing else costs no write.
const renewal = 5 * time.Minute

// FindCtx gives the data of a session that has not expired.
func (s *Sessions) FindCtx(ctx context.Context, token string) (data []byte, found bool, err error) {
	err = s.db.View(ctx, db.System("session"), func(r db.Reader) error {
		var expires time.Time
		data, expires, err = s.load(ctx, r, token)
		found = err == nil && data != nil && r.Now().Before(expires)
		return err
	})
	if !found {
		data = nil
	}
	return data, found, err
}

func (s *Sessions) load(ctx context.Context, r db.Reader, token string) ([]byte, time.Time, error) {
	type row struct {
		data    []byte
		expires time.Time
	}
	none := errors.New("no session")
	found, err := db.One(ctx, r, none, func(scan db.Scan) (row, error) {
		var one row
		return one, scan(&one.data, db.At(&one.expires))
	}, "SELECT data, expires_at FROM web_session WHERE token_hash = $1", hashSecret(token))
	if errors.Is(err, none) {
		err = nil
	}
	return found.data, found.expires, err
}

// CommitCtx stores a session. It also clears a few sessions that have expired.
func (s *Sessions) CommitCtx(ctx context.Context, token string, data []byte, expiry time.Time) error {
	if same, err := s.unchanged(ctx, token, data, expiry); same || err != nil {
		return err
	}
	return s.db.Change(ctx, db.System("session"), func(tx *db.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM web_session WHERE token_hash IN
			(SELECT token_hash FROM web_session WHERE expires_at < $1 LIMIT 100)`, db.Micros(tx.Now())); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO web_session (token_hash, data, expires_at) VALUES ($1, $2, $3)
			ON CONFLICT (token_hash) DO UPDATE SET data = excluded.data, expires_at = excluded.expires_at`,
			hashSecret(token), data, db.Micros(expiry))
		return err
	})
}

// unchanged tells whether the stored session says the same and lives about as long.
func (s *Sessions) unchanged(ctx context.Context, token string, data []byte, expiry time.Time) (same bool, err error) {
	err = s.db.View(ctx, db.System("session"), func(r db.Reader) error {
		stored, expires, err := s.load(ctx, r, token)
		same = stored != nil && expiry.Sub(expires).Abs() < renewal && equalSessions(stored, data)
		return err
	})
	return same, err
}

// equalSessions compares what two encoded sessions say; the encoding of the same values differs from time to time.
func equalSessions(a, b []byte) bool {
	if bytes.Equal(a, b) {
		return true
	}
	untilA, valuesA, errA := scs.GobCodec{}.Decode(a)
	untilB, valuesB, errB := scs.GobCodec{}.Decode(b)
	return errA == nil && errB == nil && untilA.Equal(untilB) && reflect.DeepEqual(valuesA, valuesB)
}

// DeleteCtx ends a session.
func (s *Sessions) DeleteCtx(ctx context.Context, token string) error {
	return s.db.Change(ctx, db.System("session"), func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, "DELETE FROM web_session WHERE token_hash = $1", hashSecret(token))
		return err
	})
}

// Find is FindCtx without a context.
func (s *Sessions) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}

// Commit is CommitCtx without a context.
func (s *Sessions) Commit(token string, data []byte, expiry time.Time) error {
	return s.CommitCtx(context.Background(), token, data, expiry)
}

// Delete is DeleteCtx without a context.
func (s *Sessions) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }
