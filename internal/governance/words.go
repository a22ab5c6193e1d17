package governance

import (
	"strings"
	"time"

	"accordo.dev/internal/governance/independence"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/law"
)

// Said is a finding in words: what is so, what follows, and what would cure it or make it known.
type Said struct {
	Is, Means, Cure string
	Provisions      []Provision
}

// Provision is a place in a law in words, with the days between which it is in force.
type Provision struct {
	Text      string
	Since     string // day, month or year
	Until     string // empty: it is in force
	Successor string // what took its place, in words
	Historic  bool   // it is no longer in force
}

// Say writes a finding in a language, with the validity of its provisions on a day. A variant of a rule that has no words of
// its own for what follows or what cures takes those of the rule.
func Say(lang i18n.Lang, f Finding, day string) Said {
	args := sayable(lang, f.Args)
	rule := "governance." + strings.ToLower(f.Rule)
	pick := func(kind string) string {
		if key := f.Key + kind; i18n.Has(key) {
			return i18n.T(lang, key, args...)
		}
		return i18n.T(lang, rule+kind, args...)
	}
	said := Said{Is: strings.TrimSpace(i18n.T(lang, f.Key, args...)), Means: pick(".means"), Cure: pick(".cure")}
	for _, text := range f.Refs {
		said.Provisions = append(said.Provisions, provision(lang, law.Citation(text), day))
	}
	return said
}

func provision(lang i18n.Lang, c law.Citation, day string) Provision {
	instrument, err := c.Find()
	if err != nil {
		return Provision{Text: string(c)}
	}
	return Provision{
		Text: c.In(lang), Since: instrument.ValidFrom, Until: instrument.ValidTo,
		Successor: named(lang, instrument.Successor), Historic: instrument.Historic(day),
	}
}

// named is the name of an instrument by its id.
func named(lang i18n.Lang, id string) string {
	if id == "" {
		return ""
	}
	return law.Citation(id).In(lang)
}

// Historic lists the instruments that were a basis once and are no longer in force on a day.
func Historic(lang i18n.Lang, day string) []Provision {
	var all []Provision
	for _, i := range law.All() {
		if i.Historic(day) {
			all = append(all, provision(lang, law.Citation(i.ID), day))
		}
	}
	return all
}

// sayable turns the placeholders of a finding into what messages take: words in the language, days as people write them.
func sayable(lang i18n.Lang, args map[string]any) []any {
	var out []any
	for name, value := range args {
		switch v := value.(type) {
		case independence.Word:
			value = i18n.Key(v)
		case []independence.Word:
			words := make(i18n.Keys, len(v))
			for i, word := range v {
				words[i] = i18n.Key(word)
			}
			value = words
		case []string:
			value = strings.Join(v, ", ")
		case string:
			if at, err := time.Parse(time.DateOnly, v); err == nil && name == "day" {
				value = i18n.Date(lang, at)
			} else if name == "successor" {
				value = named(lang, v)
			}
		}
		out = append(out, name, value)
	}
	return out
}
