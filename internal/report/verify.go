package report

import (
	"bytes"
	"cmp"
	"crypto/x509"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"accordo.dev/internal/i18n"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/report/pades"
)

// VerifyIn is a PDF and whom to believe. Nothing else is needed: no database, no network.
type VerifyIn struct {
	PDF       []byte
	Roots     *x509.CertPool // trusted authorities; nil trusts nobody
	RecordKey string         // public key that the record must have; empty: the one in the document
	Now       time.Time
}

// Verification is what was found. Status is the worst of all: TOTAL-PASSED only when both offices have
// signed and everything holds, INDETERMINATE when nothing is wrong but something cannot be known (an
// unknown authority, a signature that is missing), TOTAL-FAILED when anything was changed.
type Verification struct {
	Status       pades.Status        `json:"status"`
	SHA256       string              `json:"sha256"`                 // of the file
	Frozen       string              `json:"frozenSha256,omitempty"` // of the PDF before any signature
	Report       string              `json:"report,omitempty"`
	Language     i18n.Lang           `json:"language,omitempty"`
	Organisation string              `json:"organisation,omitempty"`
	Period       string              `json:"period,omitempty"`
	AsOf         time.Time           `json:"asOf,omitzero"`
	Signatures   []VerifiedSignature `json:"signatures"`
	Checks       []Check             `json:"checks"`
	Findings     []Finding           `json:"findings"` // everything that is not as it should be
}

// Exit is the exit status of a verification: 0 valid, 1 not valid, 3 cannot be told.
func (v Verification) Exit() int {
	switch v.Status {
	case pades.TotalPassed:
		return 0
	case pades.Indeterminate:
		return 3
	default:
		return 1
	}
}

// VerifiedSignature is one signature as found in the file.
type VerifiedSignature struct {
	Field       string            `json:"field"`
	Office      string            `json:"office,omitempty"`
	Name        string            `json:"name"`               // as the signature claims
	Officer     string            `json:"officer,omitempty"`  // who held the office according to the report
	Subject     string            `json:"subject"`            // of the certificate
	Issuer      string            `json:"issuer"`             //
	Fingerprint string            `json:"certificateSha256"`  //
	At          time.Time         `json:"claimedAt,omitzero"` // the signer's clock, not proven
	Level       string            `json:"level,omitempty"`
	Kind        string            `json:"kind"` // advanced at most; test: of the demonstration authority
	Status      pades.Status      `json:"status"`
	Chain       pades.ChainStatus `json:"chain"`
	Reasons     []pades.Reason    `json:"reasons,omitempty"`
}

// Check is one thing that was compared, besides the signatures.
type Check struct {
	Name   string       `json:"name"` // offices, manifest, snapshot, evidence, record, replay
	Status pades.Status `json:"status"`
	Detail i18n.Text    `json:"detail"`
}

// Finding names something that is wrong or unknown, and where.
type Finding struct {
	Code     string       `json:"code"`
	Status   pades.Status `json:"status"`
	Text     i18n.Text    `json:"text"`
	Revision int          `json:"revision,omitempty"` // of the PDF, from 1
	Object   int          `json:"object,omitempty"`
	Offset   *int         `json:"offset,omitempty"` // first changed byte, where it can be told
}

// Verify checks a report's PDF. An error means that the file is no PDF of a form that can be checked.
func Verify(in VerifyIn) (Verification, error) {
	found, err := pades.Verify(in.PDF, pades.Trust{Roots: in.Roots, Now: in.Now})
	if err != nil {
		return Verification{}, err
	}
	v := &verifier{in: in, pades: found, out: Verification{Status: found.Status, SHA256: hashOf(in.PDF), Signatures: []VerifiedSignature{}, Checks: []Check{}, Findings: []Finding{}}}
	if len(found.Revisions) > 0 {
		v.out.Frozen = found.Revisions[0].SHA256
	}
	v.contents()
	v.signatures()
	v.offices()
	v.settle()
	return v.out, nil
}

type verifier struct {
	in       VerifyIn
	pades    pades.Report
	out      Verification
	manifest *Manifest // nil: could not be read
	snapshot *Snapshot
	replayed []byte // the frozen PDF made again; nil: not possible
}

// check adds a comparison; anything but a pass is also a finding.
func (v *verifier) check(name string, status pades.Status, key string, args ...any) {
	detail := both(key, args...)
	v.out.Checks = append(v.out.Checks, Check{Name: name, Status: status, Detail: detail})
	if status != pades.TotalPassed {
		v.out.Findings = append(v.out.Findings, Finding{Code: name, Status: status, Text: detail})
	}
}

