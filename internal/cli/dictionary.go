package cli

import (
	"fmt"

	"accordo.dev/internal/i18n"
	"accordo.dev/internal/indicator/dictionary"
	"accordo.dev/internal/op"
)

// DictionaryCmd is about the words of both officers.
type DictionaryCmd struct {
	List    DictionaryListCmd    `cmd:"" help:"List the terms."`
	Show    DictionaryShowCmd    `cmd:"" help:"Explain a term on both sides."`
	Convert DictionaryConvertCmd `cmd:"" help:"Put a term into figures of the organisation."`
}

// DictionaryListCmd lists the terms.
type DictionaryListCmd struct {
	Text string `arg:"" optional:"" help:"Words in the term or in what is said of it."`
	Side string `help:"cio, ciso or both: whose word it is."`
}

// Run prints one line a term: id, whose word, name.
func (c *DictionaryListCmd) Run(env *Env) error {
	terms, err := op.Ask(env.Context, env.Run, env.Actor, dictionary.OpList, dictionary.Filter{Text: c.Text, Side: c.Side})
	for _, t := range terms {
		fmt.Fprintf(env.Out, "%s\t%s\t%s\n", t.ID, t.Side, t.Name.In(env.Lang))
	}
	return err
}

// DictionaryShowCmd explains a term.
type DictionaryShowCmd struct {
	Term string `arg:"" help:"Id of the term, such as sla."`
	JSON bool   `help:"Print it as JSON, in both languages."`
}

// Run prints the term in the language of the reader.
func (c *DictionaryShowCmd) Run(env *Env) error {
	t, err := op.Ask(env.Context, env.Run, env.Actor, dictionary.OpGet, dictionary.TermIn{ID: c.Term})
	if err != nil || c.JSON {
		if err == nil {
			err = env.print(t)
		}
		return err
	}
	fmt.Fprintf(env.Out, "%s\n%s\n", t.Name.In(env.Lang), t.Means.In(env.Lang))
	for _, part := range []struct {
		key  string
		text i18n.Text
	}{{"indicator.cio-says", t.CIO}, {"indicator.ciso-says", t.CISO}, {"dictionary.page.trap", t.Trap}} {
		fmt.Fprintf(env.Out, "%s: %s\n", env.T(part.key), part.text.In(env.Lang))
	}
	return nil
}

// DictionaryConvertCmd puts a term into figures.
type DictionaryConvertCmd struct {
	Term  string  `arg:"" help:"Id of the term, such as sla."`
	Value string  `arg:"" optional:"" help:"What the term takes: percent of an SLA, weeks, days, minutes or hours; the organisation's own unless told."`
	Of    string  `help:"Id of the service, project, scenario, initiative, element or threat."`
	Hours float64 `help:"Agreed service hours of a week; 168 unless told."`
	JSON  bool    `help:"Print everything as JSON, the inputs too."`
}

// Run prints one line a figure: whose, what, value, interval, unit, or why nobody can tell.
func (c *DictionaryConvertCmd) Run(env *Env) error {
	out, err := op.Ask(env.Context, env.Run, env.Actor, dictionary.OpConvert, dictionary.ConvertIn{ID: c.Term, Value: c.Value, Of: c.Of, Hours: c.Hours})
	if err != nil || c.JSON {
		if err == nil {
			err = env.print(out)
		}
		return err
	}
	for _, l := range out.Lines {
		words := env.T("dictionary.line." + l.ID)
		if about := l.About.In(env.Lang); about != "" {
			words = about + ", " + words
		}
		if l.Reason != "" {
			words += ": " + env.T("dictionary.reason."+l.Reason)
		}
		fmt.Fprintf(env.Out, "%s\t%s\t%s\t%s\t%s\t%s\n", l.Side, figure(env.Lang, l.Value), figure(env.Lang, l.Low), figure(env.Lang, l.High), l.Unit, words)
	}
	return nil
}
