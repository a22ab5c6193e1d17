package landscape

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/huandu/go-sqlbuilder"

	"accordo.dev/internal/db"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// ConnectionKind is how two elements hang together; it reads from → to.
type ConnectionKind string

// The kinds of connection.
const (
	Uses        ConnectionKind = "uses"
	PartOf      ConnectionKind = "part-of"
	RunsOn      ConnectionKind = "runs-on"
	FlowsTo     ConnectionKind = "flows-to"
	PerformedBy ConnectionKind = "performed-by"
	SuppliedBy  ConnectionKind = "supplied-by"
	AnswersTo   ConnectionKind = "answers-to" // owned by, supervised by, reports to
	Serves      ConnectionKind = "serves"
	Triggers    ConnectionKind = "triggers"   // the first starts the second
	Realizes    ConnectionKind = "realizes"   // the lower makes the upper work
	Accesses    ConnectionKind = "accesses"   // reads or writes
	RelatesTo   ConnectionKind = "relates-to" // in a way that nobody has said
)

// ConnectionKinds lists all kinds of connection.
var ConnectionKinds = []ConnectionKind{Uses, RunsOn, Serves, SuppliedBy, FlowsTo, PerformedBy, PartOf, AnswersTo, Triggers, Realizes, Accesses, RelatesTo}

// Dependency is the direction in which one end needs the other. Failure travels against it.
type Dependency string

// The directions.
const (
	Forward      Dependency = "forward"  // from needs to
	Backward     Dependency = "backward" // to needs from
	NoDependency Dependency = "none"
)

// Strength tells whether the consumer stops without the provider, or only works worse.
type Strength string

// The strengths.
const (
	Hard Strength = "hard"
	Soft Strength = "soft"
)

// Phase is where an integration stands in its life (NIST SP 800-47r1).
type Phase string

// The phases. Only what is live or being discontinued carries a dependency now.
const (
	PhasePlanned       Phase = "planned"
	PhaseEstablishing  Phase = "establishing"
	PhaseLive          Phase = "live"
	PhaseDiscontinuing Phase = "discontinuing"
)

// Phases lists all phases in their order.
var Phases = []Phase{PhasePlanned, PhaseEstablishing, PhaseLive, PhaseDiscontinuing}

// Usual gives the dependency that a kind of connection has unless somebody says otherwise.
func (k ConnectionKind) Usual() (Dependency, Strength) {
	switch k {
	case Uses, RunsOn, SuppliedBy:
		return Forward, Hard
	case Serves, Realizes:
		return Backward, Hard
	case FlowsTo, Triggers:
		return Backward, Soft
	case PerformedBy:
		return Forward, Soft
	default:
		return NoDependency, Soft
	}
}

