package ingest

import (
	"strings"
	"time"

	"accordo.dev/internal/money"
)

// At is the place of a record in its file, kept with every observation so that a figure can be traced to bytes.
type At struct {
	Record int   // 1-based, in the order of the file; the header of a table is not a record
	Line   int   // 1-based; 0 where the format has no lines (JSON)
	Offset int64 // bytes from the start of the text (after a byte order mark) to the record; CSV in another encoding counts converted bytes
}

// Severity is how bad a vulnerability is by the scanner's own word.
type Severity string

// The severities.
const (
	SeverityUnknown  Severity = "unknown" // said to be unknown, or not said
	SeverityLow      Severity = "low"
	SeverityMedium   Severity = "medium"
	SeverityHigh     Severity = "high"
	SeverityCritical Severity = "critical"
)

// Status is what the vendor of a package says about a vulnerability in it (Trivy's eight).
type Status string

// The statuses.
const (
	StatusUnknown            Status = "unknown" // said to be unknown, or not said
	StatusNotAffected        Status = "not_affected"
	StatusAffected           Status = "affected"
	StatusFixed              Status = "fixed" // a fixed version exists; this installation still lacks it
	StatusUnderInvestigation Status = "under_investigation"
	StatusWillNotFix         Status = "will_not_fix"
	StatusFixDeferred        Status = "fix_deferred"
	StatusEndOfLife          Status = "end_of_life"
)

// ExposureRecord is one observation that a vulnerability is present at a place of an asset.
type ExposureRecord struct {
	Asset           string // what was scanned: image, directory, host, or cluster/namespace/kind/name
	Scope           string // the part of the asset that one scan target covers, without the version of its operating system
	Class           string // os-pkgs, lang-pkgs, ...; empty in old files
	Type            string // debian, npm, gomod, ...
	VulnerabilityID string // as the file has it
	Canonical       string // the CVE where the id is one, else the id unchanged
	Package         string
	Installed       string
	Fixed           string // empty: no fix known
	Status          Status
	Severity        Severity
	Published       time.Time // zero: unknown
	URL             string
	Title           string
	Location        string // scope, and the path of the package inside it where known
	At              At
}

// Key names the exposure that the record observes: asset, canonical vulnerability and location (with the
// package in it). It does not hold the installed version: an upgrade that stays vulnerable is the same exposure.
// The rule is the same for the first import and for every later one; one file may observe an exposure twice.
func (r ExposureRecord) Key() string {
	return strings.Join([]string{r.Asset, r.Canonical, r.Location, r.Package}, "\x1f")
}

// ScopeRecord says that a scan looked at a part of an asset, also when it found nothing there.
type ScopeRecord struct {
	Asset    string
	Scope    string
	Class    string
	Type     string
	Packages bool // the part was searched for vulnerable packages, not only for misconfigurations or secrets
	At       At
}

// Incomplete is a reason why a scan may not close anything.
type Incomplete string

// The reasons.
const (
	IncompleteDeclared      Incomplete = "declared"       // the caller says that the file is partial or filtered
	IncompleteEmpty         Incomplete = "empty"          // no results and no metadata: nothing found, or nothing scanned
	IncompleteNoPackages    Incomplete = "no-packages"    // only misconfigurations, secrets or licences were looked for
	IncompleteUnidentified  Incomplete = "unidentified"   // an item has no vulnerability id
	IncompleteResourceError Incomplete = "resource-error" // the scanner reports that a resource could not be scanned
)

// Key is the message key of the reason.
func (i Incomplete) Key() string { return "ingest.incomplete." + string(i) }

// Scan describes the run that a scanner file reports.
type Scan struct {
	Root          string    // "list", "report" or "kubernetes": which of Trivy's three roots
	CreatedAt     time.Time // zero: the file does not say when
	Artifact      string    // artifact or cluster name; empty in the bare list
	ArtifactType  string
	ReportID      string
	Incomplete    []Incomplete // why the run may not close anything; empty = complete
	Exposures     int          // records given out
	Unidentified  int          // items without a vulnerability id, not given out
	Misconfigured int          // information, counted apart: misconfigurations
	Secrets       int          // information: secrets
	Licenses      int          // information: licences
	Suppressed    int          // information: findings that the scanner was told to leave out
}

// Complete tells whether the run may close exposures of the assets and scopes it covered.
func (s Scan) Complete() bool { return len(s.Incomplete) == 0 }

// KEVRecord is one entry of CISA's catalogue of Known Exploited Vulnerabilities.
type KEVRecord struct {
	CVE        string
	Vendor     string
	Product    string
	Name       string
	Added      time.Time // day, UTC
	Due        time.Time // day, UTC; never before Added; zero: not said
	StatedDue  time.Time // as the file has it
	DueClamped bool      // the file's due date lay before the date added
	Ransomware bool      // known use in ransomware campaigns; false means not known
	At         At
}

// KEVCatalogue describes one version of the catalogue.
type KEVCatalogue struct {
	Version  string    // catalogVersion; empty in CSV
	Released time.Time // zero in CSV
	Entries  int
	Clamped  int // entries whose due date lay before the date added
}

