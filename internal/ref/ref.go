// Package ref names any item of the system as "kind:id", so that a decision, a risk or a finding can
// point to anything without knowing it.
package ref

import (
	"strings"

	"github.com/google/uuid"

	"accordo.dev/internal/problem"
)

// Ref is the name of an item: its kind, a colon, its id. The id is a UUIDv7, or a slug chosen by the
// organisation in its files ("element:core-banking").
type Ref string

// New makes the name of an item.
func New(kind, id string) Ref { return Ref(kind + ":" + id) }

// NewID makes a fresh id, a UUIDv7: ids sort by the time they were made.
func NewID() string { return uuid.Must(uuid.NewV7()).String() }

// Parse checks that text is a name: two non-empty parts of letters, digits, dot, dash and underscore.
func Parse(text string) (Ref, error) {
	kind, id, ok := strings.Cut(text, ":")
	if !ok || !ValidID(kind) || !ValidID(id) {
		return "", problem.New(problem.Invalid, "problem.ref", "value", text)
	}
	return New(kind, id), nil
}

// Kind is the part before the colon.
func (r Ref) Kind() string { kind, _, _ := strings.Cut(string(r), ":"); return kind }

// ID is the part after the colon.
func (r Ref) ID() string { _, id, _ := strings.Cut(string(r), ":"); return id }

// ValidID tells whether an id may be used: 1 to 100 letters, digits, dots, dashes, underscores.
func ValidID(id string) bool {
	if id == "" || len(id) > 100 {
		return false
	}
	for _, c := range id {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if !letter && !(c >= '0' && c <= '9') && !strings.ContainsRune("-_.", c) {
			return false
		}
	}
	return true
}
