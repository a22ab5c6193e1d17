// Package landscape holds the one map that the CIO and the CISO share: what exists (elements), what
// runs between it (connections), what was agreed about it (agreements), and where it contradicts itself.
//
// Start with element.go and connection.go; file.go is landscape.yaml, import.go takes the files of
// other tools, coherence.go the findings.
package landscape

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"accordo.dev/internal/change"
	"accordo.dev/internal/db"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/item"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// Kind is what sort of thing an element is.
type Kind string

// The kinds. Unknown is a thing that somebody names and nobody has described.
const (
	KindService       Kind = "service" // what the organisation promises to somebody, with recovery targets
	KindProcess       Kind = "process"
	KindSystem        Kind = "system"
	KindDeviceFleet   Kind = "device-fleet"
	KindOTAsset       Kind = "ot-asset" // operational technology: plants, medical devices
	KindInterface     Kind = "interface"
	KindDataSet       Kind = "data-set"
	KindTeam          Kind = "team"
	KindPerson        Kind = "person"
	KindInitiative    Kind = "initiative"
	KindPartner       Kind = "partner"
	KindSupplier      Kind = "supplier"
	KindAuthority     Kind = "authority"
	KindCustomerGroup Kind = "customer-group"
	KindSite          Kind = "site"
	KindUnknown       Kind = "unknown"
)

// Kinds lists all kinds in the order in which people look for them.
var Kinds = []Kind{
	KindService, KindProcess, KindSystem, KindInterface, KindDataSet, KindDeviceFleet, KindOTAsset, KindSupplier, KindPartner,
	KindAuthority, KindCustomerGroup, KindTeam, KindPerson, KindSite, KindInitiative, KindUnknown,
}

// Answered tells whether elements of a kind must have an owner who answers for them.
func (k Kind) Answered() bool {
	switch k {
	case KindService, KindProcess, KindSystem, KindInterface, KindDataSet, KindDeviceFleet, KindOTAsset, KindSupplier:
		return true
	}
	return false
}

// Recovers tells whether elements of a kind must have a recovery time objective.
func (k Kind) Recovers() bool { return k == KindService || k == KindProcess || k == KindSystem }

// Lifecycles are the states of an element's life; empty means that nobody has said.
var Lifecycles = []string{"planned", "live", "retiring", "retired"}

// Variants are the finer words of some kinds; empty means that nobody has said.
var Variants = map[Kind][]string{
	KindSystem:      {"on-premises", "cloud", "saas"},
	KindDeviceFleet: {"managed", "mobile", "personal", "iot"},
}

// Substitutabilities are the four grades in which a supplier can be replaced, from the register of
// information of DORA: easily, with medium effort, with great effort, not at all.
var Substitutabilities = []string{"easy", "medium", "complex", "none"}

// Reserved are words that pages about the whole map use where an element's page has its id.
var Reserved = []string{
	"new", "edit", "end", "import", "export", "map", "map.svg", "whole", "points", "borders", "coherence", "policies", "violations",
	"exceptions", "onboarding", "what-if", "compare", "agreements", "connections",
}

// Hand is the source of what people entered themselves.
const Hand = "hand"

