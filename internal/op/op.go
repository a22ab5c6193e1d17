// Package op defines an operation: the one way in which pages, API and command line read or change
// things. A command runs in one transaction and leaves one entry in the record; a query runs on a
// consistent view. Both are checked against the access policies first.
package op

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"

	"accordo.dev/internal/access"
	"accordo.dev/internal/db"
	"accordo.dev/internal/record"
	"accordo.dev/internal/ref"
)

// Query reads. Name is "area.verb"; Route is "GET /api/..." and empty when the API does not offer it.
// The sentence that describes it is the message "op.<name>".
type Query[In, Out any] struct {
	Name  string
	Route string
	Func  func(context.Context, db.Reader, In) (Out, error)
}

// Command changes. Input fields tagged `secret:"true"`, at any depth, do not enter the record.
type Command[In, Out any] struct {
	Name  string
	Route string
	Func  func(context.Context, *db.Tx, In) (Out, error)
}

// Targeted is an input that names the item it acts on; policies see it.
type Targeted interface{ Target() ref.Ref }

// Contextual is an input with facts that policies look at, such as the office of a key.
type Contextual interface{ PolicyContext() map[string]string }

// Runner runs operations.
type Runner struct {
	DB     *db.DB
	Access *access.Policies
}

// Ask runs a query for an actor.
func Ask[In, Out any](ctx context.Context, r *Runner, actor db.Actor, q Query[In, Out], in In) (out Out, err error) {
	if err := r.Access.Check(request(actor, q.Name, true, in)); err != nil {
		return out, err
	}
	err = r.DB.View(ctx, actor, func(reader db.Reader) error {
		out, err = q.Func(ctx, reader, in)
		return err
	})
	return out, err
}

// Do runs a command for an actor: check, change, record, commit.
func Do[In, Out any](ctx context.Context, r *Runner, actor db.Actor, c Command[In, Out], in In) (out Out, err error) {
	if err := r.Access.Check(request(actor, c.Name, false, in)); err != nil {
		return out, err
	}
	err = r.DB.Change(ctx, actor, func(tx *db.Tx) error {
		if out, err = c.Func(ctx, tx, in); err != nil {
			return err
		}
		_, err = Record(ctx, tx, c.Name, in)
		return err
	})
	if err != nil {
		var none Out
		return none, err
	}
	return out, nil
}

// DryRun runs a command and rolls it back: its result tells what would happen.
func DryRun[In, Out any](ctx context.Context, r *Runner, actor db.Actor, c Command[In, Out], in In) (out Out, err error) {
	if err := r.Access.Check(request(actor, c.Name, false, in)); err != nil {
		return out, err
	}
	err = r.DB.Change(ctx, actor, func(tx *db.Tx) error {
		if out, err = c.Func(ctx, tx, in); err != nil {
			return err
		}
		return errDryRun
	})
	if !errors.Is(err, errDryRun) {
		var none Out
		return none, err
	}
	return out, nil
}

var errDryRun = errors.New("dry run")

// Record appends the entry of a command that runs in a transaction of its caller.
func Record(ctx context.Context, tx *db.Tx, name string, in any) (record.Entry, error) {
	if target, ok := in.(Targeted); ok && target.Target() != "" {
		tx.Touch(target.Target())
	}
	input, err := json.Marshal(withoutSecrets(reflect.ValueOf(in)))
	if err != nil {
		return record.Entry{}, fmt.Errorf("record input of %s: %w", name, err)
	}
	return record.Append(ctx, tx, name, input)
}

func request(actor db.Actor, name string, query bool, in any) access.Request {
	r := access.Request{Actor: actor, Operation: name, Query: query}
	if target, ok := in.(Targeted); ok {
		r.Resource = target.Target()
	}
	if facts, ok := in.(Contextual); ok {
		r.Context = facts.PolicyContext()
	}
	return r
}
