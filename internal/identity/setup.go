package identity

import (
	"context"
	"time"

	"accordo.dev/internal/db"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// The lives of one-time links.
const (
	SetupLife  = 24 * time.Hour
	InviteLife = 72 * time.Hour
)

// Link is a one-time link: whoever opens it may set a password, once. A link without person is the set-up
// link of the first start. Only its hash is stored.
type Link struct {
	Person  string    `json:"person,omitempty"`
	Secret  string    `json:"secret"`
	Expires time.Time `json:"expires"`
}

// StartSetup makes the set-up link when nobody is there yet; an earlier one stops working. An installation
// that has people gives the empty link.
func StartSetup(ctx context.Context, tx *db.Tx, _ struct{}) (Link, error) {
	people, err := db.Value[int](ctx, tx, "SELECT COUNT(*) FROM person")
	if err != nil || people > 0 {
		return Link{}, err
	}
	if _, err := tx.Exec(ctx, "DELETE FROM one_time_link WHERE person_id IS NULL"); err != nil {
		return Link{}, err
	}
	return newLink(ctx, tx, "", SetupLife)
}

// OpStartSetup makes the set-up link.
var OpStartSetup = op.Command[struct{}, Link]{Name: "identity.start-setup", Func: StartSetup}

func newLink(ctx context.Context, tx *db.Tx, person string, life time.Duration) (Link, error) {
	link := Link{Person: person, Secret: newSecret(), Expires: tx.Now().Add(life)}
	var owner any
	if person != "" {
		owner = person
	}
	_, err := tx.Exec(ctx, "INSERT INTO one_time_link (hash, person_id, expires_at) VALUES ($1, $2, $3)",
		hashSecret(link.Secret), owner, db.Micros(link.Expires))
	return link, err
}

var errLink = problem.New(problem.Invalid, "identity.error.link")

// OpenLink tells for whom a link is: the zero person for the set-up. A used, expired or unknown link is an error.
func OpenLink(ctx context.Context, r db.Reader, in Link) (Person, error) {
	person, err := db.One(ctx, r, errLink, func(s db.Scan) (string, error) {
		var id string
		return id, s(&id)
	}, "SELECT COALESCE(person_id, '') FROM one_time_link WHERE hash = $1 AND used_at IS NULL AND expires_at > $2",
		hashSecret(in.Secret), db.Micros(r.Now()))
	if err != nil || person == "" {
		return Person{}, err
	}
	return Get(ctx, r, GetInput{person})
}

// OpOpenLink tells for whom a link is; asked in the name of the system.
var OpOpenLink = op.Query[Link, Person]{Name: "identity.open-link", Func: OpenLink}

func useLink(ctx context.Context, tx *db.Tx, secret string) error {
	n, err := tx.Exec(ctx, "UPDATE one_time_link SET used_at = $2 WHERE hash = $1 AND used_at IS NULL AND expires_at > $2",
		hashSecret(secret), db.Micros(tx.Now()))
	if err == nil && n != 1 {
		err = errLink
	}
	return err
}

// SetupInput is the first administrator.
type SetupInput struct {
	Secret   string    `json:"-" secret:"true"` // of the set-up link
	Name     string    `json:"name"`
	Email    string    `json:"email"`
	Language i18n.Lang `json:"language"`
	Password string    `json:"-" secret:"true"`
}

// CompleteSetup makes the first administrator, once.
func CompleteSetup(ctx context.Context, tx *db.Tx, in SetupInput) (Person, error) {
	owner, err := OpenLink(ctx, tx, Link{Secret: in.Secret})
	if err != nil || owner.ID != "" {
		return Person{}, errLink
	}
	if people, err := db.Value[int](ctx, tx, "SELECT COUNT(*) FROM person"); err != nil || people > 0 {
		return Person{}, errLink
	}
	if err := useLink(ctx, tx, in.Secret); err != nil {
		return Person{}, err
	}
	var wrong []*problem.Error
	if in.Email == "" {
		wrong = append(wrong, problem.Field("email", "problem.required"))
	}
	if e, ok := problem.As(checkPassword("password", in.Password, Person{Name: in.Name, Email: in.Email})); ok {
		wrong = append(wrong, e)
	}
	p, err := AddPerson(ctx, tx, AddPersonInput{Name: in.Name, Email: in.Email, Language: in.Language})
	if e, ok := problem.As(err); ok {
		wrong = append(wrong, e)
	} else if err != nil {
		return p, err
	}
	if err := problem.Many(wrong); err != nil {
		return p, err
	}
	if err := storePassword(ctx, tx, p.ID, in.Password, p.Name); err != nil {
		return p, err
	}
	return p, insertHolding(ctx, tx, Holding{ID: ref.NewID(), Office: OfficeAdministrator, Person: p.ID, From: Day(tx.Now())})
}

// InviteInput names the person who gets a link.
type InviteInput struct {
	Person string `json:"person"`
}

// Target is the person.
func (in InviteInput) Target() ref.Ref { return PersonRef(in.Person) }

// Invite makes a link with which a person sets their own password; earlier ones stop working. See mayReset for the limits.
func Invite(ctx context.Context, tx *db.Tx, in InviteInput) (Link, error) {
	p, err := Get(ctx, tx, GetInput{in.Person})
	if err != nil {
		return Link{}, err
	}
	if p.Email == "" {
		return Link{}, problem.New(problem.Conflict, "identity.error.no-email", "person", p.Name)
	}
	if err := mayReset(ctx, tx, p); err != nil {
		return Link{}, err
	}
	if _, err := tx.Exec(ctx, "DELETE FROM one_time_link WHERE person_id = $1", p.ID); err != nil {
		return Link{}, err
	}
	return newLink(ctx, tx, p.ID, InviteLife)
}

// OpInvite makes a link for a person.
var OpInvite = op.Command[InviteInput, Link]{Name: "identity.invite", Func: Invite}

// AcceptInput is the password that a person sets with their link.
type AcceptInput struct {
	Secret   string `json:"-" secret:"true"`
	Password string `json:"-" secret:"true"`
}

// AcceptInvite sets the password of the person whose link it is.
func AcceptInvite(ctx context.Context, tx *db.Tx, in AcceptInput) (Person, error) {
	p, err := OpenLink(ctx, tx, Link{Secret: in.Secret})
	if err != nil {
		return p, err
	}
	if p.ID == "" || !p.EndedAt.IsZero() {
		return Person{}, errLink
	}
	if err := checkPassword("password", in.Password, p); err != nil {
		return p, err
	}
	if err := useLink(ctx, tx, in.Secret); err != nil {
		return p, err
	}
	return p, storePassword(ctx, tx, p.ID, in.Password, p.Name)
}

// OpAcceptInvite sets a password by a link; the page does it in the name of the system.
var OpAcceptInvite = op.Command[AcceptInput, Person]{Name: "identity.accept-invite", Func: AcceptInvite}
