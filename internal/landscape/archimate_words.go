package landscape

// archiMateType is what an element type of ArchiMate 3.2 is in our words, and the layer that it belongs to.
type archiMateType struct {
	kind  Kind
	layer string
}

// archiMateTypes are all element types of ArchiMate 3.2:
//
//   - Behaviour of the business is a process; what it offers is a service. Whoever acts is a team: the language does
//     not tell persons, organisations inside and organisations outside apart.
//   - What runs in the application and technology layers is a system, with its inner behaviour; what it offers to others,
//     a service or an interface, is an interface. What is only read and written is a data set.
//   - Devices are a fleet, physical equipment and the networks that move matter are operational technology, facilities and
//     locations are sites.
//   - What is planned (implementation and migration, courses of action) or shall become so (goal, outcome, requirement)
//     is an initiative: an idea on its way. A stakeholder is a team.
//   - What only gives reasons (driver, assessment, principle, constraint, meaning, value), what the business is able to do
//     (capability, resource), matter, groupings and junctions are none of the kinds of the map: they neither act nor change.
//     They are kept as unknown, with their word.
var archiMateTypes = map[string]archiMateType{
	"BusinessActor": {KindTeam, "business"}, "BusinessRole": {KindTeam, "business"}, "BusinessCollaboration": {KindTeam, "business"},
	"BusinessInterface": {KindInterface, "business"}, "BusinessProcess": {KindProcess, "business"}, "BusinessFunction": {KindProcess, "business"},
	"BusinessInteraction": {KindProcess, "business"}, "BusinessEvent": {KindProcess, "business"}, "BusinessService": {KindService, "business"},
	"BusinessObject": {KindDataSet, "business"}, "Contract": {KindDataSet, "business"}, "Representation": {KindDataSet, "business"},
	"Product": {KindService, "business"},

	"ApplicationComponent": {KindSystem, "application"}, "ApplicationCollaboration": {KindSystem, "application"},
	"ApplicationInterface": {KindInterface, "application"}, "ApplicationFunction": {KindSystem, "application"},
	"ApplicationInteraction": {KindSystem, "application"}, "ApplicationProcess": {KindSystem, "application"},
	"ApplicationEvent": {KindSystem, "application"}, "ApplicationService": {KindInterface, "application"}, "DataObject": {KindDataSet, "application"},

	"Node": {KindSystem, "technology"}, "Device": {KindDeviceFleet, "technology"}, "SystemSoftware": {KindSystem, "technology"},
	"TechnologyCollaboration": {KindSystem, "technology"}, "TechnologyInterface": {KindInterface, "technology"}, "Path": {KindSystem, "technology"},
	"CommunicationNetwork": {KindSystem, "technology"}, "TechnologyFunction": {KindSystem, "technology"}, "TechnologyProcess": {KindSystem, "technology"},
	"TechnologyInteraction": {KindSystem, "technology"}, "TechnologyEvent": {KindSystem, "technology"},
	"TechnologyService": {KindInterface, "technology"}, "Artifact": {KindDataSet, "technology"},

	"Equipment": {KindOTAsset, "physical"}, "Facility": {KindSite, "physical"}, "DistributionNetwork": {KindOTAsset, "physical"},
	"Material": {KindUnknown, "physical"},

	"Stakeholder": {KindTeam, "motivation"}, "Driver": {KindUnknown, "motivation"}, "Assessment": {KindUnknown, "motivation"},
	"Goal": {KindInitiative, "motivation"}, "Outcome": {KindInitiative, "motivation"}, "Principle": {KindUnknown, "motivation"},
	"Requirement": {KindInitiative, "motivation"}, "Constraint": {KindUnknown, "motivation"}, "Meaning": {KindUnknown, "motivation"},
	"Value": {KindUnknown, "motivation"},

	"Resource": {KindUnknown, "strategy"}, "Capability": {KindUnknown, "strategy"}, "ValueStream": {KindProcess, "strategy"},
	"CourseOfAction": {KindInitiative, "strategy"},

	"WorkPackage": {KindInitiative, "implementation"}, "Deliverable": {KindInitiative, "implementation"},
	"ImplementationEvent": {KindInitiative, "implementation"}, "Plateau": {KindInitiative, "implementation"}, "Gap": {KindInitiative, "implementation"},

	"Grouping": {KindUnknown, ""}, "Location": {KindSite, ""}, "AndJunction": {KindUnknown, ""}, "OrJunction": {KindUnknown, ""},
}

// archiMateOf is the type that ArchiMate has for our kinds, for elements that come from elsewhere.
var archiMateOf = map[Kind]string{
	KindService: "BusinessService", KindProcess: "BusinessProcess", KindSystem: "ApplicationComponent", KindDeviceFleet: "Device",
	KindOTAsset: "Equipment", KindInterface: "ApplicationInterface", KindDataSet: "DataObject", KindTeam: "BusinessActor", KindPerson: "BusinessActor",
	KindInitiative: "WorkPackage", KindPartner: "BusinessActor", KindSupplier: "BusinessActor", KindAuthority: "BusinessActor",
	KindCustomerGroup: "BusinessActor", KindSite: "Location", KindUnknown: "Grouping",
}

// archiMateRelation is what a relation type of ArchiMate is in our words. Turned: our connection reads from its target
// to its source.
type archiMateRelation struct {
	kind   ConnectionKind
	turned bool
}

// archiMateRelations are all relation types of ArchiMate 3.2. Serving, realization and assignment lead from the provider
// to the consumer, so the consumer needs the provider against their direction. A flow starves its target, a trigger delays
// it: both are soft. A whole is composed of its parts; ours is the part of the whole. What reads and writes, is associated,
// influences or is a special case of something makes nothing need anything.
var archiMateRelations = map[string]archiMateRelation{
	"Serving": {Serves, false}, "Realization": {Realizes, false}, "Assignment": {Realizes, false}, "Flow": {FlowsTo, false},
	"Triggering": {Triggers, false}, "Composition": {PartOf, true}, "Aggregation": {PartOf, true}, "Access": {Accesses, false},
	"Association": {RelatesTo, false}, "Influence": {RelatesTo, false}, "Specialization": {RelatesTo, false},
}

// archiMateConnections is the relation type that ArchiMate has for our kinds.
var archiMateConnections = map[ConnectionKind]struct {
	name   string
	turned bool
}{
	Uses: {"Serving", true}, RunsOn: {"Serving", true}, SuppliedBy: {"Serving", true}, Serves: {"Serving", false}, PerformedBy: {"Assignment", true},
	FlowsTo: {"Flow", false}, PartOf: {"Aggregation", true}, AnswersTo: {"Association", false}, Triggers: {"Triggering", false},
	Realizes: {"Realization", false}, Accesses: {"Access", false}, RelatesTo: {"Association", false},
}