// contents checks what the PDF carries: manifest, snapshot, proof of the record, and the pages themselves.
func (v *verifier) contents() {
	attached, err := pades.Attachments(v.in.PDF)
	manifest, snapshot := attachment(attached, ManifestName), attachment(attached, SnapshotName)
	if err != nil || manifest == nil || snapshot == nil {
		v.check("manifest", pades.TotalFailed, "report.check.manifest.missing")
		return
	}
	m, err := readManifest(manifest)
	if err != nil {
		v.check("manifest", pades.TotalFailed, "report.check.manifest.unreadable")
		return
	}
	v.manifest, v.out.Report, v.out.Language = &m, m.Report, m.Language
	s, err := ReadSnapshot(snapshot)
	if err != nil || hashOf(snapshot) != m.Snapshot || s.Report != m.Report {
		v.check("snapshot", pades.TotalFailed, "report.check.snapshot.changed", "want", m.Snapshot, "got", hashOf(snapshot))
		return
	}
	v.snapshot, v.out.Organisation, v.out.Period, v.out.AsOf = &s, s.Organisation, s.Period.Name, s.AsOf
	v.check("snapshot", pades.TotalPassed, "report.check.snapshot.same", "hash", m.Snapshot)
	v.manifestAgrees(m, s)
	v.record(m)
	v.replay(snapshot, manifest, m)
}

func attachment(all []pades.Attachment, name string) []byte {
	for _, a := range all {
		if a.Name == name {
			return a.Content
		}
	}
	return nil
}

// manifestAgrees compares the lists of the manifest with the snapshot, whose hash the record holds.
func (v *verifier) manifestAgrees(m Manifest, s Snapshot) {
	if !slices.Equal(m.Definitions, sums(s.Definitions)) || !slices.Equal(m.Evidence, s.Evidence) || !honest(s.Definitions) {
		v.check("manifest", pades.TotalFailed, "report.check.manifest.differs")
		return
	}
	v.check("manifest", pades.TotalPassed, "report.check.manifest.agrees", "definitions", len(m.Definitions), "files", len(m.Evidence))
}

// honest tells whether each definition has the hash of its words.
func honest(definitions []Definition) bool {
	return !slices.ContainsFunc(definitions, func(d Definition) bool { return newDefinition(d.ID, d.Version, d.Name, d.Text).Hash != d.Hash })
}

// record verifies the proof that the log holds the hash of the snapshot.
func (v *verifier) record(m Manifest) {
	key := cmp.Or(v.in.RecordKey, m.Record.PublicKey)
	if strings.TrimSpace(key) != strings.TrimSpace(m.Record.PublicKey) {
		v.check("record", pades.TotalFailed, "report.check.record.other-key", "key", m.Record.PublicKey)
		return
	}
	entry, err := m.Record.Proof.Verify(key)
	var fact Frozen
	if err == nil {
		err = json.Unmarshal(entry.Input, &fact)
	}
	switch {
	case err != nil:
		v.check("record", pades.TotalFailed, "report.check.record.invalid")
	case entry.Operation != "report.frozen" || fact.Report != m.Report || fact.Snapshot != m.Snapshot:
		v.check("record", pades.TotalFailed, "report.check.record.other-entry", "n", entry.Seq)
	case v.in.RecordKey == "":
		v.check("record", pades.TotalPassed, "report.check.record.unpinned", "n", entry.Seq, "key", m.Record.PublicKey)
	default:
		v.check("record", pades.TotalPassed, "report.check.record.proven", "n", entry.Seq)
	}
}

// replay makes the frozen PDF again out of the snapshot. Another version of the program may set pages
// otherwise, so a difference alone is no fault; the same bytes prove that the pages say what the figures say.
func (v *verifier) replay(snapshot, manifest []byte, m Manifest) {
	again, err := m.JSON()
	if err != nil || !bytes.Equal(again, manifest) {
		v.check("manifest", pades.TotalFailed, "report.check.manifest.unreadable")
		return
	}
	paper, err := render(snapshot, m)
	if err != nil {
		return
	}
	v.replayed = paper.Bytes
	if hashOf(paper.Bytes) == v.out.Frozen {
		v.check("replay", pades.TotalPassed, "report.check.replay.same")
		return
	}
	v.out.Checks = append(v.out.Checks, Check{Name: "replay", Status: pades.Indeterminate, Detail: both("report.check.replay.differs")})
}