// Element is one thing on the map. A nil number was never said; it is not zero.
type Element struct {
	ID               string            `yaml:"id" json:"id"`
	Kind             Kind              `yaml:"kind" json:"kind"`
	Variant          string            `yaml:"variant,omitempty" json:"variant,omitempty"` // one of Variants of its kind
	Name             string            `yaml:"name" json:"name"`
	NameIT           string            `yaml:"name_it,omitempty" json:"nameIt,omitempty"`
	Description      string            `yaml:"description,omitempty" json:"description,omitempty"`
	Layer            string            `yaml:"layer,omitempty" json:"layer,omitempty"`
	Domain           string            `yaml:"domain,omitempty" json:"domain,omitempty"`           // business domain that it belongs to
	Outside          bool              `yaml:"outside,omitempty" json:"outside,omitempty"`         // not under our control
	Criticality      *int64            `yaml:"criticality,omitempty" json:"criticality,omitempty"` // 1 (highest) to 4
	Owner            string            `yaml:"owner,omitempty" json:"owner,omitempty"`             // person id
	SecurityOwner    string            `yaml:"security_owner,omitempty" json:"securityOwner,omitempty"`
	RTO              *int64            `yaml:"rto_min,omitempty" json:"rtoMin,omitempty"`   // recovery time objective, minutes
	RPO              *int64            `yaml:"rpo_min,omitempty" json:"rpoMin,omitempty"`   // recovery point objective, minutes
	MTPD             *int64            `yaml:"mtpd_min,omitempty" json:"mtpdMin,omitempty"` // maximum tolerable period of disruption, minutes
	MTDL             *int64            `yaml:"mtdl_min,omitempty" json:"mtdlMin,omitempty"` // maximum tolerable data loss, minutes
	SLO              *float64          `yaml:"slo,omitempty" json:"slo,omitempty"`          // promised availability, a share: 0.999
	BIAWeight        *float64          `yaml:"bia_weight,omitempty" json:"biaWeight,omitempty"`
	Monitored        bool              `yaml:"monitored,omitempty" json:"monitored,omitempty"`
	Confidentiality  *int64            `yaml:"confidentiality,omitempty" json:"confidentiality,omitempty"` // 1 (lowest) to 4
	Integrity        *int64            `yaml:"integrity,omitempty" json:"integrity,omitempty"`
	Availability     *int64            `yaml:"availability,omitempty" json:"availability,omitempty"`
	Lifecycle        string            `yaml:"lifecycle,omitempty" json:"lifecycle,omitempty"`
	EndOfLife        string            `yaml:"end_of_life,omitempty" json:"endOfLife,omitempty"` // day after which nobody supports it
	CostEURYear      *float64          `yaml:"cost_eur_year,omitempty" json:"costEurYear,omitempty"`
	LossEURHour      *float64          `yaml:"loss_eur_hour,omitempty" json:"lossEurHour,omitempty"` // of a service: what each hour without it costs
	Tags             []string          `yaml:"tags,omitempty" json:"tags,omitempty"`
	Aliases          []string          `yaml:"aliases,omitempty" json:"aliases,omitempty"`                   // names under which scanners and monitors know it
	Substitutability string            `yaml:"substitutability,omitempty" json:"substitutability,omitempty"` // of a supplier or partner: one of Substitutabilities
	ExitPlan         *bool             `yaml:"exit_plan,omitempty" json:"exitPlan,omitempty"`                // of a supplier or partner
	Properties       map[string]string `yaml:"properties,omitempty" json:"properties,omitempty"`             // what sources say that has no field here
	Original         string            `yaml:"original,omitempty" json:"original,omitempty"`                 // its kind in the words of its source: archimate:ApplicationComponent
	Source           string            `yaml:"source,omitempty" json:"source,omitempty"`                     // who brought it: hand, or the name of an import
	ExternalID       string            `yaml:"external_id,omitempty" json:"externalId,omitempty"`
	ByHand           []string          `yaml:"by_hand,omitempty" json:"byHand,omitempty"`   // fields of an imported element that people set; imports leave them alone
	BeganAt          *time.Time        `yaml:"began_at,omitempty" json:"beganAt,omitempty"` // since when it is on the map
	EndedAt          *time.Time        `yaml:"ended_at,omitempty" json:"endedAt,omitempty"`
	Version          int64             `yaml:"-" json:"version,omitempty"`
}

// Title is the name in both languages.
func (e Element) Title() i18n.Text { return i18n.Text{EN: e.Name, IT: e.NameIT} }

// Ref is the name of the element for other areas.
func (e Element) Ref() ref.Ref { return ElementRef(e.ID) }

// ElementRef is the name of an element for other areas.
func ElementRef(id string) ref.Ref { return ref.New("element", id) }

// Ended tells whether the element is no longer there.
func (e Element) Ended() bool { return e.EndedAt != nil }

