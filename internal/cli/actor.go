package cli

import (
	"accordo.dev/internal/db"
	"accordo.dev/internal/identity"
)

// actor is the person named by --as, or the operator of the machine, who may do everything but what
// is for persons in office: keys, signatures, the appetite.
func (e *Env) actor(person string) (db.Actor, error) {
	if person == "" {
		return db.System("operator"), nil
	}
	var actor db.Actor
	err := e.DB.View(e.Context, db.System("operator"), func(r db.Reader) (err error) {
		actor, err = identity.Actor(e.Context, r, person, r.Now())
		return err
	})
	return actor, err
}