func (v *verifier) signatures() {
	for _, f := range v.pades.Findings {
		v.finding(f)
	}
	for _, s := range v.pades.Signatures {
		one := VerifiedSignature{
			Field: s.Field, Office: officeOf(s.Field), Name: s.Name, Subject: s.Certificate.Subject, Issuer: s.Certificate.Issuer,
			Fingerprint: s.Certificate.Fingerprint, At: s.ClaimedTime, Level: string(s.Level), Kind: "advanced", Status: s.Status, Chain: s.Chain,
		}
		if strings.Contains(s.Certificate.Issuer, demoAuthority) {
			one.Kind = "test"
		}
		if v.snapshot != nil {
			one.Officer = map[string]string{identity.OfficeCIO: v.snapshot.CIO.Name, identity.OfficeCISO: v.snapshot.CISO.Name}[one.Office]
		}
		for _, f := range s.Findings {
			one.Reasons = append(one.Reasons, f.Reason)
			v.finding(f)
		}
		v.out.Signatures = append(v.out.Signatures, one)
	}
}

func officeOf(name string) string {
	for _, office := range SignOffices {
		if field(office) == name {
			return office
		}
	}
	return ""
}

// finding names a fault of the PDF once, with the first changed byte where the page can be made again.
func (v *verifier) finding(p pades.Finding) {
	f := Finding{Code: string(p.Reason), Status: statusOf(p), Revision: p.Revision, Object: p.Object}
	args := []any{"revision", p.Revision, "object", p.Object}
	text := both("pades.reason."+string(p.Reason), args...)
	if at, ok := v.firstChange(p); ok {
		f.Offset, f.Revision = &at, 1
		where := both("report.verify.offset", "offset", at)
		text = i18n.Text{EN: text.EN + " " + where.EN, IT: text.IT + " " + where.IT}
	}
	f.Text = text
	if !slices.ContainsFunc(v.out.Findings, func(o Finding) bool { return o.Code == f.Code && o.Revision == f.Revision && o.Object == f.Object }) {
		v.out.Findings = append(v.out.Findings, f)
	}
}

// statusOf is the status that one finding alone would give.
func statusOf(p pades.Finding) pades.Status {
	switch p.Reason {
	case pades.NoSignature, pades.UntrustedChain, pades.CertificateExpired, pades.OutsideValidity, pades.NoSigningTime,
		pades.WrongKeyUsage, pades.WeakKey, pades.UnsupportedAlgorithm, pades.UnsupportedFormat:
		return pades.Indeterminate
	}
	return pades.TotalFailed
}

// firstChange finds the first byte of the frozen part that differs from the PDF made again. When most
// bytes differ, it is another version of the program that made it, and no place can be named.
func (v *verifier) firstChange(p pades.Finding) (int, bool) {
	changed := p.Reason == pades.ContentChanged || p.Reason == pades.MalformedDocument
	if !changed || v.replayed == nil || len(v.in.PDF) < len(v.replayed) {
		return 0, false
	}
	first, n := -1, 0
	for i, b := range v.replayed {
		if v.in.PDF[i] != b {
			if n++; first < 0 {
				first = i
			}
		}
	}
	return first, n > 0 && n <= len(v.replayed)/100
}

// offices wants both signatures, of two people.
func (v *verifier) offices() {
	given := map[string]VerifiedSignature{}
	for _, s := range v.out.Signatures {
		if _, twice := given[s.Office]; s.Office == "" || twice {
			v.check("offices", pades.TotalFailed, "report.check.offices.foreign", "field", s.Field)
			return
		}
		given[s.Office] = s
	}
	for _, office := range SignOffices {
		if _, ok := given[office]; !ok {
			v.check("offices", pades.Indeterminate, "report.check.offices.missing", "office", identity.OfficeName(office))
		}
	}
	cio, ciso := given[identity.OfficeCIO], given[identity.OfficeCISO]
	switch {
	case len(given) < len(SignOffices):
	case cio.Fingerprint == ciso.Fingerprint && cio.Fingerprint != "":
		v.check("offices", pades.TotalFailed, "report.check.offices.same")
	default:
		v.check("offices", pades.TotalPassed, "report.check.offices.both", "cio", cio.Name, "ciso", ciso.Name)
	}
}

// settle gives the worst status of signatures and checks. The replay is information only.
func (v *verifier) settle() {
	for _, f := range v.out.Findings {
		if f.Status == pades.TotalFailed || v.out.Status == pades.TotalPassed {
			v.out.Status = f.Status
		}
	}
	if v.out.Status == pades.TotalFailed || v.manifest != nil {
		return
	}
	v.out.Status = pades.TotalFailed
}

// ReadPDF refuses what is too large before it is looked at.
func ReadPDF(data []byte) error {
	if len(data) == 0 {
		return problem.Field("file", "problem.required")
	}
	if len(data) > pades.MaxFileSize {
		return pades.ErrTooLarge
	}
	return nil
}
