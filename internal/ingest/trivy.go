package ingest

import (
	"strings"
)

// Trivy writes three kinds of JSON: a bare list of results (old), a report with SchemaVersion 2, and a
// Kubernetes report, whose results hang under resources. In all of them a result is one target inside
// the artifact (its operating system packages, a lock file ...) and holds the vulnerabilities found there.
//
// Only vulnerabilities become exposures; misconfigurations, secrets and licences are counted as information.
// Trivy names what a result belongs to before its vulnerabilities; a file that does it after is refused,
// because it could only be read by holding it all in memory.

// TrivyOptions are the caller's decisions on one file.
type TrivyOptions struct {
	Asset   string                  // name of the scanned asset; replaces the artifact name, and serves the bare list, which has none
	Partial bool                    // the file is filtered or covers only a part: it will close nothing
	Scope   func(ScopeRecord) error // called for every result, also an empty one; may be nil
}

// ReadTrivy gives out the exposures of a Trivy JSON file and describes the scan.
func ReadTrivy(src *Source, o TrivyOptions, emit func(ExposureRecord) error) (Scan, error) {
	t := &trivyReader{stream: newStream(src), o: o, emit: emit, asset: o.Asset}
	if err := t.root(); err != nil {
		return Scan{}, err
	}
	if err := t.end(); err != nil {
		return Scan{}, err
	}
	t.judge()
	return t.scan, nil
}

// trivyReader is where the reader is: file, resource, result.
type trivyReader struct {
	*stream
	o        TrivyOptions
	emit     func(ExposureRecord) error
	scan     Scan
	version  float64
	metadata bool
	results  int
	packages bool // some result was searched for packages
	failed   bool // some resource could not be scanned
	asset    string
	result   trivyResult
}

// trivyResult is the target that is being read.
type trivyResult struct {
	target, class, kind string
	listed              bool // it has a list of vulnerabilities, perhaps null
	opened              bool // its vulnerabilities or scope have been given out: the names above are settled
	at                  At
}

func (t *trivyReader) root() error {
	switch t.kind() {
	case 'n':
		t.scan.Root = "list"
		return t.skip()
	case '[':
		t.scan.Root = "list"
		return t.array("", t.readResult)
	case '{', 0:
		if err := t.object("", t.rootMember); err != nil {
			return err
		}
	default:
		return t.wrongType("", "object")
	}
	if t.scan.Root == "kubernetes" {
		return nil
	}
	if t.version == 0 {
		return t.src.wrong(At{}, "SchemaVersion", "ingest.error.trivy.not")
	}
	if t.version != 2 {
		return t.src.wrong(At{}, "SchemaVersion", "ingest.error.trivy.version", "version", t.version)
	}
	t.scan.Root = "report"
	return nil
}

func (t *trivyReader) rootMember(name string) (err error) {
	switch name {
	case "SchemaVersion":
		t.version, err = t.number(name)
	case "CreatedAt":
		err = t.createdAt()
	case "ArtifactName":
		err = t.artifact(name)
	case "ArtifactType":
		t.scan.ArtifactType, err = t.text(name)
	case "ReportID":
		t.scan.ReportID, err = t.text(name)
	case "Metadata":
		t.metadata = t.kind() == '{'
		err = t.skip()
	case "Results":
		err = t.array(name, t.readResult)
	case "ClusterName":
		t.scan.Root = "kubernetes"
		err = t.artifact(name)
	case "Resources", "Vulnerabilities", "Misconfigurations", "Findings":
		t.scan.Root = "kubernetes"
		err = t.array(name, t.readResource)
	default:
		err = t.skip()
	}
	return err
}

func (t *trivyReader) createdAt() error {
	text, err := t.text("CreatedAt")
	if err != nil {
		return err
	}
	at, ok := isoTime(text)
	if !ok {
		return t.src.wrong(At{}, "CreatedAt", "ingest.error.date", "value", clip(text))
	}
	t.scan.CreatedAt = at
	return nil
}

