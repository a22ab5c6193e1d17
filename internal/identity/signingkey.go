package identity

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"time"

	"software.sslmate.com/src/go-pkcs12"

	"accordo.dev/internal/db"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// SigningKey is the certificate with which a person signs reports. Its private key lies in a PKCS#12 file
// that is kept exactly as it was given: encrypted with the person's passphrase, which is never stored and is
// asked for at each signature. Nobody else, administrators included, can sign with it.
type SigningKey struct {
	ID          string    `json:"id"`
	Person      string    `json:"person"`
	Subject     string    `json:"subject"`
	Issuer      string    `json:"issuer"`
	Serial      string    `json:"serial"`
	Fingerprint string    `json:"fingerprint"` // SHA-256 of the certificate, hex
	NotBefore   time.Time `json:"notBefore"`
	NotAfter    time.Time `json:"notAfter"`
	AddedAt     time.Time `json:"addedAt"`
}

// Expired tells whether the certificate can sign no more.
func (k SigningKey) Expired(now time.Time) bool { return now.After(k.NotAfter) }

// Unlocked is a signing key that was opened with its passphrase.
type Unlocked struct {
	Key         crypto.Signer
	Certificate *x509.Certificate
	Chain       []*x509.Certificate
}

// Unlock opens a PKCS#12 file.
func Unlock(pkcs12File []byte, passphrase string) (Unlocked, error) {
	key, certificate, chain, err := pkcs12.DecodeChain(pkcs12File, passphrase)
	if errors.Is(err, pkcs12.ErrIncorrectPassword) || errors.Is(err, pkcs12.ErrDecryption) {
		return Unlocked{}, problem.Field("passphrase", "identity.error.passphrase")
	}
	if err != nil {
		return Unlocked{}, problem.Field("file", "identity.error.pkcs12")
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return Unlocked{}, problem.Field("file", "identity.error.pkcs12")
	}
	return Unlocked{Key: signer, Certificate: certificate, Chain: chain}, nil
}

// AddSigningKeyInput is a PKCS#12 file and the passphrase that opens it.
type AddSigningKeyInput struct {
	File       []byte `json:"-" secret:"true"`
	Passphrase string `json:"-" secret:"true"`
}

// AddSigningKey keeps the actor's own key in place of an earlier one. A file without passphrase is refused:
// whoever copies the database could sign.
func AddSigningKey(ctx context.Context, tx *db.Tx, in AddSigningKeyInput) (SigningKey, error) {
	p, err := self(ctx, tx)
	if err != nil {
		return SigningKey{}, err
	}
	if len(in.File) == 0 {
		return SigningKey{}, problem.Field("file", "problem.required")
	}
	if len(in.Passphrase) < 8 {
		return SigningKey{}, problem.Field("passphrase", "identity.error.passphrase-short", "min", 8)
	}
	unlocked, err := Unlock(in.File, in.Passphrase)
	if err != nil {
		return SigningKey{}, err
	}
	if err := fit(unlocked.Certificate, tx.Now()); err != nil {
		return SigningKey{}, err
	}
	key := describe(unlocked.Certificate)
	key.ID, key.Person, key.AddedAt = ref.NewID(), p.ID, tx.Now()
	tx.Touch(p.Ref())
	if _, err := tx.Exec(ctx, "DELETE FROM signing_key WHERE person_id = $1", p.ID); err != nil {
		return key, err
	}
	_, err = tx.Exec(ctx, `INSERT INTO signing_key (id, person_id, pkcs12, subject, issuer, serial, fingerprint, not_before, not_after, added_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`, key.ID, key.Person, in.File, key.Subject, key.Issuer, key.Serial,
		key.Fingerprint, db.Micros(key.NotBefore), db.Micros(key.NotAfter), db.Micros(key.AddedAt))
	return key, err
}

// OpAddSigningKey keeps one's own signing key.
var OpAddSigningKey = op.Command[AddSigningKeyInput, SigningKey]{Name: "identity.add-signing-key", Func: AddSigningKey}

// fit refuses certificates that could not sign a report: expired, too weak, or made for something else.
func fit(c *x509.Certificate, now time.Time) error {
	switch {
	case now.After(c.NotAfter) || now.Before(c.NotBefore):
		return problem.Field("file", "identity.error.certificate-time", "from", Day(c.NotBefore), "until", Day(c.NotAfter))
	case weak(c.PublicKey):
		return problem.Field("file", "identity.error.certificate-weak")
	case c.KeyUsage != 0 && c.KeyUsage&(x509.KeyUsageDigitalSignature|x509.KeyUsageContentCommitment) == 0:
		return problem.Field("file", "identity.error.certificate-usage")
	}
	return nil
}

func weak(key any) bool {
	switch k := key.(type) {
	case *rsa.PublicKey:
		return k.N.BitLen() < 2048
	case *ecdsa.PublicKey:
		return k.Curve.Params().BitSize < 256
	default:
		return true
	}
}

func describe(c *x509.Certificate) SigningKey {
	sum := sha256.Sum256(c.Raw)
	return SigningKey{
		Subject: c.Subject.String(), Issuer: c.Issuer.String(), Serial: c.SerialNumber.Text(16),
		Fingerprint: hex.EncodeToString(sum[:]), NotBefore: c.NotBefore.UTC(), NotAfter: c.NotAfter.UTC(),
	}
}

// RemoveSigningKey forgets the actor's own key; what was signed with it stays verifiable.
func RemoveSigningKey(ctx context.Context, tx *db.Tx, _ struct{}) (struct{}, error) {
	p, err := self(ctx, tx)
	if err != nil {
		return struct{}{}, err
	}
	tx.Touch(p.Ref())
	n, err := tx.Exec(ctx, "DELETE FROM signing_key WHERE person_id = $1", p.ID)
	if err == nil && n == 0 {
		err = errNoSigningKey
	}
	return struct{}{}, err
}

// OpRemoveSigningKey forgets one's own signing key.
var OpRemoveSigningKey = op.Command[struct{}, struct{}]{Name: "identity.remove-signing-key", Func: RemoveSigningKey}

var errNoSigningKey = problem.New(problem.NotFound, "identity.error.no-signing-key")

// SigningKeyOf describes the actor's own key; NotFound when there is none.
func SigningKeyOf(ctx context.Context, r db.Reader, _ struct{}) (SigningKey, error) {
	return db.One(ctx, r, errNoSigningKey, func(s db.Scan) (SigningKey, error) {
		var k SigningKey
		return k, s(&k.ID, &k.Person, &k.Subject, &k.Issuer, &k.Serial, &k.Fingerprint, db.At(&k.NotBefore), db.At(&k.NotAfter), db.At(&k.AddedAt))
	}, "SELECT id, person_id, subject, issuer, serial, fingerprint, not_before, not_after, added_at FROM signing_key WHERE person_id = $1", r.Actor().Ref.ID())
}

// OpSigningKey describes one's own signing key.
var OpSigningKey = op.Query[struct{}, SigningKey]{Name: "identity.signing-key", Func: SigningKeyOf}

// UnlockSigningKey opens the actor's own key for one signature.
func UnlockSigningKey(ctx context.Context, r db.Reader, passphrase string) (Unlocked, error) {
	file, err := db.Value[[]byte](ctx, r, "SELECT pkcs12 FROM signing_key WHERE person_id = $1", r.Actor().Ref.ID())
	if err != nil {
		return Unlocked{}, err
	}
	if file == nil {
		return Unlocked{}, errNoSigningKey
	}
	return Unlock(file, passphrase)
}
