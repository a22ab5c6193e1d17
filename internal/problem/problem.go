// Package problem holds errors that a person can act on: what kind of trouble, where it is, and the
// key of the sentence that explains it. The edge (page, API, command line) turns the key into words;
// the API answers as RFC 9457.
package problem

import (
	"errors"
	"fmt"
	"sort"
	"strings"
)

// Kind says what sort of trouble it is; the API maps it to an HTTP status, the command line to an exit status.
type Kind string

// The kinds.
const (
	Invalid         Kind = "invalid"         // the input is wrong; the field or record is named
	NotFound        Kind = "not-found"       // the thing does not exist
	Forbidden       Kind = "forbidden"       // a policy refuses; the policy is named
	Unauthenticated Kind = "unauthenticated" // nobody is signed in
	Conflict        Kind = "conflict"        // the thing has changed, or is in a state that does not allow it
	TooLarge        Kind = "too-large"       // a limit on the input
	TooMany         Kind = "too-many"        // a rate limit
)

// Source is the place in an outside file that an error speaks of.
type Source struct {
	File   string `json:"file,omitempty"`
	Line   int    `json:"line,omitempty"`   // 1-based; 0 = unknown
	Record int    `json:"record,omitempty"` // 1-based; 0 = unknown
}

// Error is a problem. Key is a message key of package i18n; Args fill its {placeholders}.
type Error struct {
	Kind   Kind
	Key    string
	Args   map[string]any
	Field  string
	Source Source
	Causes []*Error // when several things are wrong at once
}

// New makes a problem; args are name, value pairs for the placeholders of the message.
func New(kind Kind, key string, args ...any) *Error {
	e := &Error{Kind: kind, Key: key}
	for i := 0; i+1 < len(args); i += 2 {
		e = e.With(fmt.Sprint(args[i]), args[i+1])
	}
	return e
}

// Field makes an Invalid problem of one input field.
func Field(field, key string, args ...any) *Error {
	e := New(Invalid, key, args...)
	e.Field = field
	return e
}

// Many joins several problems into one; nil when there is none.
func Many(causes []*Error) error {
	if len(causes) == 0 {
		return nil
	}
	if len(causes) == 1 {
		return causes[0]
	}
	return &Error{Kind: causes[0].Kind, Key: "problem.many", Args: map[string]any{"n": len(causes)}, Causes: causes}
}

// With returns the problem with one more argument.
func (e *Error) With(name string, value any) *Error {
	args := make(map[string]any, len(e.Args)+1)
	for k, v := range e.Args {
		args[k] = v
	}
	args[name] = value
	copied := *e
	copied.Args = args
	return &copied
}

// At returns the problem with its place in an outside file.
func (e *Error) At(s Source) *Error {
	copied := *e
	copied.Source = s
	return &copied
}

// Error is for logs and tests; people read the message of Key.
func (e *Error) Error() string {
	var b strings.Builder
	if e.Source.File != "" {
		b.WriteString(e.Source.File + ": ")
	}
	if e.Source.Line > 0 {
		fmt.Fprintf(&b, "line %d: ", e.Source.Line)
	}
	if e.Source.Record > 0 {
		fmt.Fprintf(&b, "record %d: ", e.Source.Record)
	}
	if e.Field != "" {
		b.WriteString(e.Field + ": ")
	}
	b.WriteString(e.Key)
	names := make([]string, 0, len(e.Args))
	for name := range e.Args {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		fmt.Fprintf(&b, " %s=%v", name, e.Args[name])
	}
	for _, cause := range e.Causes {
		b.WriteString("; " + cause.Error())
	}
	return b.String()
}

// As finds the problem in a chain of wrapped errors.
func As(err error) (*Error, bool) {
	var e *Error
	ok := errors.As(err, &e)
	return e, ok
}

// Is tells whether err is a problem of this kind.
func Is(err error, kind Kind) bool {
	e, ok := As(err)
	return ok && e.Kind == kind
}

// Choice refuses a value that is not one of those allowed; nil when it is.
func Choice(field, value string, allowed ...string) *Error {
	for _, one := range allowed {
		if value == one {
			return nil
		}
	}
	if len(allowed) > 0 && allowed[0] == "" { // may be left out; that is no choice to name
		allowed = allowed[1:]
	}
	return Field(field, "problem.choice", "value", value, "choices", strings.Join(allowed, ", "))
}