// artifact reads the name of the artifact or cluster, which must come before what was found in it.
func (t *trivyReader) artifact(name string) (err error) {
	if t.results > 0 {
		return t.src.wrong(At{}, name, "ingest.error.trivy.order")
	}
	t.scan.Artifact, err = t.text(name)
	if t.o.Asset == "" {
		t.asset = t.scan.Artifact
	}
	return err
}

// readResource reads one Kubernetes resource; it is an asset of its own.
func (t *trivyReader) readResource() error {
	var namespace, kind, name string
	before := t.results
	cluster := t.asset
	defer func() { t.asset = cluster }()
	member := func(into *string, field string) (err error) {
		if t.results > before {
			return t.src.wrong(At{Record: t.record}, field, "ingest.error.trivy.order")
		}
		*into, err = t.text(field)
		t.asset = strings.Join([]string{cluster, namespace, kind, name}, "/")
		return err
	}
	return t.object("Resources", func(field string) error {
		switch field {
		case "Namespace":
			return member(&namespace, field)
		case "Kind":
			return member(&kind, field)
		case "Name":
			return member(&name, field)
		case "Results":
			return t.array(field, t.readResult)
		case "Error":
			text, err := t.text(field)
			t.failed = t.failed || text != ""
			return err
		}
		return t.skip()
	})
}

func (t *trivyReader) readResult() error {
	t.results++
	t.result = trivyResult{at: At{Record: t.record + 1, Offset: t.d.InputOffset()}}
	if err := t.object("Results", t.resultMember); err != nil {
		return err
	}
	return t.openResult()
}

func (t *trivyReader) resultMember(name string) error {
	switch name {
	case "Target":
		return t.resultName(&t.result.target, name)
	case "Class":
		return t.resultName(&t.result.class, name)
	case "Type":
		return t.resultName(&t.result.kind, name)
	case "Vulnerabilities":
		return t.vulnerabilities(name)
	case "Misconfigurations":
		return t.information(&t.scan.Misconfigured, name)
	case "Secrets":
		return t.information(&t.scan.Secrets, name)
	case "Licenses":
		return t.information(&t.scan.Licenses, name)
	case "ExperimentalModifiedFindings":
		return t.information(&t.scan.Suppressed, name)
	}
	return t.skip()
}

func (t *trivyReader) resultName(into *string, name string) (err error) {
	if t.result.opened {
		return t.src.wrong(At{Record: t.record}, name, "ingest.error.trivy.order")
	}
	*into, err = t.text(name)
	return err
}

func (t *trivyReader) information(total *int, name string) error {
	n, err := t.items(name)
	*total += n
	return err
}

func (t *trivyReader) vulnerabilities(name string) error {
	t.result.listed = true
	return t.array(name, func() error {
		if err := t.openResult(); err != nil {
			return err
		}
		return t.vulnerability()
	})
}

// openResult settles the names of the result and tells the caller which part of the asset was looked at; once.
func (t *trivyReader) openResult() error {
	if t.result.opened {
		return nil
	}
	t.result.opened = true
	packages := t.result.packages()
	t.packages = t.packages || packages
	if t.o.Scope == nil {
		return nil
	}
	return t.o.Scope(ScopeRecord{
		Asset: t.assetName(), Scope: t.result.scope(), Class: t.result.class, Type: t.result.kind,
		Packages: packages, At: t.result.at,
	})
}

// packages tells whether the target was searched for vulnerable packages. Old files have no class, but a list of
// vulnerabilities, null when none was found.
func (r trivyResult) packages() bool {
	return r.class == "os-pkgs" || r.class == "lang-pkgs" || r.class == "" && r.listed
}

// assetName is the asset of the current result; in the bare list, without a name from the caller, its target.
func (t *trivyReader) assetName() string {
	if t.asset == "" {
		return t.result.scope()
	}
	return t.asset
}

// scope is the target without the version of its operating system, which Trivy writes behind the name and
// which changes with every upgrade: "web:1 (debian 12.5)" is the same place as "web:1 (debian 12.6)".
func (r trivyResult) scope() string {
	if r.class != "os-pkgs" && r.class != "" {
		return r.target
	}
	i := strings.LastIndex(r.target, " (")
	if i < 0 || !strings.HasSuffix(r.target, ")") || !strings.HasPrefix(r.target[i+2:], r.kind) {
		return r.target
	}
	return r.target[:i]
}