// Connection is an integration or another tie between two elements: a record of its own, with owners on
// both sides, what it carries and under which agreement.
type Connection struct {
	ID            string            `yaml:"id" json:"id"`
	From          string            `yaml:"from" json:"from"`
	To            string            `yaml:"to" json:"to"`
	FromTie       string            `yaml:"from_tie,omitempty" json:"fromTie,omitempty"` // connection that is this end itself; From is its own first end then
	ToTie         string            `yaml:"to_tie,omitempty" json:"toTie,omitempty"`
	Kind          ConnectionKind    `yaml:"kind" json:"kind"`
	Dependency    Dependency        `yaml:"dependency,omitempty" json:"dependency,omitempty"`
	Strength      Strength          `yaml:"strength,omitempty" json:"strength,omitempty"`
	KOfN          *int64            `yaml:"k_of_n,omitempty" json:"kOfN,omitempty"` // so many of the providers of this kind must work
	Protocol      string            `yaml:"protocol,omitempty" json:"protocol,omitempty"`
	Data          []string          `yaml:"data,omitempty" json:"data,omitempty"`
	Encrypted     *bool             `yaml:"encrypted,omitempty" json:"encrypted,omitempty"`
	Authenticated *bool             `yaml:"authenticated,omitempty" json:"authenticated,omitempty"`
	Logged        *bool             `yaml:"logged,omitempty" json:"logged,omitempty"`        // what passes is logged centrally
	OwnerFrom     string            `yaml:"owner_from,omitempty" json:"ownerFrom,omitempty"` // person id
	OwnerTo       string            `yaml:"owner_to,omitempty" json:"ownerTo,omitempty"`     // person id
	Agreement     string            `yaml:"agreement,omitempty" json:"agreement,omitempty"`
	Phase         Phase             `yaml:"phase,omitempty" json:"phase,omitempty"`
	ReviewOn      string            `yaml:"review_on,omitempty" json:"reviewOn,omitempty"` // day of the next review
	Properties    map[string]string `yaml:"properties,omitempty" json:"properties,omitempty"`
	Original      string            `yaml:"original,omitempty" json:"original,omitempty"` // its kind in the words of its source
	Source        string            `yaml:"source,omitempty" json:"source,omitempty"`
	ExternalID    string            `yaml:"external_id,omitempty" json:"externalId,omitempty"`
	ByHand        []string          `yaml:"by_hand,omitempty" json:"byHand,omitempty"`
	BeganAt       *time.Time        `yaml:"began_at,omitempty" json:"beganAt,omitempty"`
	EndedAt       *time.Time        `yaml:"ended_at,omitempty" json:"endedAt,omitempty"`
	Version       int64             `yaml:"-" json:"version,omitempty"`
}

// Ref is the name of the connection for other areas.
func (c Connection) Ref() ref.Ref { return ref.New("connection", c.ID) }

// Live tells whether the connection works now.
func (c Connection) Live() bool {
	return c.EndedAt == nil && (c.Phase == PhaseLive || c.Phase == PhaseDiscontinuing)
}

// Need gives the two ends as consumer and provider; false when neither needs the other.
func (c Connection) Need() (consumer, provider string, ok bool) {
	switch c.Dependency {
	case Forward:
		return c.From, c.To, true
	case Backward:
		return c.To, c.From, true
	default:
		return "", "", false
	}
}

func (c Connection) check(field func(string) string) []*problem.Error {
	k := checker{field: field}
	if !ref.ValidID(c.ID) {
		k.add(problem.Field(field("id"), "landscape.error.id", "value", c.ID))
	}
	if c.From == "" {
		k.add(problem.Field(field("from"), "problem.required"))
	}
	if c.To == "" {
		k.add(problem.Field(field("to"), "problem.required"))
	}
	k.choice("kind", string(c.Kind), words(ConnectionKinds)...)
	k.choice("dependency", string(c.Dependency), "forward", "backward", "none")
	k.choice("strength", string(c.Strength), "hard", "soft")
	k.choice("phase", string(c.Phase), words(Phases)...)
	k.between("k_of_n", c.KOfN, 1, 1000)
	k.short("protocol", c.Protocol, 200)
	k.short("original", c.Original, 200)
	k.day("review_on", c.ReviewOn)
	k.properties("properties", c.Properties)
	if (c.FromTie != "" || c.ToTie != "") && c.Dependency != NoDependency {
		k.add(problem.Choice(field("dependency"), string(c.Dependency), string(NoDependency)))
	}
	return k.wrong
}

// normal fills in what the kind implies, and puts the connection into the form in which it is kept.
func (c Connection) normal() Connection {
	dependency, strength := c.Kind.Usual()
	if c.Dependency == "" {
		c.Dependency = dependency
	}
	if c.Strength == "" {
		c.Strength = strength
	}
	if c.Phase == "" {
		c.Phase = PhaseLive
	}
	if c.Source == "" {
		c.Source = Hand
	}
	if c.FromTie != "" || c.ToTie != "" {
		c.Dependency = NoDependency // a relation about a relation makes nothing need anything
	}
	c.Data, c.ByHand, c.Properties = wordSet(c.Data), wordSet(c.ByHand), someProperties(c.Properties)
	c.BeganAt, c.EndedAt = toMicrosecond(c.BeganAt), toMicrosecond(c.EndedAt)
	if c.ID == "" {
		c.ID = c.naturalID()
	}
	return c
}

