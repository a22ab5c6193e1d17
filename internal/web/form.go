package web

import (
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"accordo.dev/internal/i18n"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/web/ui"
)

// form reads the fields of a posted form and gathers what cannot be read. What the values mean is for
// the operation to judge.
type form struct {
	url.Values
	lang  i18n.Lang
	wrong []*problem.Error
}

// form reads what was posted.
func (q *request) form() (*form, error) {
	if err := q.ParseForm(); err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			return nil, err
		}
		return nil, problem.New(problem.Invalid, "web.error.form")
	}
	return &form{Values: q.PostForm, lang: q.Lang()}, nil
}

// err is what could not be read; nil when all could.
func (f *form) err() error { return problem.Many(f.wrong) }

// text is a field without the space around it.
func (f *form) text(name string) string {
	return strings.ReplaceAll(strings.TrimSpace(f.Get(name)), "\r\n", "\n")
}

// maybe is a number that may be left out.
func (f *form) maybe(name string) *float64 {
	text := f.text(name)
	if text == "" {
		return nil
	}
	x, err := parseNumber(f.lang, text)
	if err != nil {
		f.wrong = append(f.wrong, problem.Field(name, "web.error.number", "value", text))
		return nil
	}
	return &x
}

// number is a number that is needed.
func (f *form) number(name string) float64 {
	x := f.maybe(name)
	switch {
	case x != nil:
		return *x
	case f.text(name) == "":
		f.wrong = append(f.wrong, problem.Field(name, "problem.required"))
	}
	return 0
}

// whole is a whole number; an empty field is zero.
func (f *form) whole(name string) int {
	text := f.text(name)
	n, err := strconv.Atoi(text)
	if err != nil && text != "" {
		f.wrong = append(f.wrong, problem.Field(name, "web.error.number", "value", text))
	}
	return n
}

// version is that of the thing as it was read; what is none is refused as stale.
func (f *form) version() int64 {
	n, _ := strconv.ParseInt(f.text("version"), 10, 64) //nolint:errcheck // 0 is no version of anything
	return n
}

var grouped = map[i18n.Lang]*regexp.Regexp{
	i18n.EN: regexp.MustCompile(`^-?[1-9]\d{0,2}(,\d{3})+(\.\d+)?$`),
	i18n.IT: regexp.MustCompile(`^-?[1-9]\d{0,2}(\.\d{3})+(,\d+)?$`),
}

// parseNumber reads a number as people of a language write it: 1,234.5 or 1.234,5; spaces may group too.
// A lone comma or point that cannot group is the decimal sign in both.
func parseNumber(lang i18n.Lang, text string) (float64, error) {
	text = strings.NewReplacer(" ", "", "\u00a0", "", "\u202f", "", "€", "", "−", "-").Replace(text)
	if grouped[lang].MatchString(text) {
		group := map[i18n.Lang]string{i18n.EN: ",", i18n.IT: "."}[lang]
		text = strings.ReplaceAll(text, group, "")
	}
	text = strings.Replace(text, ",", ".", 1)
	if strings.ContainsAny(text, "xXeEnNiIpP_") {
		return 0, strconv.ErrSyntax
	}
	return strconv.ParseFloat(text, 64)
}

// written writes a number into a field as it would be typed; an unset one leaves the field empty.
func written(lang i18n.Lang, x *float64) string {
	if x == nil {
		return ""
	}
	text := strconv.FormatFloat(*x, 'f', -1, 64)
	if lang == i18n.IT {
		return strings.Replace(text, ".", ",", 1)
	}
	return text
}

// fill gives fields what was typed and what is wrong with them.
func fill(p ui.Page, typed url.Values, err error, fields []ui.Input) []ui.Input {
	filled := make([]ui.Input, len(fields))
	for i, field := range fields {
		if typed != nil {
			field.Value = typed.Get(field.Name)
		}
		field.Error = p.FieldError(err, field.Name)
		filled[i] = field
	}
	return filled
}

// choices makes the options of a select field out of values, in the words of a family of messages.
func choices(p ui.Page, prefix string, values ...string) []ui.Option {
	options := make([]ui.Option, 0, len(values))
	for _, value := range values {
		options = append(options, ui.Option{Value: value, Text: p.T(prefix + value)})
	}
	return options
}

// anyOf is choices with a first one that leaves everything in, for filters.
func anyOf(p ui.Page, prefix string, values ...string) []ui.Option {
	return append([]ui.Option{{Text: p.T("web.filter.any")}}, choices(p, prefix, values...)...)
}

// again shows a form again with what is wrong with it; what no typing can mend becomes the error page.
func (q *request) again(w http.ResponseWriter, err error, form templ.Component) error {
	if problem.Is(err, problem.Forbidden) || problem.Is(err, problem.NotFound) {
		return err
	}
	return q.refuse(w, err, form)
}
