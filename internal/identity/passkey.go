package identity

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"accordo.dev/internal/db"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// Passkey is a WebAuthn credential of a person: a key pair on a device, which signs a challenge of ours.
// Nothing of it that is stored here can be used to sign in.
type Passkey struct {
	ID        string    `json:"id"`
	Person    string    `json:"person"`
	Name      string    `json:"name"`
	CreatedAt time.Time `json:"createdAt"`
	UsedAt    time.Time `json:"usedAt,omitzero"`

	credential webauthn.Credential
}

// Ceremonies speak WebAuthn for the address under which people reach the site.
type Ceremonies struct{ web *webauthn.WebAuthn }

// NewCeremonies makes them for an origin such as "https://accordo.example.org".
func NewCeremonies(origin string) (*Ceremonies, error) {
	u, err := url.Parse(origin)
	if err != nil || u.Hostname() == "" {
		return nil, fmt.Errorf("passkeys: %q is not an origin", origin)
	}
	web, err := webauthn.New(&webauthn.Config{
		RPID: u.Hostname(), RPDisplayName: "accordo", RPOrigins: []string{u.Scheme + "://" + u.Host},
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementRequired, UserVerification: protocol.VerificationRequired,
		},
	})
	if err != nil {
		return nil, fmt.Errorf("passkeys: %w", err)
	}
	return &Ceremonies{web}, nil
}

// passkeyUser is a person as the library wants to see them.
type passkeyUser struct {
	Person
	keys []Passkey
}

func (u passkeyUser) WebAuthnID() []byte          { return []byte(hashSecret("passkey:" + u.ID)) }
func (u passkeyUser) WebAuthnName() string        { return u.Email }
func (u passkeyUser) WebAuthnDisplayName() string { return u.Name }
func (u passkeyUser) WebAuthnCredentials() []webauthn.Credential {
	all := make([]webauthn.Credential, len(u.keys))
	for i, key := range u.keys {
		all[i] = key.credential
	}
	return all
}

// BeginRegister gives the options for the browser of the person who acts, and what must be kept for AddPasskey.
func (c *Ceremonies) BeginRegister(ctx context.Context, r db.Reader) (options any, state string, err error) {
	p, err := self(ctx, r)
	if err != nil {
		return nil, "", err
	}
	keys, err := passkeysOf(ctx, r, p.ID)
	if err != nil {
		return nil, "", err
	}
	user := passkeyUser{p, keys}
	creation, session, err := c.web.BeginRegistration(user, webauthn.WithExclusions(webauthn.Credentials(user.WebAuthnCredentials()).CredentialDescriptors()))
	if err != nil {
		return nil, "", fmt.Errorf("passkeys: %w", err)
	}
	state, err = encodeState(session)
	return creation, state, err
}

// AddPasskeyInput is the answer of the browser to BeginRegister, with what was kept.
type AddPasskeyInput struct {
	Name       string      `json:"name"`
	Ceremonies *Ceremonies `json:"-" secret:"true"`
	State      string      `json:"-" secret:"true"`
	Response   []byte      `json:"-" secret:"true"`
}

// AddPasskey checks the answer and keeps the passkey.
func AddPasskey(ctx context.Context, tx *db.Tx, in AddPasskeyInput) (Passkey, error) {
	p, err := self(ctx, tx)
	if err != nil {
		return Passkey{}, err
	}
	session, err := decodeState(in.State)
	if err != nil {
		return Passkey{}, err
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(in.Response)
	if err != nil {
		return Passkey{}, errPasskey
	}
	credential, err := in.Ceremonies.web.CreateCredential(passkeyUser{Person: p}, session, parsed)
	if err != nil {
		return Passkey{}, errPasskey
	}
	name := strings.TrimSpace(in.Name)
	if name == "" {
		name = Day(tx.Now())
	}
	key := Passkey{ID: ref.NewID(), Person: p.ID, Name: name, CreatedAt: tx.Now(), credential: *credential}
	tx.Touch(p.Ref())
	return key, insertPasskey(ctx, tx, key)
}

// OpAddPasskey keeps a new passkey of the person who acts.
var OpAddPasskey = op.Command[AddPasskeyInput, Passkey]{Name: "identity.add-passkey", Func: AddPasskey}

var errPasskey = problem.New(problem.Invalid, "identity.error.passkey")

func insertPasskey(ctx context.Context, tx *db.Tx, key Passkey) error {
	text, err := json.Marshal(key.credential)
	if err != nil {
		return fmt.Errorf("passkeys: %w", err)
	}
	_, err = tx.Exec(ctx, "INSERT INTO passkey (id, person_id, name, credential_id, credential, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
		key.ID, key.Person, key.Name, base64.RawURLEncoding.EncodeToString(key.credential.ID), string(text), db.Micros(key.CreatedAt))
	return err
}

// BeginSignIn gives the options for a browser of which nobody knows whose it is.
func (c *Ceremonies) BeginSignIn() (options any, state string, err error) {
	assertion, session, err := c.web.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return nil, "", fmt.Errorf("passkeys: %w", err)
	}
	state, err = encodeState(session)
	return assertion, state, err
}

// UsePasskeyInput is the answer of the browser to BeginSignIn, with what was kept.
type UsePasskeyInput struct {
	Ceremonies *Ceremonies `json:"-" secret:"true"`
	State      string      `json:"-" secret:"true"`
	Response   []byte      `json:"-" secret:"true"`
}

