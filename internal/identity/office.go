package identity

import (
	"context"
	"slices"
	"time"

	"accordo.dev/internal/db"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// The offices. An office is a function with duties of its own; a person holds it from a day to a day.
// Its name in words is the message "office.<code>".
const (
	OfficeBoard          = "board" // a member of the management body
	OfficeCEO            = "ceo"
	OfficeCOO            = "coo"
	OfficeCIO            = "cio"
	OfficeCISO           = "ciso"
	OfficeCTO            = "cto"
	OfficeCDO            = "cdo"
	OfficeCRO            = "cro"
	OfficeICTRiskControl = "ict-risk-control" // the control function for ICT risk; law: 2022/2554#6.4
	OfficeInternalAudit  = "internal-audit"
	OfficeCompliance     = "compliance"
	OfficeDPO            = "dpo"
	OfficeOTSecurity     = "ot-security"            // security of operational technology
	OfficeThirdPartyRisk = "third-party-risk"       // watches arrangements with ICT providers; law: 2022/2554#5.3
	OfficeNISContact     = "nis-contact"            // point of contact of a NIS body; law: 138/2024#7
	OfficeNISSubstitute  = "nis-contact-substitute" // stands in for the point of contact
	OfficeCSIRTContact   = "csirt-contact"          // speaks with the national CSIRT
	OfficeCyberReferent  = "cyber-referent"         // of a public body, Italian law 90/2024
	OfficeDigitalOfficer = "rtd"                    // responsible for the digital transition of a public body
	OfficeSteeringChair  = "steering-chair"         // chairs the joint steering committee
	OfficeBusinessOwner  = "business-owner"
	OfficeITStaff        = "it-staff"
	OfficeSecurityStaff  = "security-staff"
	OfficeRiskStaff      = "risk-staff"
	OfficeBoardSecretary = "board-secretary"
	OfficeAdministrator  = "administrator" // runs the installation and has no key
)

// Offices lists all offices, in the order in which people expect them.
var Offices = []string{
	OfficeBoard, OfficeCEO, OfficeCOO, OfficeCIO, OfficeCISO, OfficeCTO, OfficeCDO, OfficeCRO, OfficeICTRiskControl, OfficeInternalAudit,
	OfficeCompliance, OfficeDPO, OfficeOTSecurity, OfficeThirdPartyRisk, OfficeNISContact, OfficeNISSubstitute, OfficeCSIRTContact,
	OfficeCyberReferent, OfficeDigitalOfficer, OfficeSteeringChair, OfficeBusinessOwner, OfficeITStaff, OfficeSecurityStaff, OfficeRiskStaff,
	OfficeBoardSecretary, OfficeAdministrator,
}

// OfficeName is the name of an office in words.
func OfficeName(code string) i18n.Text {
	return i18n.Text{EN: i18n.T(i18n.EN, "office."+code), IT: i18n.T(i18n.IT, "office."+code)}
}

// Single lists the offices that one person holds at a time: who carries a key or settles a deadlock, whom the law names in
// the singular (data protection officer, point of contact, contact for the CSIRT, referent, digital officer), and
// the two who answer for all technology or all data. Several sites may each have an officer for their machines, several
// people may watch suppliers or stand in, and the board has members.
var Single = []string{
	OfficeCIO, OfficeCISO, OfficeCTO, OfficeCDO, OfficeCRO, OfficeCEO, OfficeDPO, OfficeNISContact, OfficeCSIRTContact, OfficeCyberReferent,
	OfficeDigitalOfficer, OfficeSteeringChair,
}

// Holding is one person's time in an office: from its first day to the day on which it is held no more,
// so that a successor starts on the day a predecessor ends, and ending an office today works at once.
type Holding struct {
	ID     string `json:"id"`
	Office string `json:"office"`
	Person string `json:"person"`
	From   string `json:"from"`
	Until  string `json:"until,omitempty"` // none: it goes on
}

// Day is the calendar day of an instant where people read it, as days are kept.
func Day(t time.Time) string { return t.In(i18n.Rome).Format(time.DateOnly) }

const forever = "9999-12-31"

func (h Holding) end() string {
	if h.Until == "" {
		return forever
	}
	return h.Until
}

// On tells whether the holding covers a day.
func (h Holding) On(day string) bool { return h.From <= day && day < h.end() }

// overlaps tells whether two holdings share a day.
func (h Holding) overlaps(other Holding) bool { return h.From < other.end() && other.From < h.end() }

// check gives what is wrong with a holding alone; at is put before the name of each field.
func (h Holding) check(at string) []*problem.Error {
	var wrong []*problem.Error
	if err := problem.Choice(at+"office", h.Office, Offices...); err != nil {
		wrong = append(wrong, err)
	}
	if !db.ValidDay(h.From) {
		wrong = append(wrong, problem.Field(at+"from", "problem.day", "value", h.From))
	}
	if h.Until != "" && !db.ValidDay(h.Until) {
		wrong = append(wrong, problem.Field(at+"until", "problem.day", "value", h.Until))
	} else if h.Until != "" && h.Until <= h.From {
		wrong = append(wrong, problem.Field(at+"until", "identity.error.until-before-from"))
	}
	return wrong
}

// collide says why two holdings cannot both be: two people in an office for one, the same office twice,
// or an administrator who also has a key. A person who runs the installation could otherwise decide alone.
func collide(h, other Holding, at string) *problem.Error {
	same := h.Person == other.Person
	switch {
	case !h.overlaps(other):
		return nil
	case h.Office == other.Office && same:
		return problem.Field(at+"person", "identity.error.held-already", "office", OfficeName(h.Office), "from", other.From)
	case h.Office == other.Office && slices.Contains(Single, h.Office):
		return problem.Field(at+"office", "identity.error.one-holder", "office", OfficeName(h.Office), "person", other.Person, "from", other.From)
	case same && (isKeyAndAdmin(h.Office, other.Office) || isKeyAndAdmin(other.Office, h.Office)):
		return problem.Field(at+"person", "identity.error.administrator-key", "office", OfficeName(h.Office), "other", OfficeName(other.Office))
	}
	return nil
}

func isKeyAndAdmin(key, admin string) bool {
	return admin == OfficeAdministrator && (key == OfficeCIO || key == OfficeCISO)
}

// AppointInput gives an office to a person.
type AppointInput struct {
	Office string `json:"office"`
	Person string `json:"person" doc:"id of the person"`
	From   string `json:"from,omitempty" doc:"first day, today unless told"`
	Until  string `json:"until,omitempty" doc:"first day on which it is held no more; none: it goes on"`
}

// Target is the person.
func (in AppointInput) Target() ref.Ref { return PersonRef(in.Person) }

// AppointOffice gives an office to a person.
func AppointOffice(ctx context.Context, tx *db.Tx, in AppointInput) (Holding, error) {
	h := Holding{ID: ref.NewID(), Office: in.Office, Person: in.Person, From: in.From, Until: in.Until}
	if h.From == "" {
		h.From = Day(tx.Now())
	}
	wrong := h.check("")
	if p, err := Get(ctx, tx, GetInput{in.Person}); problem.Is(err, problem.NotFound) || err == nil && !p.EndedAt.IsZero() {
		wrong = append(wrong, problem.Field("person", "identity.error.no-person", "value", in.Person))
	} else if err != nil {
		return h, err
	}
	if len(wrong) > 0 {
		return h, problem.Many(wrong)
	}
	others, err := holdings(ctx, tx, "WHERE office = $1 OR person_id = $2", h.Office, h.Person)
	if err != nil {
		return h, err
	}
	for _, other := range others {
		if err := collide(h, other, ""); err != nil {
			return h, err
		}
	}
	return h, insertHolding(ctx, tx, h)
}

// OpAppoint gives an office to a person.
var OpAppoint = op.Command[AppointInput, Holding]{Name: "identity.appoint", Route: "POST /api/identity/offices", Func: AppointOffice}

func insertHolding(ctx context.Context, tx *db.Tx, h Holding) error {
	tx.Touch(PersonRef(h.Person), ref.New("office", h.Office))
	var until any
	if h.Until != "" {
		until = h.Until
	}
	_, err := tx.Exec(ctx, "INSERT INTO office_holding (id, office, person_id, from_day, until_day) VALUES ($1, $2, $3, $4, $5)",
		h.ID, h.Office, h.Person, h.From, until)
	return err
}

// EndOfficeInput ends a holding.
type EndOfficeInput struct {
	Office string `json:"office"`
	Person string `json:"person"`
	Until  string `json:"until,omitempty" doc:"first day on which it is held no more, today unless told"`
}

// Target is the person.
func (in EndOfficeInput) Target() ref.Ref { return PersonRef(in.Person) }

// EndOffice ends the holding that covers the day. The last administrator stays:
// an installation that nobody runs cannot be mended from inside.
func EndOffice(ctx context.Context, tx *db.Tx, in EndOfficeInput) (Holding, error) {
	if in.Until == "" {
		in.Until = Day(tx.Now())
	}
	if !db.ValidDay(in.Until) {
		return Holding{}, problem.Field("until", "problem.day", "value", in.Until)
	}
	mine, err := holdings(ctx, tx, "WHERE office = $1 AND person_id = $2", in.Office, in.Person)
	if err != nil {
		return Holding{}, err
	}
	at := slices.IndexFunc(mine, func(h Holding) bool { return h.On(in.Until) })
	if at < 0 {
		return Holding{}, problem.Field("office", "identity.error.not-held", "office", OfficeName(in.Office), "day", in.Until)
	}
	h := mine[at]
	h.Until = in.Until
	if err := keepsAdministrator(ctx, tx, h); err != nil {
		return h, err
	}
	tx.Touch(PersonRef(h.Person), ref.New("office", h.Office))
	if h.Until == h.From {
		_, err = tx.Exec(ctx, "DELETE FROM office_holding WHERE id = $1", h.ID)
		return h, err
	}
	_, err = tx.Exec(ctx, "UPDATE office_holding SET until_day = $2 WHERE id = $1", h.ID, h.Until)
	return h, err
}

// OpEndOffice ends a holding.
var OpEndOffice = op.Command[EndOfficeInput, Holding]{Name: "identity.end-office", Route: "POST /api/identity/offices/end", Func: EndOffice}

func keepsAdministrator(ctx context.Context, r db.Reader, ending Holding) error {
	if ending.Office != OfficeAdministrator {
		return nil
	}
	others, err := db.Value[int](ctx, r, "SELECT COUNT(*) FROM office_holding WHERE office = $1 AND until_day IS NULL AND id <> $2", OfficeAdministrator, ending.ID)
	if err == nil && others == 0 {
		return problem.New(problem.Conflict, "identity.error.last-administrator")
	}
	return err
}

// OfficesAt gives the offices that a person holds on a day.
func OfficesAt(ctx context.Context, r db.Reader, person, day string) ([]string, error) {
	return db.Column[string](ctx, r, `SELECT DISTINCT office FROM office_holding
		WHERE person_id = $1 AND from_day <= $2 AND (until_day IS NULL OR until_day > $2) ORDER BY office`, person, day)
}

// Holder gives the id of the person who holds an office on a day: the first by id where several may; empty when it is vacant.
func Holder(ctx context.Context, r db.Reader, office, day string) (string, error) {
	return db.Value[string](ctx, r, `SELECT MIN(person_id) FROM office_holding
		WHERE office = $1 AND from_day <= $2 AND (until_day IS NULL OR until_day > $2)`, office, day)
}

// Holders gives the ids of the people in each office on a day.
func Holders(ctx context.Context, r db.Reader, day string) (map[string][]string, error) {
	all, err := holdings(ctx, r, "WHERE from_day <= $1 AND (until_day IS NULL OR until_day > $1)", day)
	held := map[string][]string{}
	for _, h := range all {
		held[h.Office] = append(held[h.Office], h.Person)
	}
	return held, err
}

func holdersByPerson(ctx context.Context, r db.Reader, day string) (map[string][]string, error) {
	byOffice, err := Holders(ctx, r, day)
	byPerson := map[string][]string{}
	for _, office := range Offices {
		for _, person := range byOffice[office] {
			byPerson[person] = append(byPerson[person], office)
		}
	}
	return byPerson, err
}

// HoldingsInput chooses holdings; empty fields choose all.
type HoldingsInput struct {
	Person string `query:"person" json:"person,omitempty"`
	Office string `query:"office" json:"office,omitempty"`
	Day    string `query:"day" json:"day,omitempty" doc:"held on this day"`
}

// Holdings lists holdings, newest first within an office.
func Holdings(ctx context.Context, r db.Reader, in HoldingsInput) ([]Holding, error) {
	all, err := holdings(ctx, r, "")
	return slices.DeleteFunc(all, func(h Holding) bool {
		return in.Person != "" && h.Person != in.Person || in.Office != "" && h.Office != in.Office || in.Day != "" && !h.On(in.Day)
	}), err
}

// OpHoldings lists holdings.
var OpHoldings = op.Query[HoldingsInput, []Holding]{Name: "identity.offices", Route: "GET /api/identity/offices", Func: Holdings}

func holdings(ctx context.Context, r db.Reader, where string, args ...any) ([]Holding, error) {
	return db.All(ctx, r, func(s db.Scan) (Holding, error) {
		var h Holding
		return h, s(&h.ID, &h.Office, &h.Person, &h.From, &h.Until)
	}, "SELECT id, office, person_id, from_day, COALESCE(until_day, '') FROM office_holding "+where+" ORDER BY office, from_day DESC, person_id", args...)
}

// Actor is a person as one who acts now, with the offices of the day. Somebody who has left is nobody.
func Actor(ctx context.Context, r db.Reader, person string, now time.Time) (db.Actor, error) {
	p, err := Get(ctx, r, GetInput{person})
	if err == nil && !p.EndedAt.IsZero() {
		err = problem.New(problem.Unauthenticated, "access.sign-in")
	}
	if err != nil {
		return db.Actor{}, err
	}
	offices, err := OfficesAt(ctx, r, person, Day(now))
	return db.Actor{Ref: p.Ref(), Name: p.Name, Offices: offices}, err
}