// check finds everything wrong with an element by itself; field gives the name of a field in errors.
func (e Element) check(field func(string) string) []*problem.Error {
	c := checker{field: field}
	if !ref.ValidID(e.ID) {
		c.add(problem.Field(field("id"), "landscape.error.id", "value", e.ID))
	}
	c.choice("kind", string(e.Kind), words(Kinds)...)
	if slices.Contains(Reserved, e.ID) {
		c.add(problem.Field(field("id"), "landscape.error.reserved", "value", e.ID))
	}
	c.choice("variant", e.Variant, append([]string{""}, Variants[e.Kind]...)...)
	c.choice("substitutability", e.Substitutability, append([]string{""}, Substitutabilities...)...)
	c.properties("properties", e.Properties)
	c.choice("lifecycle", e.Lifecycle, append([]string{""}, Lifecycles...)...)
	if strings.TrimSpace(e.Name) == "" {
		c.add(problem.Field(field("name"), "problem.required"))
	}
	for name, text := range map[string]string{"name": e.Name, "name_it": e.NameIT, "layer": e.Layer, "domain": e.Domain, "original": e.Original} {
		c.short(name, text, 200)
	}
	c.short("description", e.Description, 4000)
	c.grade("criticality", e.Criticality)
	c.grade("confidentiality", e.Confidentiality)
	c.grade("integrity", e.Integrity)
	c.grade("availability", e.Availability)
	for name, minutes := range map[string]*int64{"rto_min": e.RTO, "rpo_min": e.RPO, "mtpd_min": e.MTPD, "mtdl_min": e.MTDL} {
		c.between(name, minutes, 0, 10*365*24*60)
	}
	if e.SLO != nil && (*e.SLO <= 0 || *e.SLO > 1) {
		c.add(problem.Field(field("slo"), "problem.range", "value", *e.SLO, "min", 0, "max", 1))
	}
	for name, amount := range map[string]*float64{"bia_weight": e.BIAWeight, "cost_eur_year": e.CostEURYear, "loss_eur_hour": e.LossEURHour} {
		if amount != nil && (*amount < 0 || *amount > 1e12) {
			c.add(problem.Field(field(name), "problem.range", "value", *amount, "min", 0, "max", 1e12))
		}
	}
	c.day("end_of_life", e.EndOfLife)
	return c.wrong
}

const elementColumns = `id, kind, name, name_it, description, layer, outside, criticality, owner, security_owner,
	rto_min, rpo_min, mtpd_min, mtdl_min, slo, bia_weight, monitored, confidentiality, integrity, availability,
	lifecycle, end_of_life, cost_eur_year, tags, aliases, source, external_id, by_hand, ended_at, version,
	variant, domain, loss_eur_hour, substitutability, exit_plan, properties, original, began_at`

func scanElement(s db.Scan) (Element, error) {
	e, rest := Element{}, &lists{}
	err := s(e.targets(rest)...)
	if err == nil {
		err = e.unpack(rest)
	}
	return e, err
}

// lists are the columns of an element that are kept as text.
type lists struct {
	tags, aliases, byHand, properties string
	began                             int64
	ended                             *int64
}

func (e *Element) targets(l *lists) []any {
	return []any{
		&e.ID, &e.Kind, &e.Name, &e.NameIT, &e.Description, &e.Layer, &e.Outside, &e.Criticality, &e.Owner, &e.SecurityOwner,
		&e.RTO, &e.RPO, &e.MTPD, &e.MTDL, &e.SLO, &e.BIAWeight, &e.Monitored, &e.Confidentiality, &e.Integrity, &e.Availability,
		&e.Lifecycle, &e.EndOfLife, &e.CostEURYear, &l.tags, &l.aliases, &e.Source, &e.ExternalID, &l.byHand, &l.ended, &e.Version,
		&e.Variant, &e.Domain, &e.LossEURHour, &e.Substitutability, &e.ExitPlan, &l.properties, &e.Original, &l.began,
	}
}

func (e *Element) unpack(l *lists) error {
	e.EndedAt = instant(l.ended)
	e.BeganAt = began(l.began)
	var err error
	if e.Properties, err = unpackProperties(l.properties); err != nil {
		return err
	}
	for _, one := range []struct {
		text string
		into *[]string
	}{{l.tags, &e.Tags}, {l.aliases, &e.Aliases}, {l.byHand, &e.ByHand}} {
		if one.text == "[]" {
			continue
		}
		if err := json.Unmarshal([]byte(one.text), one.into); err != nil {
			return err
		}
	}
	return nil
}

