package report

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"time"

	"accordo.dev/internal/db"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
	"accordo.dev/internal/report/document"
	"accordo.dev/internal/report/pades"
)

// SignOffices are the offices that sign a report.
var SignOffices = []string{identity.OfficeCIO, identity.OfficeCISO}

// Signature is what one office gave: one signature on each language, made with the same key. It reaches
// baseline level B-B and, with a local key, is at most an advanced electronic signature.
type Signature struct {
	Office      string    `json:"office"`
	Person      string    `json:"person"` // id
	Name        string    `json:"name"`
	At          time.Time `json:"at"` // the clock of this machine
	Level       string    `json:"level"`
	Subject     string    `json:"subject"` // of the certificate
	Issuer      string    `json:"issuer"`
	Fingerprint string    `json:"fingerprint"` // SHA-256 of the certificate
}

// Demonstration tells whether the certificate comes from the demonstration authority and proves nothing.
func (s Signature) Demonstration() bool { return strings.Contains(s.Issuer, demoAuthority) }

// KindKey is the message that says what the signature is worth.
func (s Signature) KindKey() string {
	if s.Demonstration() {
		return "report.signature.kind.test"
	}
	return "report.signature.kind.advanced"
}

// SignIn signs for an office: with the person's own stored key, or with the given one (PKCS#12, or PEM
// with certificate and key). Passphrase and key are used once and neither kept nor recorded.
type SignIn struct {
	ID         string `json:"id"`
	Office     string `json:"office" enum:"cio,ciso"`
	Passphrase string `json:"passphrase,omitempty" secret:"true" doc:"opens the key; never stored"`
	Key        []byte `json:"key,omitempty" secret:"true" doc:"PKCS#12 or PEM in base64; the stored key of the person unless given"`
	Store      Store  `json:"-"`
}

// Target is the report.
func (in SignIn) Target() ref.Ref { return ref.New("report", in.ID) }

// PolicyContext tells policies the office.
func (in SignIn) PolicyContext() map[string]string { return map[string]string{"office": in.Office} }

// Signed is the input of the entry "report.signed".
type Signed struct {
	Report      string            `json:"report"`
	Office      string            `json:"office"`
	Fingerprint string            `json:"certificateSha256"`
	PDF         map[string]string `json:"pdfSha256"` // by language, with this signature
}

// Sign signs both PDFs for an office. The signer holds that office now, and has not signed for the other one.
func Sign(ctx context.Context, tx *db.Tx, in SignIn) (Report, error) {
	r, err := Get(ctx, tx, GetIn{ID: in.ID})
	if err != nil {
		return r, err
	}
	if err := r.MaySign(tx.Actor(), in.Office); err != nil {
		return r, err
	}
	signer, err := in.signer(ctx, tx)
	if err != nil {
		return r, err
	}
	given := newSignature(in.Office, tx.Actor(), tx.Now(), signer)
	fact := Signed{Report: r.ID, Office: in.Office, Fingerprint: given.Fingerprint, PDF: map[string]string{}}
	for i := range r.Files {
		if err := in.Store.sign(&r.Files[i], signer, given); err != nil {
			return r, err
		}
		if err := r.Files[i].update(ctx, tx, r.ID); err != nil {
			return r, err
		}
		fact.PDF[string(r.Files[i].Lang)] = r.Files[i].SHA256
	}
	if err := given.insert(ctx, tx, r.ID); err != nil {
		return r, err
	}
	tx.Touch(r.Ref())
	if _, err := enter(ctx, tx, "report.signed", fact); err != nil {
		return r, err
	}
	if err := r.move(ctx, tx, ""); err != nil {
		return r, err
	}
	r.Signatures, r.Version = append(r.Signatures, given), r.Version+1
	r.State = r.state()
	return r, nil
}

// OpSign signs a report for an office.
var OpSign = op.Command[SignIn, Report]{Name: "report.sign", Route: "POST /api/reports/sign", Func: Sign}

const signPolicy = "a-report-is-signed-by-the-ciso-and-the-cio"

