package landscape

import "strings"

// outsideKinds says which kind of ours a word of an outside file means; our own words mean themselves.
var outsideKinds = map[string]Kind{
	"application": KindSystem, "app": KindSystem, "software": KindSystem, "component": KindSystem, "server": KindSystem,
	"database": KindDataSet, "data": KindDataSet, "dataset": KindDataSet, "api": KindInterface, "device": KindDeviceFleet,
	"devices": KindDeviceFleet, "ot": KindOTAsset, "organisation": KindPartner, "vendor": KindSupplier, "provider": KindSupplier,
	"regulator": KindAuthority, "customer": KindCustomerGroup, "customers": KindCustomerGroup, "group": KindTeam, "unit": KindTeam,
	"user": KindPerson, "project": KindInitiative, "location": KindSite, "datacentre": KindSite, "business-service": KindService,
}

// outsideConnections says which kind of connection of ours a word of an outside file means.
var outsideConnections = map[string]ConnectionKind{
	"needs": Uses, "depends-on": Uses, "calls": Uses, "consumes": Uses, "realized-by": RunsOn, "realised-by": RunsOn, "implemented-by": RunsOn,
	"hosted-by": RunsOn, "hosted-on": RunsOn, "runs-at": RunsOn, "provides": Serves, "realizes": Serves, "realises": Serves,
	"flow": FlowsTo, "sends-to": FlowsTo, "operated-by": PerformedBy, "delivered-by": SuppliedBy, "owned-by": AnswersTo,
	"reports-to": AnswersTo, "supervised-by": AnswersTo, "member-of": PartOf, "contained-in": PartOf,
}

// outsideLives says which state of life a word of an outside file means.
var outsideLives = map[string]string{
	"active": "live", "production": "live", "in-use": "live", "experimental": "planned", "development": "planned",
	"deprecated": "retiring", "phase-out": "retiring", "end-of-life": "retired", "decommissioned": "retired",
}

// outsideLevels are levels of importance or of a class, 1 low to 4 very high.
var outsideLevels = map[string]int64{
	"low": 1, "medium": 2, "moderate": 2, "high": 3, "very-high": 4, "critical": 4, "1": 1, "2": 2, "3": 3, "4": 4,
}

// outsideCriticalities are levels of criticality, where 1 is the highest.
var outsideCriticalities = map[string]int64{
	"critical": 1, "very-high": 1, "high": 2, "medium": 3, "moderate": 3, "low": 4, "1": 1, "2": 2, "3": 3, "4": 4,
}

// outsidePhases says which phase a word of NIST SP 800-47r1 means.
var outsidePhases = map[string]Phase{
	"planning": PhasePlanned, "establishing": PhaseEstablishing, "maintaining": PhaseLive, "discontinuing": PhaseDiscontinuing,
}

// outsideWord writes a word as the tables above have it: "Realized by" is "realized-by".
func outsideWord(text string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return r == ' ' || r == '_' || r == '-' }), "-")
}