// naturalID is made of what the connection is, so that the same connection gets the same id again.
func (c Connection) naturalID() string {
	return c.tieID(string(c.Kind) + "\x1f" + c.Protocol + "\x1f" + strings.Join(c.Data, ","))
}

// tieID is made of the two ends and of what tells this connection from others between them.
func (c Connection) tieID(key string) string {
	ends := c.From + "-" + c.To
	return ends[:min(len(ends), 88)] + "-" + short(c.From, c.To, key)
}

func (c Connection) people(field func(string) string) map[string]string {
	return map[string]string{field("owner_from"): c.OwnerFrom, field("owner_to"): c.OwnerTo}
}

const connectionColumns = `id, from_id, to_id, kind, dependency, strength, k_of_n, protocol, data, encrypted, authenticated,
	owner_from, owner_to, agreement, phase, source, external_id, by_hand, ended_at, version,
	from_tie, to_tie, logged, review_on, properties, original, began_at`

var (
	connectionNames = columnNames(connectionColumns)
	storedNames     = append(columnNames(connectionColumns), "consumer", "provider")
)

func scanConnection(s db.Scan) (Connection, error) {
	var c Connection
	var data, byHand, properties string
	var start int64
	var ended *int64
	err := s(&c.ID, &c.From, &c.To, &c.Kind, &c.Dependency, &c.Strength, &c.KOfN, &c.Protocol, &data, &c.Encrypted, &c.Authenticated,
		&c.OwnerFrom, &c.OwnerTo, &c.Agreement, &c.Phase, &c.Source, &c.ExternalID, &byHand, &ended, &c.Version,
		&c.FromTie, &c.ToTie, &c.Logged, &c.ReviewOn, &properties, &c.Original, &start)
	if err != nil {
		return c, err
	}
	c.BeganAt, c.EndedAt = began(start), instant(ended)
	if c.Properties, err = unpackProperties(properties); err != nil {
		return c, err
	}
	if err := json.Unmarshal([]byte(data), &c.Data); err != nil {
		return c, err
	}
	if err := json.Unmarshal([]byte(byHand), &c.ByHand); err != nil {
		return c, err
	}
	c.Data, c.ByHand = wordSet(c.Data), wordSet(c.ByHand)
	return c, nil
}

func (c Connection) values() []any {
	consumer, provider, _ := c.Need()
	return []any{
		c.ID, c.From, c.To, string(c.Kind), string(c.Dependency), string(c.Strength), c.KOfN, c.Protocol, pack(c.Data), c.Encrypted, c.Authenticated,
		c.OwnerFrom, c.OwnerTo, c.Agreement, string(c.Phase), c.Source, c.ExternalID, pack(c.ByHand), micros(c.EndedAt), c.Version,
		c.FromTie, c.ToTie, c.Logged, c.ReviewOn, packProperties(c.Properties), c.Original, micros(c.BeganAt), consumer, provider,
	}
}

func insertConnections(ctx context.Context, tx *db.Tx, all []Connection) error {
	rows := make([][]any, len(all))
	now := tx.Now()
	for i := range all {
		all[i].Version = 1
		if all[i].BeganAt == nil {
			all[i].BeganAt = toMicrosecond(&now)
		}
		rows[i] = all[i].values()
		tx.Touch(all[i].Ref())
	}
	if err := insertRows(ctx, tx, "connection", storedNames, rows); err != nil {
		return err
	}
	return newRevision(ctx, tx)
}