// vulnerability reads one item and gives it out.
func (t *trivyReader) vulnerability() error {
	t.record++
	at := t.at()
	if err := t.src.count(at); err != nil {
		return err
	}
	r := ExposureRecord{
		Asset: t.assetName(), Scope: t.result.scope(), Class: t.result.class, Type: t.result.kind,
		Status: StatusUnknown, Severity: SeverityUnknown, At: at,
	}
	path := ""
	if err := t.object("Vulnerabilities", func(name string) error { return t.vulnerabilityMember(&r, &path, name) }); err != nil {
		return err
	}
	if r.VulnerabilityID == "" {
		t.scan.Unidentified++
		return nil
	}
	r.Canonical = canonical(r.VulnerabilityID)
	r.Location = r.Scope
	if path != "" {
		r.Location += "/" + path
	}
	t.scan.Exposures++
	return t.emit(r)
}

func (t *trivyReader) vulnerabilityMember(r *ExposureRecord, path *string, name string) (err error) {
	switch name {
	case "VulnerabilityID":
		r.VulnerabilityID, err = t.text(name)
	case "PkgName":
		r.Package, err = t.text(name)
	case "PkgPath":
		*path, err = t.text(name)
	case "InstalledVersion":
		r.Installed, err = t.text(name)
	case "FixedVersion":
		r.Fixed, err = t.text(name)
	case "PrimaryURL":
		r.URL, err = t.text(name)
	case "Title":
		r.Title, err = t.text(name)
	case "Status":
		err = t.status(r)
	case "Severity":
		err = t.severity(r)
	case "PublishedDate":
		err = t.published(r)
	default:
		err = t.skip()
	}
	return err
}

func (t *trivyReader) status(r *ExposureRecord) error {
	text, err := t.text("Status")
	if err != nil || text == "" {
		return err
	}
	switch s := Status(text); s {
	case StatusUnknown, StatusNotAffected, StatusAffected, StatusFixed, StatusUnderInvestigation,
		StatusWillNotFix, StatusFixDeferred, StatusEndOfLife:
		r.Status = s
		return nil
	}
	return t.src.wrong(r.At, "Status", "ingest.error.value", "value", clip(text))
}

func (t *trivyReader) severity(r *ExposureRecord) error {
	text, err := t.text("Severity")
	if err != nil || text == "" {
		return err
	}
	switch text {
	case "UNKNOWN":
		r.Severity = SeverityUnknown
	case "LOW":
		r.Severity = SeverityLow
	case "MEDIUM":
		r.Severity = SeverityMedium
	case "HIGH":
		r.Severity = SeverityHigh
	case "CRITICAL":
		r.Severity = SeverityCritical
	default:
		return t.src.wrong(r.At, "Severity", "ingest.error.value", "value", clip(text))
	}
	return nil
}

func (t *trivyReader) published(r *ExposureRecord) error {
	text, err := t.text("PublishedDate")
	if err != nil {
		return err
	}
	at, ok := isoTime(text)
	if !ok {
		return t.src.wrong(r.At, "PublishedDate", "ingest.error.date", "value", clip(text))
	}
	r.Published = at
	return nil
}

// canonical is the name under which a vulnerability is counted once. Trivy gives one id and no aliases: a CVE
// is canonical in upper case; another id stays as it is (VendorIDs are advisories, which may cover several CVEs).
func canonical(id string) string {
	if upper := strings.ToUpper(id); strings.HasPrefix(upper, "CVE-") {
		return upper
	}
	return id
}

// judge says why the scan may not close anything.
func (t *trivyReader) judge() {
	why := func(is bool, reason Incomplete) {
		if is {
			t.scan.Incomplete = append(t.scan.Incomplete, reason)
		}
	}
	why(t.o.Partial, IncompleteDeclared)
	why(t.results == 0 && !t.metadata, IncompleteEmpty)
	why(t.results > 0 && !t.packages, IncompleteNoPackages)
	why(t.scan.Unidentified > 0, IncompleteUnidentified)
	why(t.failed, IncompleteResourceError)
}
