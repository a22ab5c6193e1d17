package evidence

import (
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"path/filepath"

	"accordo.dev/internal/problem"
)

// Decide takes one decision on how a file is read, as a form or an address writes it: format (or file_format),
// scope, partial, name, or one of the options. What is empty decides nothing.
func (in *ImportInput) Decide(name, value string) {
	if value == "" {
		return
	}
	switch name {
	case "format", "file_format":
		in.Format = Format(value)
	case "scope":
		in.Scope = value
	case "partial":
		in.Partial = value == "true" || value == "1"
	case "name":
		in.Name = filepath.Base(value)
	case "asset", "taken", "released", "order", "zone", "label", "step", "encoding":
		if in.Options == nil {
			in.Options = map[string]string{}
		}
		in.Options[name] = value
	}
}

// Receive reads a form with a part "file" and decisions. The file goes straight into the store: it is never held
// in memory.
func (in *ImportInput) Receive(store Store, parts *multipart.Reader) error {
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return formError(err)
		}
		if err := in.take(store, part); err != nil {
			return err
		}
	}
	if in.SHA256 == "" {
		return problem.Field("file", "problem.required")
	}
	return nil
}

// formError says that a form cannot be read; that it is too large is for the caller to say.
func formError(err error) error {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return err
	}
	return problem.New(problem.Invalid, "web.error.form")
}

func (in *ImportInput) take(store Store, part *multipart.Part) (err error) {
	if part.FormName() == "file" {
		if part.FileName() != "" {
			in.Name = filepath.Base(part.FileName())
			in.SHA256, _, err = store.Put(part)
		}
		return err
	}
	value, err := io.ReadAll(io.LimitReader(part, 1<<10))
	in.Decide(part.FormName(), string(value))
	return err
}