func updateConnections(ctx context.Context, tx *db.Tx, all []Connection) error {
	if len(all) == 0 {
		return nil
	}
	if err := keepPast(ctx, tx, "connection", ids(all, func(c Connection) string { return c.ID })); err != nil {
		return err
	}
	stmt, err := tx.Prepare(ctx, "UPDATE connection SET "+assignments(storedNames)+" WHERE id = $1")
	if err != nil {
		return err
	}
	defer stmt.Close()
	for i := range all {
		all[i].Version++
		tx.Touch(all[i].Ref())
		if _, err := stmt.ExecContext(ctx, all[i].values()...); err != nil {
			return err
		}
	}
	return nil
}

// Connect ties two elements together.
func Connect(ctx context.Context, tx *db.Tx, c Connection) (Connection, error) {
	c.Source, c.ExternalID, c.ByHand, c.BeganAt, c.EndedAt = Hand, "", nil, nil, nil
	c = c.normal()
	wrong := append(c.check(plain), peopleExist(ctx, tx, c.people(plain))...)
	for name, end := range map[string]string{"from": c.From, "to": c.To} {
		if e, err := element(ctx, tx, end); end != "" && (problem.Is(err, problem.NotFound) || err == nil && e.Ended()) {
			wrong = append(wrong, problem.Field(name, "problem.dangling", "value", end))
		}
	}
	if c.Agreement != "" {
		if known, err := db.Value[int](ctx, tx, "SELECT COUNT(*) FROM agreement WHERE id = $1", c.Agreement); err != nil || known == 0 {
			wrong = append(wrong, problem.Field("agreement", "problem.dangling", "value", c.Agreement))
		}
	}
	if err := problem.Many(wrong); err != nil {
		return c, err
	}
	tx.Touch(ElementRef(c.From), ElementRef(c.To))
	have, err := db.All(ctx, tx, scanConnection, "SELECT "+connectionColumns+" FROM connection WHERE id = $1", c.ID)
	if err != nil {
		return c, err
	}
	all := []Connection{c}
	if len(have) == 0 {
		err = insertConnections(ctx, tx, all)
		return all[0], err
	}
	if have[0].EndedAt == nil {
		return c, problem.Field("id", "problem.twice", "value", c.ID)
	}
	all[0].Version, all[0].BeganAt = have[0].Version, have[0].BeganAt // it ended once and begins again
	err = updateConnections(ctx, tx, all)
	return all[0], err
}

// OpConnect ties two elements together.
var OpConnect = op.Command[Connection, Connection]{Name: "landscape.connect", Route: "POST /api/landscape/connections", Func: Connect}

// Target is the connection; policies see it.
func (c Connection) Target() ref.Ref {
	if c.ID == "" {
		return ""
	}
	return c.Ref()
}

// DisconnectIn says which connection is no longer there.
type DisconnectIn struct {
	ID      string `json:"id"`
	Version int64  `json:"version"`
}

// Target is the connection.
func (in DisconnectIn) Target() ref.Ref { return ref.New("connection", in.ID) }

// Disconnect takes a connection off the map; what happened to it stays.
func Disconnect(ctx context.Context, tx *db.Tx, in DisconnectIn) (Connection, error) {
	c, err := loadConnection(ctx, tx, in.ID, in.Version)
	if err != nil {
		return c, err
	}
	now := tx.Now()
	c.EndedAt = &now
	tx.Touch(ElementRef(c.From), ElementRef(c.To))
	all := []Connection{c}
	err = updateConnections(ctx, tx, all)
	return all[0], err
}

// OpDisconnect takes a connection off the map.
var OpDisconnect = op.Command[DisconnectIn, Connection]{Name: "landscape.disconnect", Route: "POST /api/landscape/connections/end", Func: Disconnect}

// ConnectionFilter narrows the list of connections.
type ConnectionFilter struct {
	db.Page
	Text    string `query:"text" doc:"part of the name of either end"`
	Kind    string `query:"kind" doc:"only connections of this kind"`
	Element string `query:"element" doc:"only connections of this element"`
	Border  bool   `query:"border" doc:"only connections between inside and outside"`
	State   string `query:"state" doc:"unencrypted, unauthenticated, unsaid (encryption or authentication not known), unagreed (no agreement) or expired (agreement ended)"`
}

