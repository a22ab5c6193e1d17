package report

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"accordo.dev/internal/i18n"
	"accordo.dev/internal/problem"
)

// SnapshotFormat is the version of the snapshot's form.
const SnapshotFormat = "accordo-report-snapshot-1"

// Snapshot is every figure of a report as it was at one moment. It has no language: what the
// organisation or a definition says in words is there in both. A figure that nobody knows is nil,
// with the reason beside it.
type Snapshot struct {
	Format        string         `json:"format"`
	Report        string         `json:"report"` // id of the report; "draft" before it is frozen
	Organisation  string         `json:"organisation"`
	Period        Period         `json:"period"`
	AsOf          time.Time      `json:"asOf"`
	Sitting       string         `json:"sitting,omitempty"` // day on which the board sits
	CIO           Officer        `json:"cio"`
	CISO          Officer        `json:"ciso"`
	Decisions     []Decision     `json:"decisions"`     // open ones, at most three
	MoreDecisions int            `json:"moreDecisions"` // open ones that are not printed
	Money         Scale          `json:"money"`         // euro lost in a year, 1 in 20 is worse
	Minutes       Scale          `json:"minutes"`       // of critical service lost in the period
	ExposureDays  Scale          `json:"exposureDays"`  // weighted, in the period
	Security      Security       `json:"securityInDesign"`
	Patching      Patching       `json:"patching"`
	Resilience    Resilience     `json:"resilience"`
	Risks         Risks          `json:"risks"`
	Services      []Service      `json:"services"`
	Projects      []Project      `json:"projects"`
	Fund          *Fund          `json:"fund,omitempty"`
	Unknown       []i18n.Text    `json:"unknown"` // what nobody knows, and what would change it
	Definitions   []Definition   `json:"definitions"`
	Evidence      []EvidenceFile `json:"evidence"`
	Record        RecordHead     `json:"record"`
}

// Period is the stretch of time that a report speaks of: a quarter, up to the snapshot when it still runs.
type Period struct {
	Name  string `json:"name"`  // 2026-Q4
	From  string `json:"from"`  // first day
	Until string `json:"until"` // last day
}

// Officer is who held one of the two offices when the snapshot was taken.
type Officer struct {
	Person string `json:"person,omitempty"` // id; empty: the office was vacant
	Name   string `json:"name,omitempty"`
}

// Decision is an open decision with what both offices say.
type Decision struct {
	ID           string    `json:"id"`
	Title        i18n.Text `json:"title"`
	Content      i18n.Text `json:"content"`
	Status       string    `json:"status"`
	Deadline     time.Time `json:"deadline"`
	Escalation   string    `json:"escalation,omitempty"` // office that must end a deadlock
	MoneyEUR     *float64  `json:"moneyEur,omitempty"`
	Minutes      *float64  `json:"minutes,omitempty"`
	ExposureDays *float64  `json:"exposureDays,omitempty"`
	Hash         string    `json:"hash"`
	CIO          *Vote     `json:"cio,omitempty"` // nil: not given
	CISO         *Vote     `json:"ciso,omitempty"`
}

// Vote is the answer of one office.
type Vote struct {
	Person  string    `json:"person"` // name
	Yes     bool      `json:"yes"`
	Reason  i18n.Text `json:"reason,omitzero"`
	Counter i18n.Text `json:"counter,omitzero"` // what it proposes in place
}

// Scale is one of the three common scales, held against what the board is ready to bear.
type Scale struct {
	Value  *float64  `json:"value,omitempty"`
	Low    *float64  `json:"low,omitempty"`
	High   *float64  `json:"high,omitempty"`
	UpTo   *float64  `json:"upTo,omitempty"` // if everything that was not measured counted
	Limit  *float64  `json:"limit,omitempty"`
	State  Stand     `json:"state"`
	N      int       `json:"n"`
	Reason i18n.Text `json:"reason,omitzero"` // why there is no value
	Trace  string    `json:"trace"`           // id of the definition
}

// Stand says how a scale stands to its limit, in the words of package indicator.
type Stand string

// The ways to stand.
const (
	Inside     Stand = "inside"
	Outside    Stand = "outside"
	CannotTell Stand = "cannot-tell" // no value, or what is not known decides
	NoLimit    Stand = "no-limit"
)

// Security is the share of digital projects whose security validation came within design.
type Security struct {
	K         int       `json:"k"`
	N         int       `json:"n"`
	Low       *float64  `json:"low,omitempty"`
	High      *float64  `json:"high,omitempty"`
	CostShare *float64  `json:"costShare,omitempty"` // the same, weighted by cost
	Late      int       `json:"late"`
	Skipped   int       `json:"skipped"`
	Overdue   int       `json:"overdue"`
	OpenTerms int       `json:"openTerms"` // approved with conditions still open
	Exempted  int       `json:"exempted"`
	Months    int       `json:"months"` // length of the period looked at
	Reason    i18n.Text `json:"reason,omitzero"`
	Trace     string    `json:"trace"`
}

