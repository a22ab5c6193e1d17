package web

import (
	"slices"

	"accordo.dev/internal/governance"
	"accordo.dev/internal/governance/independence"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/web/ui"
)

// findingState is how grave a finding is, in colour and word.
func findingState(p ui.Page, f governance.Finding) (ui.State, string) {
	if f.Unknown {
		return ui.Unk, p.T("shell.unknown")
	}
	word := p.T("governance.severity." + string(f.Severity))
	switch f.Severity {
	case independence.High:
		return ui.Bad, word
	case independence.Medium:
		return ui.Warn, word
	default:
		return ui.Plain, word
	}
}

func findingSaid(p ui.Page, f governance.Finding) governance.Said {
	return governance.Say(p.Lang, f, identity.Day(p.Now))
}

// findingMissing lists the measures that a finding misses, in words.
func findingMissing(p ui.Page, f governance.Finding) []string {
	missing, _ := f.Args["missing"].([]independence.Word)
	if f.Rule != "IND-06" {
		return nil // the others say them in their sentence
	}
	words := make([]string, len(missing))
	for i, one := range missing {
		words[i] = p.T(string(one))
	}
	return words
}

// provisionWords writes a provision with its validity.
func provisionWords(p ui.Page, one governance.Provision) string {
	switch {
	case one.Historic && one.Successor != "":
		return p.T("governance.provision.historic.by", "text", one.Text, "until", dayWords(p.Lang, one.Until), "successor", one.Successor)
	case one.Historic:
		return p.T("governance.provision.historic", "text", one.Text, "until", dayWords(p.Lang, one.Until))
	case one.Since == "":
		return one.Text
	default:
		return p.T("governance.provision.in-force", "text", one.Text, "since", dayWords(p.Lang, one.Since))
	}
}

// partFindings tells findings apart from what nobody can tell; both the gravest first.
func partFindings(all []governance.Finding) (found, unknown []governance.Finding) {
	all = slices.Clone(all)
	slices.SortStableFunc(all, func(a, b governance.Finding) int {
		return slices.Index(independence.Severities, a.Severity) - slices.Index(independence.Severities, b.Severity)
	})
	for _, f := range all {
		if f.Unknown {
			unknown = append(unknown, f)
		} else {
			found = append(found, f)
		}
	}
	return found, unknown
}
