package ui

import (
	"github.com/a-h/templ"

	"accordo.dev/internal/i18n"
	"accordo.dev/internal/problem"
)

// Input is one field of a form.
type Input struct {
	Name     string
	Label    string
	Hint     string
	Value    string // what was typed stays
	Type     string // text (default), email, password, number, date, search, textarea, select, checkbox, radio, file, hidden
	Options  []Option
	Required bool
	Complete string // the browser's autocomplete word, such as "username"
	Mode     string // the keyboard on a telephone: numeric, decimal, email
	Accept   string // file types
	Min, Max string
	Step     string
	Rows     int    // of a textarea
	Error    string // in words; see Page.FieldError
	Wide     bool   // full width
	Focus    bool   // where typing starts
}

// Option is a choice of a select or radio field.
type Option struct {
	Value string
	Text  string
	Hint  string
}

func (in Input) id() string { return "f-" + in.Name }

func (in Input) kind() string {
	if in.Type == "" {
		return "text"
	}
	return in.Type
}

// describedBy names the hint and the error for screen readers.
func (in Input) describedBy() string {
	hint, fault := "", ""
	if in.Hint != "" {
		hint = in.id() + "-hint"
	}
	if in.Error != "" {
		fault = in.id() + "-error"
	}
	return cls(hint, fault)
}

func (in Input) errClass() string {
	if in.Error != "" {
		return "err"
	}
	return ""
}

func (in Input) wideClass() string {
	if in.Wide {
		return "wide"
	}
	return ""
}

// FieldError gives the sentence of the problem that err has with a field; empty when it has none.
func (p Page) FieldError(err error, field string) string {
	for _, cause := range causes(err) {
		if cause.Field == field {
			return i18n.T(p.Lang, cause.Key, args(cause)...)
		}
	}
	return ""
}

// Sentence gives the whole sentence of an error; one that is no problem is told as an unknown failure.
func (p Page) Sentence(err error) string {
	if e, ok := problem.As(err); ok {
		return i18n.Problem(p.Lang, e)
	}
	return p.T("shell.failed")
}

// causes flattens an error into the problems that it is made of.
func causes(err error) []*problem.Error {
	e, ok := problem.As(err)
	if !ok {
		return nil
	}
	if len(e.Causes) == 0 {
		return []*problem.Error{e}
	}
	var all []*problem.Error
	for _, cause := range e.Causes {
		all = append(all, causes(cause)...)
	}
	return all
}

func args(e *problem.Error) []any {
	pairs := make([]any, 0, 2*len(e.Args))
	for name, value := range e.Args {
		pairs = append(pairs, name, value)
	}
	return pairs
}

// common gives the attributes that every control shares.
func common(in Input) templ.Attributes {
	all := templ.Attributes{"id": in.id()}
	put(all, "aria-describedby", in.describedBy())
	put(all, "autocomplete", in.Complete)
	if in.Error != "" {
		all["aria-invalid"] = "true"
	}
	if in.Required {
		all["required"] = true
	}
	if in.Focus {
		all["autofocus"] = true
	}
	return all
}

// typed gives the attributes of an input element only. A password and a file are never sent back.
func typed(in Input) templ.Attributes {
	all := templ.Attributes{}
	if in.Type != "password" && in.Type != "file" {
		put(all, "value", in.Value)
	}
	put(all, "inputmode", in.Mode)
	put(all, "accept", in.Accept)
	put(all, "min", in.Min)
	put(all, "max", in.Max)
	put(all, "step", in.Step)
	return all
}

func put(all templ.Attributes, name, value string) {
	if value != "" {
		all[name] = value
	}
}

func pairs(flat []string) [][2]string {
	var out [][2]string
	for i := 0; i+1 < len(flat); i += 2 {
		out = append(out, [2]string{flat[i], flat[i+1]})
	}
	return out
}

// label names a field at the start of a sentence: "Password: ".
func label(fields []Input, name string) string {
	for _, f := range fields {
		if f.Name == name {
			return f.Label + ": "
		}
	}
	return ""
}