// Patching is the time to repair by tier of criticality, open ones included.
type Patching struct {
	Tiers    []Tier    `json:"tiers"`
	Headline *float64  `json:"headline,omitempty"` // weighted ratio of mean time open to the deadline
	Mean     *float64  `json:"mean,omitempty"`     // what a mean of closed tickets would say, days
	PastKEV  int       `json:"pastKev"`            // known exploited, past their day
	Reason   i18n.Text `json:"reason,omitzero"`
	Trace    string    `json:"trace"`
}

// Tier is one tier of criticality.
type Tier struct {
	Tier     int       `json:"tier"` // 1 the highest; 0: not known
	N        int       `json:"n"`
	Closed   int       `json:"closed"`
	Open     int       `json:"open"`
	Median   *float64  `json:"median,omitempty"` // days
	Low      *float64  `json:"low,omitempty"`
	High     *float64  `json:"high,omitempty"`
	SLA      *float64  `json:"sla,omitempty"` // days
	PastSLA  *float64  `json:"pastSla,omitempty"`
	Oldest   *float64  `json:"oldest,omitempty"` // of the open ones, days
	Steps    []Step    `json:"steps,omitempty"`
	Censored []float64 `json:"censored,omitempty"`
	AtRisk   []AtRisk  `json:"atRisk,omitempty"`
}

// Step is a step of a survival curve.
type Step struct {
	Time  float64  `json:"t"`
	Share float64  `json:"s"`
	Low   *float64 `json:"low,omitempty"`
	High  *float64 `json:"high,omitempty"`
}

// AtRisk is how many were still watched at a time.
type AtRisk struct {
	Time float64 `json:"t"`
	N    int     `json:"n"`
}

// Resilience is the operational resilience index with what must stand beside it.
type Resilience struct {
	Index         *float64         `json:"index,omitempty"`
	P5            *float64         `json:"p5,omitempty"`
	P95           *float64         `json:"p95,omitempty"`
	Method        string           `json:"method"`
	Lowest        i18n.Text        `json:"lowest,omitzero"`
	LowestIndex   *float64         `json:"lowestIndex,omitempty"`
	RatedShare    float64          `json:"ratedShare"`
	RecoveryShare float64          `json:"recoveryShare"`
	Breaches      int              `json:"breaches"`
	Services      []ServiceProfile `json:"services"`
	Reason        i18n.Text        `json:"reason,omitzero"`
	Trace         string           `json:"trace"`
}

// ServiceProfile is the resilience of one service in its three parts.
type ServiceProfile struct {
	Name     i18n.Text `json:"name"`
	Uptime   *float64  `json:"uptime,omitempty"`
	Recovery *float64  `json:"recovery,omitempty"`
	Response *float64  `json:"response,omitempty"`
	Index    *float64  `json:"index,omitempty"`
	Capped   bool      `json:"capped,omitempty"`
	Reason   i18n.Text `json:"reason,omitzero"`
}

// Risks is the simulated yearly loss and the scenarios that make it.
type Risks struct {
	Method     string      `json:"method,omitempty"`
	Seed       uint64      `json:"seed,omitempty"`
	Years      int         `json:"years,omitempty"`
	InputsHash string      `json:"inputsHash,omitempty"`
	Expected   *float64    `json:"expected,omitempty"`
	Curve      []LossLevel `json:"curve,omitempty"`
	Top        []Risk      `json:"top"`
	Count      int         `json:"count"` // open scenarios
	Reason     i18n.Text   `json:"reason,omitzero"`
	Trace      string      `json:"trace"`
}

