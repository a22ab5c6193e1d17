package identity

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"accordo.dev/internal/db"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// The bounds of a password, in characters. Length is what counts; no rule asks for special signs.
const (
	MinPassword = 12
	maxPassword = 256
)

// cost is the work of one Argon2id hash; each hash carries its own, so that it can be raised later.
type cost struct {
	memory uint32 // KiB
	time   uint32
	lanes  uint8
}

var ordinary = cost{memory: 19 * 1024, time: 2, lanes: 1}

// hashing bounds how many hashes are computed at once, and so the memory that strangers can make us use.
var hashing = make(chan struct{}, 4)

func (c cost) hash(password string, salt []byte) []byte {
	hashing <- struct{}{}
	defer func() { <-hashing }()
	return argon2.IDKey([]byte(password), salt, c.time, c.memory, c.lanes, 32)
}

// HashPassword makes the text that is stored: algorithm, cost, salt and hash.
func HashPassword(password string) string {
	salt := make([]byte, 16)
	_, _ = rand.Read(salt) // never fails
	return encodeHash(ordinary, salt, ordinary.hash(password, salt))
}

func encodeHash(c cost, salt, hash []byte) string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, c.memory, c.time, c.lanes,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(hash))
}

// nobody is the hash that is compared when there is no person or no password, so that the time of an answer tells nothing.
var nobody = encodeHash(ordinary, make([]byte, 16), make([]byte, 32))

// matches compares a password with a stored hash; it takes the same time whether or not there is one.
func matches(password, stored string) bool {
	known := stored != ""
	if !known {
		stored = nobody
	}
	c, salt, want, err := decodeHash(stored)
	if err != nil {
		return false
	}
	got := c.hash(password, salt)
	return subtle.ConstantTimeCompare(got, want) == 1 && known
}

func decodeHash(stored string) (c cost, salt, hash []byte, err error) {
	parts := strings.Split(stored, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return c, nil, nil, fmt.Errorf("password hash: unknown form")
	}
	if _, err = fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &c.memory, &c.time, &c.lanes); err != nil {
		return c, nil, nil, fmt.Errorf("password hash: %w", err)
	}
	if salt, err = base64.RawStdEncoding.DecodeString(parts[4]); err != nil {
		return c, nil, nil, fmt.Errorf("password hash: %w", err)
	}
	if hash, err = base64.RawStdEncoding.DecodeString(parts[5]); err != nil {
		return c, nil, nil, fmt.Errorf("password hash: %w", err)
	}
	return c, salt, hash, nil
}

// checkPassword refuses what is too short, too long, or the person's own name or address.
func checkPassword(field, password string, p Person) error {
	n := utf8.RuneCountInString(password)
	switch {
	case n < MinPassword:
		return problem.Field(field, "identity.error.password-short", "min", MinPassword)
	case n > maxPassword:
		return problem.Field(field, "problem.too-long", "max", maxPassword)
	case strings.EqualFold(password, p.Email) || strings.EqualFold(password, p.Name):
		return problem.Field(field, "identity.error.password-name")
	}
	return nil
}

// CheckPasswordInput is what somebody typed on the sign-in page.
type CheckPasswordInput struct {
	Email    string `json:"email"`
	Password string `json:"-" secret:"true"`
}

// CheckPassword tells whose address and password these are. A wrong password, an unknown address and a
// person without password give the same answer after the same work.
func CheckPassword(ctx context.Context, r db.Reader, in CheckPasswordInput) (Person, error) {
	p, err := byEmail(ctx, r, in.Email)
	if err != nil && !problem.Is(err, problem.NotFound) {
		return Person{}, err
	}
	stored, err := passwordOf(ctx, r, p.ID)
	if err != nil {
		return Person{}, err
	}
	if !matches(in.Password, stored) {
		return Person{}, problem.Field("password", "identity.error.sign-in")
	}
	return p, nil
}

// OpCheckPassword checks a password; the sign-in page asks it in the name of the system.
var OpCheckPassword = op.Query[CheckPasswordInput, Person]{Name: "identity.check-password", Func: CheckPassword}

func passwordOf(ctx context.Context, r db.Reader, person string) (string, error) {
	return db.Value[string](ctx, r, "SELECT password_hash FROM person WHERE id = $1", person)
}

// ChangePasswordInput changes one's own password.
type ChangePasswordInput struct {
	Current string `json:"-" secret:"true"`
	New     string `json:"-" secret:"true"`
}

// ChangePassword changes the actor's own password; all sessions elsewhere end.
func ChangePassword(ctx context.Context, tx *db.Tx, in ChangePasswordInput) (Person, error) {
	p, err := self(ctx, tx)
	if err != nil {
		return p, err
	}
	stored, err := passwordOf(ctx, tx, p.ID)
	if err != nil {
		return p, err
	}
	if stored != "" && !matches(in.Current, stored) {
		return p, problem.Field("current", "identity.error.current-password")
	}
	if err := checkPassword("new", in.New, p); err != nil {
		return p, err
	}
	return p, storePassword(ctx, tx, p.ID, in.New, p.Name)
}