// elementNames are the columns in the order of values.
var elementNames = columnNames(elementColumns + ", sort_name, search")

func (e Element) values() []any {
	return []any{
		e.ID, string(e.Kind), e.Name, e.NameIT, e.Description, e.Layer, e.Outside, e.Criticality, e.Owner, e.SecurityOwner,
		e.RTO, e.RPO, e.MTPD, e.MTDL, e.SLO, e.BIAWeight, e.Monitored, e.Confidentiality, e.Integrity, e.Availability,
		e.Lifecycle, e.EndOfLife, e.CostEURYear, pack(e.Tags), pack(e.Aliases), e.Source, e.ExternalID, pack(e.ByHand), micros(e.EndedAt), e.Version,
		e.Variant, e.Domain, e.LossEURHour, e.Substitutability, e.ExitPlan, packProperties(e.Properties), e.Original, micros(e.BeganAt),
		strings.ToLower(e.Name), e.searchText(),
	}
}

// searchText is what the text filter looks at; it is bounded because an index holds it.
func (e Element) searchText() string {
	text := []rune(strings.ToLower(strings.Join(append([]string{e.ID, e.Name, e.NameIT}, e.Aliases...), " ")))
	return string(text[:min(len(text), 600)])
}

// normal puts the element into the form in which it is kept, so that equal things compare equal.
func (e Element) normal() Element {
	e.Name, e.NameIT = strings.TrimSpace(e.Name), strings.TrimSpace(e.NameIT)
	e.Tags, e.Aliases, e.ByHand = wordSet(e.Tags), wordSet(e.Aliases), wordSet(e.ByHand)
	if e.Source == "" {
		e.Source = Hand
	}
	e.Domain, e.Properties = strings.TrimSpace(e.Domain), someProperties(e.Properties)
	e.BeganAt, e.EndedAt = toMicrosecond(e.BeganAt), toMicrosecond(e.EndedAt)
	return e
}

// insertElements writes new elements with their entries in the register.
func insertElements(ctx context.Context, tx *db.Tx, all []Element) error {
	rows := make([][]any, len(all))
	now := tx.Now()
	for i := range all {
		all[i].Version = 1
		if all[i].BeganAt == nil {
			all[i].BeganAt = toMicrosecond(&now)
		}
		rows[i] = all[i].values()
	}
	if err := insertRows(ctx, tx, "element", elementNames, rows); err != nil {
		return err
	}
	if err := newRevision(ctx, tx); err != nil {
		return err
	}
	return register(ctx, tx, all)
}

// updateElements writes changed elements with their entries in the register; versions go up.
func updateElements(ctx context.Context, tx *db.Tx, all []Element) error {
	if len(all) == 0 {
		return nil
	}
	if err := keepPast(ctx, tx, "element", ids(all, func(e Element) string { return e.ID })); err != nil {
		return err
	}
	stmt, err := tx.Prepare(ctx, "UPDATE element SET "+assignments(elementNames)+" WHERE id = $1")
	if err != nil {
		return err
	}
	defer stmt.Close()
	for i := range all {
		all[i].Version++
		if _, err := stmt.ExecContext(ctx, all[i].values()...); err != nil {
			return err
		}
	}
	return register(ctx, tx, all)
}

func register(ctx context.Context, tx *db.Tx, all []Element) error {
	for _, e := range all {
		tx.Touch(e.Ref())
		if err := item.Put(ctx, tx, item.Item{Ref: e.Ref(), Title: e.Title(), Area: "landscape"}); err != nil {
			return err
		}
	}
	return nil
}

// AddElement puts a new element on the map; without an id it gets one made of its name.
func AddElement(ctx context.Context, tx *db.Tx, e Element) (Element, error) {
	e.Source, e.ExternalID, e.ByHand, e.BeganAt, e.EndedAt = Hand, "", nil, nil, nil
	e = e.normal()
	if e.ID == "" {
		e.ID = slug(e.Name)
	}
	wrong := append(e.check(plain), peopleExist(ctx, tx, e.people(plain))...)
	if err := problem.Many(wrong); err != nil {
		return e, err
	}
	taken, err := db.Value[int](ctx, tx, "SELECT COUNT(*) FROM element WHERE id = $1", e.ID)
	if err != nil {
		return e, err
	}
	if taken > 0 {
		return e, problem.Field("id", "problem.twice", "value", e.ID)
	}
	all := []Element{e}
	err = insertElements(ctx, tx, all)
	return all[0], err
}