// LossLevel is a point of the loss exceedance curve.
type LossLevel struct {
	EUR  float64 `json:"eur"`
	P    float64 `json:"p"`
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// Risk is one scenario with its yearly loss.
type Risk struct {
	ID         string    `json:"id"`
	Title      i18n.Text `json:"title"`
	OwnerIT    string    `json:"ownerIt,omitempty"` // name
	OwnerSec   string    `json:"ownerSecurity,omitempty"`
	Expected   float64   `json:"expected"`
	VaR95      float64   `json:"var95"`
	TailShare  float64   `json:"tailShare"`
	Treatment  string    `json:"treatment"`
	EstimateOn string    `json:"estimatedOn,omitempty"`
}

// Service is what a critical service promised and what its last test showed, in minutes.
type Service struct {
	Name     i18n.Text `json:"name"`
	RTO      *float64  `json:"rto,omitempty"`
	Tested   *float64  `json:"tested,omitempty"`
	RPO      *float64  `json:"rpo,omitempty"`
	Lost     *float64  `json:"lost,omitempty"`     // data lost in the test
	TestedOn string    `json:"testedOn,omitempty"` // day
	Kind     string    `json:"kind,omitempty"`
	Failed   bool      `json:"failed,omitempty"`  // it was not recovered
	Down     *float64  `json:"down,omitempty"`    // minutes lost in the period
	Unknown  *float64  `json:"unknown,omitempty"` // minutes not watched in the period
}

// Project is a digital project at or past its design gate.
type Project struct {
	ID      string    `json:"id"`
	Title   i18n.Text `json:"title"`
	Stage   string    `json:"stage"`
	GateDue string    `json:"gateDue,omitempty"`
	Exit    string    `json:"exit,omitempty"`
	State   string    `json:"state"` // validated, late, unvalidated, overdue, open
	CostEUR *float64  `json:"costEur,omitempty"`
}

// Fund is the shared money and what it removes.
type Fund struct {
	Year       int       `json:"year"`
	Total      float64   `json:"total"`
	FromCIO    float64   `json:"fromCio"`
	FromCISO   float64   `json:"fromCiso"`
	FromGroup  float64   `json:"fromGroup,omitempty"`
	RingFenced float64   `json:"ringFenced"` // share kept for security
	Committed  float64   `json:"committed"`
	Spent      float64   `json:"spent"`
	Free       float64   `json:"free"`
	Measures   []Measure `json:"measures"`
}

// Measure is one initiative that the fund may pay.
type Measure struct {
	ID      string    `json:"id"`
	Title   i18n.Text `json:"title"`
	State   string    `json:"state"`
	Cost    float64   `json:"cost"`
	Spent   float64   `json:"spent"`
	Removes *float64  `json:"removes,omitempty"` // euro of expected loss a year
	Minutes *float64  `json:"minutes,omitempty"`
}

// Definition is what a figure means, frozen with it.
type Definition struct {
	ID      string    `json:"id"`
	Version string    `json:"version"`
	Hash    string    `json:"sha256"` // of version and words
	Name    i18n.Text `json:"name"`
	Text    i18n.Text `json:"text"`
}

// EvidenceFile is a file that the figures rest on.
type EvidenceFile struct {
	Name     string    `json:"name"`
	SHA256   string    `json:"sha256"`
	Format   string    `json:"format"`
	Size     int64     `json:"size"`
	Importer string    `json:"importer"`
	By       string    `json:"by"`
	Loaded   time.Time `json:"loaded"`
	Records  int       `json:"records"`
	Complete bool      `json:"complete"`
}

// RecordHead is the size and root of the record when the snapshot was taken.
type RecordHead struct {
	Size int64  `json:"size"`
	Root string `json:"root"`
}

// JSON is the snapshot in its one canonical form: fields in order, indented, ended by a newline.
func (s Snapshot) JSON() ([]byte, error) {
	var b bytes.Buffer
	out := json.NewEncoder(&b)
	out.SetEscapeHTML(false)
	out.SetIndent("", " ")
	if err := out.Encode(s); err != nil {
		return nil, fmt.Errorf("snapshot of %s: %w", s.Report, err)
	}
	return b.Bytes(), nil
}

// ReadSnapshot reads the canonical form; anything else is refused.
func ReadSnapshot(data []byte) (Snapshot, error) {
	var s Snapshot
	if err := json.Unmarshal(data, &s); err != nil || s.Format != SnapshotFormat {
		return s, problem.New(problem.Invalid, "report.error.snapshot")
	}
	again, err := s.JSON()
	if err != nil || !bytes.Equal(again, data) {
		return s, problem.New(problem.Invalid, "report.error.snapshot")
	}
	return s, nil
}

// hashOf is the SHA-256 of bytes, in hexadecimal.
func hashOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// Quarter is the quarter of a day, which ends with that day when it still runs.
func Quarter(now time.Time) Period {
	p := quarter(now.Year(), (int(now.Month())-1)/3+1)
	if day := now.Format(time.DateOnly); day < p.Until {
		p.Until = day
	}
	return p
}

func quarter(year, n int) Period {
	from := time.Date(year, time.Month(3*n-2), 1, 0, 0, 0, 0, time.UTC)
	return Period{
		Name: fmt.Sprintf("%d-Q%d", year, n), From: from.Format(time.DateOnly),
		Until: from.AddDate(0, 3, -1).Format(time.DateOnly),
	}
}

// ParsePeriod reads a quarter such as 2026-Q4; empty means the quarter of now. One that has not begun is refused.
func ParsePeriod(text string, now time.Time) (Period, error) {
	if text == "" {
		return Quarter(now), nil
	}
	var year, n int
	if _, err := fmt.Sscanf(text, "%d-Q%d", &year, &n); err != nil || year < 2000 || n < 1 || n > 4 || quarter(year, n).Name != text {
		return Period{}, problem.Field("period", "report.error.period", "value", text)
	}
	p := quarter(year, n)
	if p.Name == Quarter(now).Name {
		return Quarter(now), nil
	}
	if p.From > now.Format(time.DateOnly) {
		return Period{}, problem.Field("period", "report.error.period-ahead", "value", text)
	}
	return p, nil
}
