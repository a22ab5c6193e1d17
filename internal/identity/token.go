package identity

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"accordo.dev/internal/db"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// TokenAreas are the areas that a token may be bound to, beside the scopes "read" and "write".
var TokenAreas = []string{"landscape", "evidence", "indicator", "risk", "project", "decision", "budget", "report", "record"}

// MaxTokenDays is the longest life of a token.
const MaxTokenDays = 366

// tokenPrefix makes a leaked token easy to find by scanners.
const tokenPrefix = "accordo_"

// Token lets a program act for a person through the API, within its scopes: "read" everything, "write"
// everything the person may, or an area's name. It is never wider than the person. Only its hash is stored.
type Token struct {
	ID        string    `json:"id"`
	Person    string    `json:"person"`
	Name      string    `json:"name"`
	Scopes    []string  `json:"scopes"`
	CreatedAt time.Time `json:"createdAt"`
	ExpiresAt time.Time `json:"expiresAt"`
	UsedAt    time.Time `json:"usedAt,omitzero"` // to the hour
	RevokedAt time.Time `json:"revokedAt,omitzero"`
}

// Valid tells whether the token still works.
func (t Token) Valid(now time.Time) bool { return t.RevokedAt.IsZero() && now.Before(t.ExpiresAt) }

// MakeTokenInput asks for a token.
type MakeTokenInput struct {
	Name   string   `json:"name"`
	Scopes []string `json:"scopes"`
	Days   int      `json:"days"`
	Person string   `json:"person,omitempty" doc:"only for the system: whose token it is"`
}

// NewToken is a token with its secret, which is shown this once.
type NewToken struct {
	Token
	Secret string `json:"secret"`
}

// MakeToken makes a token of the person who acts; the system may make one for a person.
func MakeToken(ctx context.Context, tx *db.Tx, in MakeTokenInput) (NewToken, error) {
	var owner Person
	var err error
	if tx.Actor().Ref.Kind() == "system" {
		owner, err = Get(ctx, tx, GetInput{in.Person})
	} else {
		owner, err = self(ctx, tx)
	}
	if err != nil {
		return NewToken{}, err
	}
	if err := in.check(); err != nil {
		return NewToken{}, err
	}
	secret := tokenPrefix + newSecret()
	t := Token{
		ID: ref.NewID(), Person: owner.ID, Name: strings.TrimSpace(in.Name), Scopes: in.Scopes,
		CreatedAt: tx.Now(), ExpiresAt: tx.Now().AddDate(0, 0, in.Days),
	}
	tx.Touch(owner.Ref())
	_, err = tx.Exec(ctx, "INSERT INTO api_token (id, person_id, name, hash, scopes, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
		t.ID, t.Person, t.Name, hashSecret(secret), strings.Join(t.Scopes, " "), db.Micros(t.CreatedAt), db.Micros(t.ExpiresAt))
	return NewToken{Token: t, Secret: secret}, err
}

// OpMakeToken makes a token.
var OpMakeToken = op.Command[MakeTokenInput, NewToken]{Name: "identity.make-token", Func: MakeToken}

func (in MakeTokenInput) check() error {
	var wrong []*problem.Error
	if strings.TrimSpace(in.Name) == "" {
		wrong = append(wrong, problem.Field("name", "problem.required"))
	}
	if len(in.Scopes) == 0 {
		wrong = append(wrong, problem.Field("scopes", "identity.error.no-scope"))
	}
	allowed := append([]string{"read", "write"}, TokenAreas...)
	for _, scope := range in.Scopes {
		if err := problem.Choice("scopes", scope, allowed...); err != nil {
			wrong = append(wrong, err)
		}
	}
	if in.Days < 1 || in.Days > MaxTokenDays {
		wrong = append(wrong, problem.Field("days", "identity.error.token-days", "max", MaxTokenDays))
	}
	return problem.Many(wrong)
}

// RevokeTokenInput names a token.
type RevokeTokenInput struct {
	ID string `json:"id"`
}

// RevokeToken stops one of the actor's own tokens; an administrator may stop anybody's.
func RevokeToken(ctx context.Context, tx *db.Tx, in RevokeTokenInput) (Token, error) {
	missing := problem.New(problem.NotFound, "identity.error.no-token")
	t, err := db.One(ctx, tx, missing, scanToken, "SELECT "+tokenColumns+" FROM api_token WHERE id = $1 AND revoked_at IS NULL", in.ID)
	if err != nil {
		return t, err
	}
	if PersonRef(t.Person) != tx.Actor().Ref && !tx.Actor().Holds(OfficeAdministrator) && tx.Actor().Ref.Kind() != "system" {
		return t, missing
	}
	tx.Touch(PersonRef(t.Person))
	t.RevokedAt = tx.Now()
	_, err = tx.Exec(ctx, "UPDATE api_token SET revoked_at = $2 WHERE id = $1", t.ID, db.Micros(tx.Now()))
	return t, err
}

// OpRevokeToken stops a token.
var OpRevokeToken = op.Command[RevokeTokenInput, Token]{Name: "identity.revoke-token", Func: RevokeToken}

// Tokens lists the actor's own tokens that were not revoked, newest first.
func Tokens(ctx context.Context, r db.Reader, _ struct{}) ([]Token, error) {
	return db.All(ctx, r, scanToken, "SELECT "+tokenColumns+" FROM api_token WHERE person_id = $1 AND revoked_at IS NULL ORDER BY created_at DESC, id DESC",
		r.Actor().Ref.ID())
}

// OpTokens lists one's own tokens.
var OpTokens = op.Query[struct{}, []Token]{Name: "identity.tokens", Func: Tokens}

const tokenColumns = "id, person_id, name, scopes, created_at, expires_at, used_at, revoked_at"

func scanToken(s db.Scan) (Token, error) {
	var t Token
	var scopes string
	err := s(&t.ID, &t.Person, &t.Name, &scopes, db.At(&t.CreatedAt), db.At(&t.ExpiresAt), db.At(&t.UsedAt), db.At(&t.RevokedAt))
	t.Scopes = strings.Fields(scopes)
	return t, err
}

func tokenBySecret(ctx context.Context, r db.Reader, secret string) (Token, error) {
	refused := problem.New(problem.Unauthenticated, "identity.error.token")
	if !strings.HasPrefix(secret, tokenPrefix) {
		return Token{}, refused
	}
	t, err := db.One(ctx, r, refused, scanToken, "SELECT "+tokenColumns+" FROM api_token WHERE hash = $1", hashSecret(secret))
	if err == nil && (!t.Valid(r.Now()) || slices.Equal(t.Scopes, []string{})) {
		err = refused
	}
	return t, err
}

// newSecret is 256 random bits as text.
func newSecret() string {
	bits := make([]byte, 32)
	_, _ = rand.Read(bits) // never fails
	return base64.RawURLEncoding.EncodeToString(bits)
}

// hashSecret is how random secrets are stored: they are too long to guess, so a fast hash is enough.
func hashSecret(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}