// OpAddElement puts a new element on the map.
var OpAddElement = op.Command[Element, Element]{Name: "landscape.add-element", Route: "POST /api/landscape/elements", Func: AddElement}

// Target is the element; policies see it.
func (e Element) Target() ref.Ref {
	if e.ID == "" {
		return ""
	}
	return e.Ref()
}

// ChangeElement makes an element what the input says; its version must be the one that was read. What
// changes on an imported element is the people's from then on: later imports leave those fields alone.
func ChangeElement(ctx context.Context, tx *db.Tx, want Element) (Element, error) {
	have, err := loadElement(ctx, tx, want.ID, want.Version)
	if err != nil {
		return have, err
	}
	want.Source, want.ExternalID, want.ByHand, want.BeganAt, want.EndedAt = have.Source, have.ExternalID, have.ByHand, have.BeganAt, have.EndedAt
	want.Original = have.Original
	want = want.normal()
	wrong := append(want.check(plain), peopleExist(ctx, tx, want.people(plain))...)
	if err := problem.Many(wrong); err != nil {
		return want, err
	}
	fields := change.Between(have, want)
	if len(fields) == 0 {
		return have, nil
	}
	if have.Source != Hand {
		want.ByHand = wordSet(append(want.ByHand, fieldNames(fields)...))
	}
	all := []Element{want}
	err = updateElements(ctx, tx, all)
	return all[0], err
}

// OpChangeElement changes an element.
var OpChangeElement = op.Command[Element, Element]{Name: "landscape.change-element", Route: "POST /api/landscape/elements/change", Func: ChangeElement}

// EndElementIn says which element is no longer there.
type EndElementIn struct {
	ID      string `json:"id"`
	Version int64  `json:"version"`
}

// Target is the element.
func (in EndElementIn) Target() ref.Ref { return ElementRef(in.ID) }

// EndElement takes an element and its connections off the map. Nothing is deleted: what happened to it stays.
func EndElement(ctx context.Context, tx *db.Tx, in EndElementIn) (Element, error) {
	e, err := loadElement(ctx, tx, in.ID, in.Version)
	if err != nil {
		return e, err
	}
	now := tx.Now()
	e.EndedAt = &now
	all := []Element{e}
	if err := updateElements(ctx, tx, all); err != nil {
		return e, err
	}
	ties, err := db.All(ctx, tx, scanConnection, "SELECT "+connectionColumns+" FROM connection WHERE (from_id = $1 OR to_id = $1) AND ended_at IS NULL", e.ID)
	if err != nil {
		return e, err
	}
	for i := range ties {
		ties[i].EndedAt = &now
	}
	return all[0], updateConnections(ctx, tx, ties)
}

// OpEndElement takes an element off the map.
var OpEndElement = op.Command[EndElementIn, Element]{Name: "landscape.end-element", Route: "POST /api/landscape/elements/end", Func: EndElement}

// loadElement loads a live element in the version that was read.
func loadElement(ctx context.Context, r db.Reader, id string, version int64) (Element, error) {
	e, err := element(ctx, r, id)
	if err == nil && e.Version != version {
		err = problem.New(problem.Conflict, "problem.stale")
	}
	if err == nil && e.Ended() {
		err = problem.New(problem.Conflict, "landscape.error.ended")
	}
	return e, err
}

func element(ctx context.Context, r db.Reader, id string) (Element, error) {
	missing := problem.New(problem.NotFound, "problem.not-found", "what", id)
	return db.One(ctx, r, missing, scanElement, "SELECT "+elementColumns+" FROM element WHERE id = $1", id)
}

// people gives the persons that the element names, by the field that names them.
func (e Element) people(field func(string) string) map[string]string {
	return map[string]string{field("owner"): e.Owner, field("security_owner"): e.SecurityOwner}
}

func fieldNames(fields []change.Field) []string {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.Name
	}
	slices.Sort(names)
	return names
}
