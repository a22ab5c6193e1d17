package ref_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

func TestNameIsAKindAColonAndAnID(t *testing.T) {
	for text, valid := range map[string]bool{
		"element:core-banking": true, "a:b": true, "risk:R_1.2": true, "element:" + strings.Repeat("x", 100): true,
		"": false, "element": false, ":core": false, "element:": false, "element:a:b": false, "element:core banking": false,
		"element:città": false, "element:" + strings.Repeat("x", 101): false, "element:a/b": false, "element:a\x00": false,
	} {
		got, err := ref.Parse(text)
		if (err == nil) != valid || err == nil && string(got) != text {
			t.Errorf("%q: got %q, %v, want valid: %v", text, got, err, valid)
		}
		if err != nil && !problem.Is(err, problem.Invalid) {
			t.Errorf("%q: got %v, want a problem", text, err)
		}
	}
}

func TestKindAndIDMakeTheNameAgain(t *testing.T) {
	part := rapid.StringMatching(`[A-Za-z0-9._-]{1,100}`)
	rapid.Check(t, func(t *rapid.T) {
		kind, id := part.Draw(t, "kind"), part.Draw(t, "id")
		got, err := ref.Parse(string(ref.New(kind, id)))
		if err != nil || got.Kind() != kind || got.ID() != id {
			t.Fatalf("got %q and %q, %v, want %q and %q", got.Kind(), got.ID(), err, kind, id)
		}
	})
}

func TestNewIDsAreValidDifferentAndInOrder(t *testing.T) {
	before := ""
	for range 1000 {
		id := ref.NewID()
		if !ref.ValidID(id) || id <= before {
			t.Fatalf("got %q after %q, want a valid one behind it", id, before)
		}
		before = id
	}
}
