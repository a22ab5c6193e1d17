// Package change describes what a file or an import would do to the organisation before it does it:
// the difference that people see and agree to.
package change

import "accordo.dev/internal/ref"

// Kind says what happens to an item.
type Kind string

// The kinds of change. What stays as it is is not listed.
const (
	Create Kind = "create"
	Update Kind = "change"
	Remove Kind = "remove"
)

// Change is one item that becomes different.
type Change struct {
	Ref    ref.Ref `json:"ref"`
	Kind   Kind    `json:"kind"`
	Title  string  `json:"title"`
	Fields []Field `json:"fields,omitempty"`
}

// Field is one field with its value before and after, as text.
type Field struct {
	Name string `json:"name"`
	Old  string `json:"old"`
	New  string `json:"new"`
}