// OpChangePassword changes one's own password.
var OpChangePassword = op.Command[ChangePasswordInput, Person]{Name: "identity.change-password", Func: ChangePassword}

// SetPasswordInput gives a person a password.
type SetPasswordInput struct {
	Person   string `json:"person"`
	Password string `json:"-" secret:"true"`
}

// Target is the person.
func (in SetPasswordInput) Target() ref.Ref { return PersonRef(in.Person) }

// SetPassword gives somebody else a password. See mayReset for the people whose password an administrator cannot set.
func SetPassword(ctx context.Context, tx *db.Tx, in SetPasswordInput) (Person, error) {
	p, err := Get(ctx, tx, GetInput{in.Person})
	if err != nil {
		return p, err
	}
	if err := mayReset(ctx, tx, p); err != nil {
		return p, err
	}
	if err := checkPassword("password", in.Password, p); err != nil {
		return p, err
	}
	return p, storePassword(ctx, tx, p.ID, in.Password, tx.Actor().Name)
}

// OpSetPassword gives somebody a password.
var OpSetPassword = op.Command[SetPasswordInput, Person]{Name: "identity.set-password", Func: SetPassword}

// mayReset refuses to let an administrator take over a person who holds a key: whoever resets the CIO's
// sign-in can sign as the CIO. Only the operator of the machine can (the command line acts as the system).
func mayReset(ctx context.Context, tx *db.Tx, p Person) error {
	if !p.EndedAt.IsZero() {
		return problem.New(problem.Conflict, "identity.error.ended")
	}
	if tx.Actor().Ref.Kind() == "system" {
		return nil
	}
	offices, err := OfficesAt(ctx, tx, p.ID, Day(tx.Now()))
	if err != nil || !(db.Actor{Offices: offices}).Holds(OfficeCIO, OfficeCISO) {
		return err
	}
	ways, err := db.Value[int](ctx, tx, `SELECT (SELECT COUNT(*) FROM person WHERE id = $1 AND password_hash <> '') +
		(SELECT COUNT(*) FROM passkey WHERE person_id = $1)`, p.ID)
	if err == nil && ways > 0 {
		return problem.New(problem.Forbidden, "identity.error.key-holder-reset", "person", p.Name)
	}
	return err
}

func storePassword(ctx context.Context, tx *db.Tx, person, password, by string) error {
	tx.Touch(PersonRef(person))
	_, err := tx.Exec(ctx, "UPDATE person SET password_hash = $2, password_set_at = $3, password_set_by = $4, epoch = epoch + 1 WHERE id = $1",
		person, HashPassword(password), db.Micros(tx.Now()), by)
	return err
}

// self is the person who acts. Whoever acts with a token cannot touch the ways in: a token would outlive itself.
func self(ctx context.Context, r db.Reader) (Person, error) {
	actor := r.Actor()
	if actor.Ref.Kind() != "person" {
		return Person{}, problem.New(problem.Unauthenticated, "access.sign-in")
	}
	if len(actor.Scopes) > 0 {
		return Person{}, problem.New(problem.Forbidden, "identity.error.not-by-token")
	}
	return Get(ctx, r, GetInput{actor.Ref.ID()})
}

// SignInState is how somebody's own sign-in is set up.
type SignInState struct {
	Person        Person    `json:"person"`
	HasPassword   bool      `json:"hasPassword"`
	PasswordSetAt time.Time `json:"passwordSetAt,omitzero"`
	PasswordSetBy string    `json:"passwordSetBy,omitempty"` // who set it: somebody else's name is a reason to ask
	SignedInAt    time.Time `json:"signedInAt,omitzero"`
}

// SignInStateOf tells how the actor's own sign-in is set up.
func SignInStateOf(ctx context.Context, r db.Reader, _ struct{}) (SignInState, error) {
	var s SignInState
	var err error
	if s.Person, err = self(ctx, r); err != nil {
		return s, err
	}
	return db.One(ctx, r, problem.New(problem.NotFound, "problem.not-found", "what", s.Person.ID), func(scan db.Scan) (SignInState, error) {
		return s, scan(&s.HasPassword, db.At(&s.PasswordSetAt), &s.PasswordSetBy, db.At(&s.SignedInAt))
	}, "SELECT password_hash <> '', password_set_at, password_set_by, signed_in_at FROM person WHERE id = $1", s.Person.ID)
}

// OpSignInState tells how one's own sign-in is set up.
var OpSignInState = op.Query[struct{}, SignInState]{Name: "identity.sign-in-state", Func: SignInStateOf}