// ConnectionRow is a connection with the names of its ends.
type ConnectionRow struct {
	Connection
	FromName        i18n.Text `json:"fromName"`
	ToName          i18n.Text `json:"toName"`
	FromOutside     bool      `json:"fromOutside"`
	ToOutside       bool      `json:"toOutside"`
	AgreementTitle  i18n.Text `json:"agreementTitle"`
	AgreementUntil  string    `json:"agreementUntil,omitempty"` // day; empty: open or unknown
	AgreementExists bool      `json:"agreementExists"`
}

// ListConnections gives the connections of live elements that the filter leaves.
func ListConnections(ctx context.Context, r db.Reader, f ConnectionFilter) (db.PageOf[ConnectionRow], error) {
	b := sqlbuilder.PostgreSQL.NewSelectBuilder()
	b.Select("c."+strings.Join(connectionNames, ", c."), `f.name AS from_name, f.name_it AS from_name_it, f.outside AS from_outside,
		t.name AS to_name, t.name_it AS to_name_it, t.outside AS to_outside,
		COALESCE(a.title, '') AS agreement_title, COALESCE(a.title_it, '') AS agreement_title_it, COALESCE(a.until_day, '') AS agreement_until,
		a.id IS NOT NULL AS agreement_exists`).
		From("connection c").Join("element f", "f.id = c.from_id").Join("element t", "t.id = c.to_id").
		JoinWithOption(sqlbuilder.LeftJoin, "agreement a", "a.id = c.agreement").
		Where("c.ended_at IS NULL AND f.ended_at IS NULL AND t.ended_at IS NULL")
	f.narrow(b, r.Now().Format(time.DateOnly))
	sorts := db.Sorts{By: map[string]string{
		"from": "f.sort_name", "to": "t.sort_name", "kind": "c.kind", "phase": "c.phase", "until": "COALESCE(a.until_day, '')",
	}, Key: "c.id", Default: "from"}
	return db.Paged(ctx, r, b, f.Page, sorts, scanConnectionRow)
}

func (f ConnectionFilter) narrow(b *sqlbuilder.SelectBuilder, today string) {
	if f.Text != "" {
		holds := " LIKE " + b.Var(db.Holding(strings.ToLower(f.Text))) + ` ESCAPE '\'`
		b.Where("(f.search" + holds + " OR t.search" + holds + ")")
	}
	if f.Kind != "" {
		b.Where(b.Equal("c.kind", f.Kind))
	}
	if f.Element != "" {
		b.Where("(c.from_id = " + b.Var(f.Element) + " OR c.to_id = " + b.Var(f.Element) + ")")
	}
	if f.Border {
		b.Where("f.outside <> t.outside")
	}
	switch f.State {
	case "unencrypted":
		b.Where("c.encrypted = FALSE")
	case "unauthenticated":
		b.Where("c.authenticated = FALSE")
	case "unsaid":
		b.Where("(c.encrypted IS NULL OR c.authenticated IS NULL)")
	case "unagreed":
		b.Where("a.id IS NULL")
	case "expired":
		b.Where("a.until_day <> ''", b.LessThan("a.until_day", today))
	}
}

func scanConnectionRow(s db.Scan) (ConnectionRow, error) {
	var row ConnectionRow
	c, err := scanConnection(func(dest ...any) error {
		return s(append(dest, &row.FromName.EN, &row.FromName.IT, &row.FromOutside, &row.ToName.EN, &row.ToName.IT, &row.ToOutside,
			&row.AgreementTitle.EN, &row.AgreementTitle.IT, &row.AgreementUntil, &row.AgreementExists)...)
	})
	row.Connection = c
	return row, err
}

// OpListConnections lists connections.
var OpListConnections = op.Query[ConnectionFilter, db.PageOf[ConnectionRow]]{
	Name: "landscape.list-connections", Route: "GET /api/landscape/connections", Func: ListConnections,
}