// MaySign tells why an actor cannot sign for an office; nil when nothing stands against it.
func (r Report) MaySign(actor db.Actor, office string) error {
	if err := problem.Choice("office", office, SignOffices...); err != nil {
		return err
	}
	name := identity.OfficeName(office)
	switch {
	case actor.Holds(identity.OfficeAdministrator):
		return problem.New(problem.Forbidden, "report.error.administrator", "policy", "the-administrator-has-no-key")
	case !actor.Holds(office):
		return problem.New(problem.Forbidden, "report.error.not-holder", "office", name, "policy", signPolicy)
	case r.State == StateWithdrawn:
		return problem.New(problem.Conflict, "report.error.withdrawn")
	case len(r.Files) == 0:
		return problem.New(problem.Conflict, "report.error.not-sealed")
	case r.Signature(office) != nil:
		return problem.New(problem.Conflict, "report.error.signed-already", "office", name)
	case slices.ContainsFunc(r.Signatures, func(s Signature) bool { return s.Person == actor.Ref.ID() }):
		return problem.New(problem.Forbidden, "report.error.same-person", "policy", "two-humans")
	}
	return nil
}

// signer opens the key that was given, or the stored one.
func (in SignIn) signer(ctx context.Context, tx *db.Tx) (pades.Signer, error) {
	switch {
	case len(in.Key) == 0:
		u, err := identity.UnlockSigningKey(ctx, tx, in.Passphrase)
		return pades.Signer{Key: u.Key, Certificate: u.Certificate, Chain: u.Chain}, err
	case bytes.Contains(in.Key, []byte("-----BEGIN ")):
		return pades.LoadPEM(in.Key, in.Key, in.Passphrase)
	default:
		return pades.LoadPKCS12(in.Key, in.Passphrase)
	}
}

func newSignature(office string, actor db.Actor, now time.Time, s pades.Signer) Signature {
	c := s.Certificate
	return Signature{
		Office: office, Person: actor.Ref.ID(), Name: actor.Name, At: now, Level: string(pades.LevelBB),
		Subject: c.Subject.String(), Issuer: c.Issuer.String(), Fingerprint: hashOf(c.Raw),
	}
}

// field is the name of the signature field of an office.
func field(office string) string { return strings.ToUpper(office) }

// sign adds the signature to a PDF as a new revision and keeps the result.
func (s Store) sign(f *File, signer pades.Signer, given Signature) error {
	pdf, err := s.Get(f.SHA256)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(f.Slots, func(slot document.Slot) bool { return slot.ID == given.Office })
	if at < 0 {
		return problem.New(problem.Conflict, "report.error.no-slot", "office", given.Office)
	}
	signed, err := pades.Sign(pdf, signer, pades.Options{
		Field: field(given.Office), Name: given.Name, Reason: i18n.T(f.Lang, "report.signature.reason", "office", identity.OfficeName(given.Office)),
		Time: given.At, Appearance: appearance(f.Slots[at], f.Lang, given),
	})
	if err != nil {
		return err
	}
	f.Size = int64(len(signed))
	f.SHA256, err = s.Put(signed)
	return err
}

// appearance fills the place of the office with who signed, when, and at which level.
func appearance(slot document.Slot, lang i18n.Lang, s Signature) *pades.Appearance {
	return &pades.Appearance{
		Page: slot.Page, Rect: pades.Rect{Left: slot.X0, Bottom: slot.Y0, Right: slot.X1, Top: slot.Y1},
		Lines: []string{
			s.Name, i18n.T(lang, "report.signature.for", "office", identity.OfficeName(s.Office)),
			i18n.T(lang, "report.signature.at", "when", i18n.DateTime(lang, s.At)), s.Level + " · " + i18n.T(lang, s.KindKey()),
		},
	}
}

func (f File) update(ctx context.Context, tx *db.Tx, report string) error {
	_, err := tx.Exec(ctx, "UPDATE report_file SET sha256 = $3, size = $4 WHERE report_id = $1 AND lang = $2", report, string(f.Lang), f.SHA256, f.Size)
	return err
}

func (s Signature) insert(ctx context.Context, tx *db.Tx, report string) error {
	_, err := tx.Exec(ctx, `INSERT INTO report_signature (report_id, office, person, name, at, level, subject, issuer, fingerprint)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, report, s.Office, s.Person, s.Name, db.Micros(s.At), s.Level, s.Subject, s.Issuer, s.Fingerprint)
	return err
}

type signatureRow struct {
	Signature
	report string
}

func scanSignature(s db.Scan) (signatureRow, error) {
	var g signatureRow
	return g, s(&g.report, &g.Office, &g.Person, &g.Name, db.At(&g.At), &g.Level, &g.Subject, &g.Issuer, &g.Fingerprint)
}