// IncidentRecord is the latest state of one incident in an export of audit rows.
type IncidentRecord struct {
	Number   string
	State    string
	Priority string
	Impact   string
	Urgency  string
	Category string
	Service  string // business service; empty: not said
	CI       string // configuration item; empty: not said
	Reopened *int   // times; nil: not said
	Opened   time.Time
	Resolved time.Time // service restored; zero: not said
	Closed   time.Time // administrative end; zero: not said; never a substitute for Resolved
	Updated  time.Time
	Own      map[string]string // the organisation's own columns, "u_…", that are not empty
	Rows     int               // audit rows that were collapsed
	Notes    []string          // message keys of doubts, e.g. resolved before opened
	At       At                // the row that was kept
}

// IncidentLog describes an incident file and the decisions under which its dates were read.
type IncidentLog struct {
	Order     DateOrder // store it with the evidence
	Zone      string    // name of the zone used for dates without one; store it with the evidence
	Rows      int
	Incidents int
}

// AvailabilityState is what was known of an element during an interval.
type AvailabilityState string

// The states.
const (
	Up      AvailabilityState = "up"
	Down    AvailabilityState = "down"
	Partial AvailabilityState = "partial" // working in part; the share says how much
	Planned AvailabilityState = "planned" // maintenance announced before
	Unknown AvailabilityState = "unknown" // no data: neither up nor down
)

// AvailabilityRecord is an interval [From, To) in which an element had one state. Weights are durations, not counts.
type AvailabilityRecord struct {
	Element string
	From    time.Time
	To      time.Time
	State   AvailabilityState
	Share   *float64 // 1 up, 0 down, between for partial; nil for planned and unknown
	At      At
}

// AvailabilityLog describes an availability file.
type AvailabilityLog struct {
	Order    DateOrder     // of a CSV file
	Zone     string        // of a CSV file
	Step     time.Duration // of a Prometheus file, the widest among its series: given, or the usual gap of each series
	Elements int
	Records  int
	Warnings int // warnings of the Prometheus server; more than 0 may mean a partial answer
}

// ElementRecord is one row of elements.csv: a thing on the map. Empty text, nil and zero time mean "not said".
type ElementRecord struct {
	ID, Kind, Name, NameIT   string
	Description, Layer       string
	Variant, Domain          string
	Outside, Monitored       *bool
	Criticality              string
	Owner, SecurityOwner     string
	RTO, RPO, MTPD, MTDL     *int     // minutes
	SLO, BIAWeight           *float64 // SLO is a share
	Confidentiality          string
	Integrity, Availability  string
	Lifecycle                string
	EndOfLife                time.Time
	CostPerYear, LossPerHour *money.Amount
	Substitutability         string
	ExitPlan                 *bool
	Tags, Aliases            []string
	Original                 string // its kind in the words of where it comes from
	Properties               map[string]string
	At                       At
}

// ConnectionRecord is one row of connections.csv. Empty text and nil mean "not said".
type ConnectionRecord struct {
	ID, From, Kind, To string
	Dependency         string // forward (From needs To), backward (To needs From), none
	Strength           string // hard, soft
	KOfN               *int
	Protocol, Data     string
	Encrypted          *bool
	Authenticated      *bool
	Logged             *bool
	Phase              string // NIST SP 800-47r1, in its words or in ours
	Agreement          string
	FromTie, ToTie     string // id of the connection that is this end itself
	Original           string
	OwnerFrom, OwnerTo string
	ReviewOn           time.Time
	Properties         map[string]string
	At                 At
}

// AgreementRecord is one row of agreements.csv. Empty text and zero time mean "not said".
type AgreementRecord struct {
	ID, Kind, Title, TitleIT string
	Party                    string // of a table of ours an element, else the ref of a node
	From, Until              time.Time
	Covers                   []string
	File                     string // empty in tables of ours, whose reader knows it
	Properties               map[string]string
	At                       At
}

// DanglingReference is a name that points to nothing known. It is kept and shown, never dropped.
type DanglingReference struct {
	Ref   string // the name that resolves nowhere
	From  string // who names it
	Field string
	File  string
	At    At
}

// NodeRecord is a thing of an outside map, in the words of its format.
type NodeRecord struct {
	Ref         string // the id by which the format names it; in Backstage kind:namespace/name, lower case
	Kind        string // as written: Component, ApplicationComponent, Deployment, ...
	Namespace   string
	Name        string
	Title       string
	Description string
	Type        string // a finer word than the kind, where the format has one; in Backstage spec.type
	Lifecycle   string // as written; in Backstage spec.lifecycle
	Tags        []string
	Props       map[string]string // what else the format says, by its own names
	File        string
	At          At
}

// EdgeRecord is a relation of an outside map, in the direction in which its format writes it.
type EdgeRecord struct {
	From, To string // refs; where an end is itself a relation, its Key
	Type     string // as written: dependsOn, Serving, ...; in Backstage one of each of its pairs
	Key      string // the id of the relation, where the format has one
	Name     string
	Field    string            // the field that says so
	Props    map[string]string // what else the format says, by its own names
	FromEdge bool              // From is the Key of a relation (ArchiMate allows it)
	ToEdge   bool
	File     string
	At       At
}

// Catalogue is what a set of files of one format says, every thing once.
type Catalogue struct {
	Nodes        []NodeRecord
	Edges        []EdgeRecord
	Dangling     []DanglingReference
	Agreements   []AgreementRecord // in formats that hold contracts
	Unread       []string          // files that hold nothing of the format
	Locations    int               // Location entities: they point to other files, which are never fetched
	Placeholders int               // $text, $json, $yaml and the like: never followed
}
