package evidence

import (
	"context"
	"math"
	"strings"
	"time"

	"github.com/huandu/go-sqlbuilder"

	"accordo.dev/internal/db"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/item"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// Incident is an event that disturbed a service or its security, with all its time points in one record. A
// time point that nobody stated is unknown; it is never taken from another one when a figure is computed.
type Incident struct {
	ID       string `yaml:"id" json:"id"`
	Title    string `yaml:"title" json:"title"`
	TitleIT  string `yaml:"title_it,omitempty" json:"title_it,omitempty"`
	Service  string `yaml:"service,omitempty" json:"service,omitempty"`   // element
	Severity *int   `yaml:"severity,omitempty" json:"severity,omitempty"` // 1 to 5, 5 the worst; nil: not said

	Occurred       time.Time `yaml:"occurred,omitempty" json:"occurred,omitzero"`                 // earliest evidence of the start
	Detected       time.Time `yaml:"detected,omitempty" json:"detected,omitzero"`                 // first alert or report
	Acknowledged   time.Time `yaml:"acknowledged,omitempty" json:"acknowledged,omitzero"`         // a person took it
	Aware          time.Time `yaml:"aware,omitempty" json:"aware,omitzero"`                       // legal awareness
	Evidenced      time.Time `yaml:"evidenced,omitempty" json:"evidenced,omitzero"`               // evidence of a significant type
	Classified     time.Time `yaml:"classified,omitempty" json:"classified,omitzero"`             // found to be major or significant, or not
	Contained      time.Time `yaml:"contained,omitempty" json:"contained,omitzero"`               // spread stopped
	Restored       time.Time `yaml:"restored,omitempty" json:"restored,omitzero"`                 // service back at the level before
	MBCO           time.Time `yaml:"mbco_reached,omitempty" json:"mbco_reached,omitzero"`         // service back at its minimum
	Resolved       time.Time `yaml:"resolved,omitempty" json:"resolved,omitzero"`                 // closed; the cause may be open
	RootCauseFixed time.Time `yaml:"root_cause_fixed,omitempty" json:"root_cause_fixed,omitzero"` // the cause is gone

	Notify      string   `yaml:"notify,omitempty" json:"notify,omitempty"` // none-due, in-time, late, missing; empty: not said
	UsersShare  *float64 `yaml:"users_share,omitempty" json:"users_share,omitempty"`
	Cause       string   `yaml:"cause,omitempty" json:"cause,omitempty"`
	LossEUR     *float64 `yaml:"loss_eur,omitempty" json:"loss_eur,omitempty"`
	MinutesLost *float64 `yaml:"minutes_lost,omitempty" json:"minutes_lost,omitempty"`

	File        string    `yaml:"-" json:"file,omitempty"` // that says so; empty: entered by hand
	Record      int       `yaml:"-" json:"record,omitempty"`
	Offset      int64     `yaml:"-" json:"offset,omitempty"`
	ServiceName string    `yaml:"-" json:"service_name,omitempty"` // as the file calls the service
	State       string    `yaml:"-" json:"state,omitempty"`        // in the words of the tool
	Updated     time.Time `yaml:"-" json:"updated,omitzero"`
	Doubts      []string  `yaml:"-" json:"doubts,omitempty"` // message keys
	Tie         int64     `yaml:"-" json:"-"`                // orders two states of the same instant
}

// Name is the title in both languages.
func (i Incident) Name() i18n.Text { return i18n.Text{EN: i.Title, IT: i.TitleIT} }

// points are the time points in the order in which they should happen, with their columns.
func (i *Incident) points() []point {
	return []point{
		{"occurred", &i.Occurred},
		{"detected", &i.Detected},
		{"acknowledged", &i.Acknowledged},
		{"aware", &i.Aware},
		{"evidence", &i.Evidenced},
		{"classified", &i.Classified},
		{"contained", &i.Contained},
		{"restored", &i.Restored},
		{"mbco_reached", &i.MBCO},
		{"resolved", &i.Resolved},
		{"root_cause_fixed", &i.RootCauseFixed},
	}
}

type point struct {
	name string
	at   *time.Time
}

// Point is one time point of an incident, for people.
type Point struct {
	Name string // message: evidence.point.<name>
	At   time.Time
}

// Points lists the time points that are known, in the order in which they should happen.
func (i Incident) Points() []Point {
	var known []Point
	for _, p := range i.points() {
		if !p.at.IsZero() {
			known = append(known, Point{Name: p.name, At: *p.at})
		}
	}
	return known
}

// check says what is wrong with an incident; field is the prefix of the field names.
func (i Incident) check(field string) []*problem.Error {
	var bad []*problem.Error
	wrong := func(name, key string, args ...any) { bad = append(bad, problem.Field(field+name, key, args...)) }
	if !ref.ValidID(i.ID) {
		wrong("id", "evidence.error.id", "value", i.ID)
	}
	if strings.TrimSpace(i.Title) == "" {
		wrong("title", "problem.required")
	}
	if i.Detected.IsZero() {
		wrong("detected", "problem.required")
	}
	if i.Severity != nil && (*i.Severity < 1 || *i.Severity > 5) {
		wrong("severity", "problem.range", "value", *i.Severity, "min", 1, "max", 5)
	}
	switch i.Notify {
	case "", "none-due", "in-time", "late", "missing":
	default:
		wrong("notify", "problem.choice", "value", i.Notify, "choices", "none-due, in-time, late, missing")
	}
	if i.UsersShare != nil && !(*i.UsersShare >= 0 && *i.UsersShare <= 1) {
		wrong("users_share", "problem.range", "value", *i.UsersShare, "min", 0, "max", 1)
	}
	amounts := map[string]*float64{"loss_eur": i.LossEUR, "minutes_lost": i.MinutesLost}
	for _, name := range sortedKeys(amounts) {
		if value := amounts[name]; value != nil && !(*value >= 0 && *value < 1e13) {
			wrong(name, "problem.range", "value", *value, "min", 0, "max", 1e13)
		}
	}
	return append(bad, i.checkOrder(field)...)
}

// checkOrder refuses what ends before it begins.
func (i Incident) checkOrder(field string) []*problem.Error {
	start, earlier := i.Occurred, "occurred"
	if start.IsZero() {
		start, earlier = i.Detected, "detected"
	}
	var bad []*problem.Error
	for _, p := range i.points() {
		if p.name != "occurred" && !p.at.IsZero() && p.at.Before(start) {
			bad = append(bad, problem.Field(field+p.name, "evidence.error.before", "earlier", earlier))
		}
	}
	return bad
}

const incidentColumns = `id, COALESCE(file_id, ''), record, byte_offset, title, title_it, service, service_name, severity, state,
	occurred_at, detected_at, acknowledged_at, aware_at, evidence_at, classified_at, contained_at, restored_at, mbco_reached_at,
	resolved_at, root_cause_fixed_at, notify, users_share, cause, loss_cents, minutes_lost, updated_at, tie, doubts`

func scanIncident(s db.Scan) (Incident, error) {
	var i Incident
	var cents *int64
	var doubts string
	into := []any{&i.ID, &i.File, &i.Record, &i.Offset, &i.Title, &i.TitleIT, &i.Service, &i.ServiceName, &i.Severity, &i.State}
	for _, p := range i.points() {
		into = append(into, db.At(p.at))
	}
	into = append(into, &i.Notify, &i.UsersShare, &i.Cause, &cents, &i.MinutesLost, db.At(&i.Updated), &i.Tie, &doubts)
	err := s(into...)
	if cents != nil {
		euro := float64(*cents) / 100
		i.LossEUR = &euro
	}
	i.Doubts = strings.Fields(doubts)
	return i, err
}

// save writes the incident, over an older state of it.
func (i Incident) save(ctx context.Context, tx *db.Tx) error {
	var file, cents any
	if i.File != "" {
		file = i.File
	}
	if i.LossEUR != nil {
		cents = int64(math.Round(*i.LossEUR * 100))
	}
	row := []any{i.ID, file, int64(i.Record), i.Offset, i.Title, i.TitleIT, i.Service, i.ServiceName, whole(i.Severity), i.State}
	names := []string{"id", "file_id", "record", "byte_offset", "title", "title_it", "service", "service_name", "severity", "state"}
	for _, p := range i.points() {
		row, names = append(row, db.Micros(*p.at)), append(names, p.name+"_at")
	}
	row = append(row, i.Notify, fraction(i.UsersShare), i.Cause, cents, fraction(i.MinutesLost), i.Updated.UnixMicro(), i.Tie, strings.Join(i.Doubts, " "))
	names = append(names, "notify", "users_share", "cause", "loss_cents", "minutes_lost", "updated_at", "tie", "doubts")
	set := make([]string, 0, len(names))
	for _, name := range names[1:] {
		set = append(set, name+" = excluded."+name)
	}
	_, err := tx.Exec(ctx, "INSERT INTO incident ("+strings.Join(names, ", ")+") VALUES "+db.Tuples(1, len(names))+
		" ON CONFLICT (id) DO UPDATE SET "+strings.Join(set, ", "), row...)
	if err != nil {
		return err
	}
	return item.Put(ctx, tx, item.Item{Ref: ref.New("incident", i.ID), Title: i.Name(), Area: "evidence"})
}

func whole(v *int) any {
	if v == nil {
		return nil
	}
	return int64(*v)
}

func fraction(v *float64) any {
	if v == nil {
		return nil
	}
	return *v
}

// RecordIncident enters an incident by hand, or corrects one that was entered by hand. One that a file states
// is corrected in the tool that exports the file.
func RecordIncident(ctx context.Context, tx *db.Tx, in Incident) (Incident, error) {
	if in.ID == "" {
		in.ID = ref.NewID()
	}
	if err := problem.Many(in.check("")); err != nil {
		return in, err
	}
	old, found, err := findIncident(ctx, tx, in.ID)
	if err != nil {
		return in, err
	}
	if found && old.File != "" {
		return in, problem.New(problem.Conflict, "evidence.error.from-file", "id", in.ID)
	}
	if err := elementExists(ctx, tx, "service", in.Service); err != nil {
		return in, err
	}
	in.File, in.ServiceName, in.Updated = "", "", tx.Now()
	tx.Touch(ref.New("incident", in.ID))
	return in, in.save(ctx, tx)
}

func elementExists(ctx context.Context, r db.Reader, field, id string) error {
	if id == "" {
		return nil
	}
	if _, err := item.Get(ctx, r, ref.New("element", id)); err != nil {
		return problem.Field(field, "problem.dangling", "value", id)
	}
	return nil
}

func findIncident(ctx context.Context, r db.Reader, id string) (Incident, bool, error) {
	found, err := db.All(ctx, r, scanIncident, "SELECT "+incidentColumns+" FROM incident WHERE id = $1", id)
	if err != nil || len(found) == 0 {
		return Incident{}, false, err
	}
	return found[0], true, nil
}

// IncidentQuery names one incident.
type IncidentQuery struct {
	ID string `json:"id" path:"id"`
}

// GetIncident finds an incident.
func GetIncident(ctx context.Context, r db.Reader, in IncidentQuery) (Incident, error) {
	found, ok, err := findIncident(ctx, r, in.ID)
	if err == nil && !ok {
		err = problem.New(problem.NotFound, "problem.not-found", "what", in.ID)
	}
	return found, err
}

// IncidentFilter narrows the list of incidents.
type IncidentFilter struct {
	db.Page
	Service  string `query:"service" json:"service,omitempty"`
	Severity int    `query:"severity" json:"severity,omitempty"` // at least; 0: all, also those without one
	Open     string `query:"open" json:"open,omitempty"`         // yes: not restored; no: restored
	Text     string `query:"q" json:"q,omitempty"`
	From     string `query:"from" json:"from,omitempty"`   // detected on this day or later
	Until    string `query:"until" json:"until,omitempty"` // detected before this day
}

// ListIncidents lists incidents, the newest first.
func ListIncidents(ctx context.Context, r db.Reader, in IncidentFilter) (db.PageOf[Incident], error) {
	b := sqlbuilder.NewSelectBuilder()
	b.Select(incidentColumns).From("incident")
	if in.Service != "" {
		b.Where(b.Equal("service", in.Service))
	}
	if in.Severity > 0 {
		b.Where(b.GreaterEqualThan("severity", in.Severity))
	}
	switch in.Open {
	case "yes":
		b.Where(b.IsNull("restored_at"))
	case "no":
		b.Where(b.IsNotNull("restored_at"))
	}
	if in.Text != "" {
		b.Where(b.Or(contains(b, "id", in.Text), contains(b, "title", in.Text), contains(b, "cause", in.Text), contains(b, "service_name", in.Text)))
	}
	if err := detectedBetween(b, in); err != nil {
		return db.PageOf[Incident]{}, err
	}
	return db.Paged(ctx, r, b, in.Page, db.Sorts{
		By: map[string]string{
			"detected": "COALESCE(detected_at, 0)", "severity": "COALESCE(severity, 0)", "service": "service", "id": "id", "title": "title",
			"restored": "COALESCE(restored_at, 0)", "minutes": "COALESCE(minutes_lost, -1)",
		},
		Key: "id", Default: "-detected",
	}, scanIncident)
}

func detectedBetween(b *sqlbuilder.SelectBuilder, in IncidentFilter) error {
	if in.From != "" {
		day, err := parseDay("from", in.From)
		if err != nil {
			return err
		}
		b.Where(b.GreaterEqualThan("detected_at", day.UnixMicro()))
	}
	if in.Until != "" {
		day, err := parseDay("until", in.Until)
		if err != nil {
			return err
		}
		b.Where(b.LessThan("detected_at", day.UnixMicro()))
	}
	return nil
}

// Incidents gives the incidents that were detected in a stretch of time, in their order.
func Incidents(ctx context.Context, r db.Reader, from, until time.Time) ([]Incident, error) {
	return db.All(ctx, r, scanIncident, "SELECT "+incidentColumns+` FROM incident
		WHERE detected_at >= $1 AND detected_at < $2
		ORDER BY detected_at, id`, from.UnixMicro(), until.UnixMicro())
}

// The operations on incidents.
var (
	OpRecordIncident = op.Command[Incident, Incident]{Name: "evidence.record-incident", Route: "POST /api/evidence/incidents", Func: RecordIncident}
	OpIncident       = op.Query[IncidentQuery, Incident]{Name: "evidence.incident", Route: "GET /api/evidence/incidents/{id}", Func: GetIncident}
	OpIncidents      = op.Query[IncidentFilter, db.PageOf[Incident]]{Name: "evidence.incidents", Route: "GET /api/evidence/incidents", Func: ListIncidents}
)

// contains is a condition: the column holds the text, whatever the case.
func contains(b *sqlbuilder.SelectBuilder, column, text string) string {
	return holds(b, "LOWER("+column+")", text)
}

// holds is contains for a column in lower case.
func holds(b *sqlbuilder.SelectBuilder, column, text string) string {
	pattern := db.Holding(strings.ToLower(text))
	return column + " LIKE " + b.Var(pattern) + ` ESCAPE '\'`
}