// UsedPasskey is who signed in, and the epoch for the session.
type UsedPasskey struct {
	Person string `json:"person"`
	Epoch  int64  `json:"epoch"`
}

// UsePasskey checks the answer and signs its owner in. A copied authenticator (its counter runs backwards) is refused.
func UsePasskey(ctx context.Context, tx *db.Tx, in UsePasskeyInput) (UsedPasskey, error) {
	session, err := decodeState(in.State)
	if err != nil {
		return UsedPasskey{}, err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(in.Response)
	if err != nil {
		return UsedPasskey{}, errPasskey
	}
	var owner passkeyUser
	find := func(credentialID, _ []byte) (webauthn.User, error) {
		owner, err = ownerOf(ctx, tx, credentialID)
		return owner, err
	}
	credential, err := in.Ceremonies.web.ValidateDiscoverableLogin(find, session, parsed)
	if err != nil || credential.Authenticator.CloneWarning {
		return UsedPasskey{}, errPasskey
	}
	text, err := json.Marshal(credential)
	if err != nil {
		return UsedPasskey{}, fmt.Errorf("passkeys: %w", err)
	}
	if _, err := tx.Exec(ctx, "UPDATE passkey SET credential = $2, used_at = $3 WHERE credential_id = $1",
		base64.RawURLEncoding.EncodeToString(credential.ID), string(text), db.Micros(tx.Now())); err != nil {
		return UsedPasskey{}, err
	}
	epoch, err := SignIn(ctx, tx, SignInInput{Person: owner.ID, Means: "passkey"})
	tx.Touch(owner.Ref())
	return UsedPasskey{Person: owner.ID, Epoch: epoch}, err
}

// OpUsePasskey signs in; the sign-in page does it in the name of the system.
var OpUsePasskey = op.Command[UsePasskeyInput, UsedPasskey]{Name: "identity.use-passkey", Func: UsePasskey}

func ownerOf(ctx context.Context, r db.Reader, credentialID []byte) (passkeyUser, error) {
	person, err := db.Value[string](ctx, r, `SELECT person_id FROM passkey JOIN person ON person.id = passkey.person_id
		WHERE credential_id = $1 AND person.ended_at IS NULL`, base64.RawURLEncoding.EncodeToString(credentialID))
	if err != nil {
		return passkeyUser{}, err
	}
	p, err := Get(ctx, r, GetInput{person})
	if err != nil {
		return passkeyUser{}, err
	}
	keys, err := passkeysOf(ctx, r, person)
	return passkeyUser{p, keys}, err
}

// RemovePasskeyInput names a passkey.
type RemovePasskeyInput struct {
	ID string `json:"id"`
}

// RemovePasskey forgets one of the actor's own passkeys; the last way to sign in stays.
func RemovePasskey(ctx context.Context, tx *db.Tx, in RemovePasskeyInput) (struct{}, error) {
	p, err := self(ctx, tx)
	if err != nil {
		return struct{}{}, err
	}
	others, err := db.Value[int](ctx, tx, `SELECT (SELECT COUNT(*) FROM passkey WHERE person_id = $1 AND id <> $2)
		+ (SELECT COUNT(*) FROM person WHERE id = $1 AND password_hash <> '')`, p.ID, in.ID)
	if err != nil {
		return struct{}{}, err
	}
	if others == 0 {
		return struct{}{}, problem.New(problem.Conflict, "identity.error.last-way-in")
	}
	tx.Touch(p.Ref())
	n, err := tx.Exec(ctx, "DELETE FROM passkey WHERE id = $1 AND person_id = $2", in.ID, p.ID)
	if err == nil && n == 0 {
		err = problem.New(problem.NotFound, "identity.error.no-passkey")
	}
	return struct{}{}, err
}

// OpRemovePasskey forgets a passkey.
var OpRemovePasskey = op.Command[RemovePasskeyInput, struct{}]{Name: "identity.remove-passkey", Func: RemovePasskey}

// Passkeys lists the actor's own passkeys, oldest first.
func Passkeys(ctx context.Context, r db.Reader, _ struct{}) ([]Passkey, error) {
	return passkeysOf(ctx, r, r.Actor().Ref.ID())
}

// OpPasskeys lists one's own passkeys.
var OpPasskeys = op.Query[struct{}, []Passkey]{Name: "identity.passkeys", Func: Passkeys}

func passkeysOf(ctx context.Context, r db.Reader, person string) ([]Passkey, error) {
	return db.All(ctx, r, func(s db.Scan) (Passkey, error) {
		var key Passkey
		var text string
		if err := s(&key.ID, &key.Person, &key.Name, &text, db.At(&key.CreatedAt), db.At(&key.UsedAt)); err != nil {
			return key, err
		}
		return key, json.Unmarshal([]byte(text), &key.credential)
	}, "SELECT id, person_id, name, credential, created_at, used_at FROM passkey WHERE person_id = $1 ORDER BY created_at, id", person)
}

func encodeState(session *webauthn.SessionData) (string, error) {
	text, err := json.Marshal(session)
	if err != nil {
		return "", fmt.Errorf("passkeys: %w", err)
	}
	return string(text), nil
}

func decodeState(state string) (webauthn.SessionData, error) {
	var session webauthn.SessionData
	if state == "" || json.Unmarshal([]byte(state), &session) != nil {
		return session, problem.New(problem.Invalid, "identity.error.passkey-stale")
	}
	return session, nil
}
