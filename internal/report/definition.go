package report

import (
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/risk/quant"
	"accordo.dev/internal/stat"
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
		define("patch-time", "kaplan-meier-1"),
		define("resilience", stat.ResilienceMethod),
		define("security-in-design", "wilson-1"),
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
