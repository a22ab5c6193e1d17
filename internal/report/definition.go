package report

import (
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/indicator"
	"accordo.dev/internal/risk/quant"
)

// Definitions are the meanings of the figures, in the order in which they appear. Their hash covers
// the method and the words in both languages, so that no meaning changes without a trace.
func Definitions() []Definition {
	return []Definition{
		define("money", quant.Method),
		define("minutes", "1"),
		define("exposure-days", "1"),
		define("risk", quant.Method),
		define("services", "1"),
		ofIndicator(indicator.PatchTime),
		ofIndicator(indicator.Resilience),
		ofIndicator(indicator.SecurityInDesign),
		define("fund", "1"),
		define("decisions", "1"),
	}
}

func define(id, version string) Definition {
	name, text := both("report.definition."+id+".name"), both("report.definition."+id+".text")
	return newDefinition(id, version, name, text)
}

func newDefinition(id, version string, name, text i18n.Text) Definition {
	all := "accordo-definition-1\n" + id + "\n" + version + "\n" + name.EN + "\n" + name.IT + "\n" + text.EN + "\n" + text.IT + "\n"
	return Definition{ID: id, Version: version, Hash: hashOf([]byte(all)), Name: name, Text: text}
}

// ofIndicator takes the definition of an indicator with the version that its own register gives.
func ofIndicator(id string) Definition {
	d, err := indicator.DefinitionOf(id)
	if err != nil {
		return define(id, "") // impossible: the ids are constants of the register
	}
	text := i18n.Text{EN: d.Formula.EN + " " + d.Scope.EN, IT: d.Formula.IT + " " + d.Scope.IT}
	return newDefinition(id, d.Method+"/"+d.Version[:16], d.Name, text)
}
