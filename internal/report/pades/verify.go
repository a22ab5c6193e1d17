package pades

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"math"
	"strings"
	"time"
)

// Status is the result of a validation, in the words of ETSI EN 319 102-1.
type Status string

// The statuses. Indeterminate means that what is known proves neither: an unknown authority, an
// expired certificate.
const (
	TotalPassed   Status = "TOTAL-PASSED"
	Indeterminate Status = "INDETERMINATE"
	TotalFailed   Status = "TOTAL-FAILED"
)

// Reason says why a signature, or the document, is not TOTAL-PASSED.
type Reason string

// Reasons for TOTAL-FAILED.
const (
	ContentChanged      Reason = "content-changed"      // the digest of the covered bytes differs
	SignatureInvalid    Reason = "signature-invalid"    // the signature value does not verify
	MalformedSignature  Reason = "malformed-signature"  // the value is not a CMS signature in DER
	PaddingNotZero      Reason = "padding-not-zero"     // something hides after the signature value
	WrongByteRange      Reason = "wrong-byte-range"     // covered bytes are not the whole revision but for the value
	CertificateMismatch Reason = "certificate-mismatch" // signed certificate hash missing or of another certificate
	MalformedDocument   Reason = "malformed-document"   // the file cannot be read as a list of revisions
	BytesAfterEnd       Reason = "bytes-after-end"      // bytes follow the last revision
	UnsignedRevision    Reason = "unsigned-revision"    // a revision after the signature adds no signature
	HiddenBytes         Reason = "hidden-bytes"         // a later revision has bytes or objects its table does not name
	ObjectChanged       Reason = "object-changed"       // a later revision changes an object it must not
	ObjectAdded         Reason = "object-added"         // a later revision adds an object no signature needs
	WidgetOverlap       Reason = "widget-overlap"       // a later signature box covers another one, or much of a page
	ChangesForbidden    Reason = "changes-forbidden"    // a certification (P=1) forbade any later revision
)

// Reasons for INDETERMINATE.
const (
	NoSignature          Reason = "no-signature"
	UntrustedChain       Reason = "untrusted-chain"       // no path to a trusted root
	CertificateExpired   Reason = "certificate-expired"   // the path was valid at the claimed time, no longer now
	OutsideValidity      Reason = "outside-validity"      // the claimed time is not within the certificate's validity
	NoSigningTime        Reason = "no-signing-time"       // no claimed time
	WrongKeyUsage        Reason = "wrong-key-usage"       // the certificate is not meant for signing
	WeakKey              Reason = "weak-key"              // RSA under 2048 bits
	UnsupportedAlgorithm Reason = "unsupported-algorithm" // not RSA PKCS#1 v1.5 or ECDSA with SHA-2
	UnsupportedFormat    Reason = "unsupported-format"    // not a PAdES signature (SubFilter)
)

func (r Reason) status() Status {
	switch r {
	case NoSignature, UntrustedChain, CertificateExpired, OutsideValidity, NoSigningTime,
		WrongKeyUsage, WeakKey, UnsupportedAlgorithm, UnsupportedFormat:
		return Indeterminate
	}
	return TotalFailed
}

// Finding is one reason, with its place. For ContentChanged the change is somewhere in revisions
// FirstRevision to Revision.
type Finding struct {
	Reason        Reason
	FirstRevision int // 0: same as Revision
	Revision      int // counted from 1; 0: the document as a whole
	Object        int // number of the object; 0: none
}

// Level is the signature level reached.
type Level string

// LevelBB is PAdES baseline B-B: who and integrity; the time is only the signer's clock.
const LevelBB Level = "PAdES-B-B"

const subFilterCAdES = "ETSI.CAdES.detached"

// Revision is one state of the file: its first End bytes.
type Revision struct {
	End    int
	SHA256 string // of those bytes, hexadecimal
}

// Report of a verification. Status is the worst of all findings.
type Report struct {
	Status     Status
	Findings   []Finding  // of the document as a whole
	Revisions  []Revision // oldest first; empty for a malformed document
	Signatures []Signature
}

// Signature is one signature as verified.
type Signature struct {
	Field                  string
	Status                 Status
	Findings               []Finding
	Revision               int // in which it was made, counted from 1; 0 when not known
	SubFilter              string
	Level                  Level
	Name, Reason, Location string    // as the signer claims
	ClaimedTime            time.Time // zero when missing; not proven
	Certificate            Certificate
	Chain                  ChainStatus
	ByteRange              [4]int
	ByteRangeCorrect       bool
	DigestMatches          bool
	SignatureValid         bool
	CertificateBound       bool // the signed certificate hash fits
	CoversWholeFile        bool // otherwise later revisions follow
	Certification          int  // DocMDP permission 1 to 3; 0: none
	Page                   int  // of a visible signature; 0: invisible
	Rect                   Rect
}

// Verify checks every signature of a PDF and everything that follows it in the file. A document
// that was damaged gives a report with findings; an error means that the file is outside what this
// package reads (too large, encrypted, cross-reference streams).
func Verify(pdf []byte, t Trust) (Report, error) {
	doc, err := open(pdf)
	if errors.Is(err, ErrTooLarge) || errors.Is(err, ErrUnsupported) {
		return Report{}, err
	}
	var rep Report
	var found []signed
	if err == nil {
		found, err = doc.signed()
	}
	if err != nil {
		found = scan(pdf)
		rep.Findings = []Finding{{Reason: MalformedDocument}}
		doc = &document{data: pdf}
	}
	rep.Revisions = doc.hashes()
	for i, s := range found {
		rep.Signatures = append(rep.Signatures, doc.verify(s, rep.Signatures[:i], t))
	}
	if err == nil {
		doc.judgeLater(found, &rep)
	}
	if len(found) == 0 {
		rep.Findings = append(rep.Findings, Finding{Reason: NoSignature})
	}
	rep.settle()
	return rep, nil
}

// settle derives the statuses; a finding of the document counts for each signature.
func (r *Report) settle() {
	r.Status = worst(r.Findings)
	for i := range r.Signatures {
		s := &r.Signatures[i]
		s.Findings = append(s.Findings, r.Findings...)
		if s.Status = worst(s.Findings); s.Status == TotalFailed || r.Status == TotalPassed {
			r.Status = s.Status
		}
	}
}

func worst(findings []Finding) Status {
	status := TotalPassed
	for _, f := range findings {
		switch f.Reason.status() {
		case TotalFailed:
			return TotalFailed
		case Indeterminate:
			status = Indeterminate
		}
	}
	return status
}

func (d *document) hashes() []Revision {
	h := sha256.New()
	var out []Revision
	for _, r := range d.revisions {
		h.Write(d.data[r.start:r.end])
		out = append(out, Revision{r.end, hex.EncodeToString(h.Sum(nil))})
	}
	return out
}

// signed is a signature as found in the file.
type signed struct {
	field    signatureField
	revision int // index of the revision that brought it; -1 in a malformed document
}

// signed lists the signatures in the order of their revisions. It looks at the document as it was
// at each revision, so that a later one cannot make a signature disappear.
func (d *document) signed() ([]signed, error) {
	var all []signed
	seen := map[int]bool{}
	for i := range d.revisions {
		fields, err := view{d, i}.signatureFields()
		if err != nil {
			return nil, err
		}
		for _, f := range fields {
			contents, ok := f.value.get("Contents").(str)
			key := contents.at
			if !ok {
				key = -f.ref.num
			}
			if f.value == nil || seen[key] {
				continue
			}
			seen[key] = true
			all = append(all, signed{f, i})
		}
	}
	return all, nil
}

// verify checks one signature; before are the reports of the earlier ones.
func (d *document) verify(s signed, before []Signature, t Trust) Signature {
	v := s.field.value
	text := func(key name) string {
		t, _ := v.get(key).(str)
		return t.text()
	}
	subFilter, _ := v.get("SubFilter").(name)
	out := Signature{
		Field:         s.field.name,
		Revision:      s.revision + 1,
		SubFilter:     string(subFilter),
		Name:          text("Name"),
		Reason:        text("Reason"),
		Location:      text("Location"),
		ClaimedTime:   parsePDFDate(text("M")),
		Certification: docMDP(v),
	}
	d.place(s, &out)
	if subFilter != subFilterCAdES {
		out.fail(UnsupportedFormat)
	}
	contents, ok := v.get("Contents").(str)
	out.ByteRangeCorrect = d.byteRange(s, contents, &out)
	if !out.ByteRangeCorrect {
		out.fail(WrongByteRange)
	}
	der, reason := splitPadding(contents.raw)
	if !ok || reason != "" {
		out.fail(reason)
		return out
	}
	c, err := parseCMS(der)
	if err != nil {
		out.fail(reasonOf(err))
		return out
	}
	d.verifyCMS(c, before, t, &out)
	return out
}

func reasonOf(err error) Reason {
	if errors.Is(err, errCMSAlgorithm) {
		return UnsupportedAlgorithm
	}
	return MalformedSignature
}

func (s *Signature) fail(r Reason) {
	s.Findings = append(s.Findings, Finding{Reason: r, Revision: s.Revision})
}

// byteRange checks that all of the revision is covered but for the value with its delimiters.
func (d *document) byteRange(s signed, contents str, out *Signature) bool {
	a, _ := s.field.value.get("ByteRange").(array)
	if len(a) != 4 {
		return false
	}
	for i, v := range a {
		n, _ := v.(number)
		at, ok := n.int()
		if !ok || at < 0 || at > len(d.data) {
			return false
		}
		out.ByteRange[i] = at
	}
	r := out.ByteRange
	end := r[2] + r[3]
	if r[0] != 0 || r[1] != contents.at || r[2] != contents.at+len(contents.raw) || end > len(d.data) {
		return false
	}
	out.CoversWholeFile = end == len(d.data)
	if s.revision < 0 {
		return true
	}
	rev := d.revisions[s.revision]
	return contents.at >= rev.start && end <= rev.end && strings.Trim(string(d.data[end:rev.end]), "\r\n") == ""
}

// splitPadding is the signature value without the zeros that fill its place. The digits must all
// be of one case, so that no byte of the file can change unnoticed.
func splitPadding(raw string) ([]byte, Reason) {
	if len(raw) < 4 || raw[0] != '<' {
		return nil, MalformedSignature
	}
	digits := raw[1 : len(raw)-1]
	if strings.ToLower(digits) != digits && strings.ToUpper(digits) != digits {
		return nil, MalformedSignature
	}
	all, err := hex.DecodeString(digits)
	if err != nil {
		return nil, MalformedSignature
	}
	n := derLength(all)
	if n < 0 || n > len(all) {
		return nil, MalformedSignature
	}
	if len(bytes.TrimLeft(all[n:], "\x00")) > 0 {
		return nil, PaddingNotZero
	}
	return all[:n], ""
}

// derLength is the length of the DER element at the start of b, header included; -1 when there is
// none.
func derLength(b []byte) int {
	if len(b) < 2 || b[0] != 0x30 {
		return -1
	}
	if b[1] < 0x80 {
		return 2 + int(b[1])
	}
	n := int(b[1] & 0x7F)
	if n == 0 || n > 4 || len(b) < 2+n {
		return -1
	}
	length := 0
	for _, c := range b[2 : 2+n] {
		length = length<<8 | int(c)
	}
	return 2 + n + length
}

func (d *document) verifyCMS(c *cms, before []Signature, t Trust, out *Signature) {
	if r := out.ByteRange; out.ByteRangeCorrect {
		out.DigestMatches = c.digestMatches(d.data[:r[1]], d.data[r[2]:r[2]+r[3]])
	}
	if !out.DigestMatches && out.ByteRangeCorrect {
		out.Findings = append(out.Findings, Finding{ContentChanged, firstUnsure(before), out.Revision, 0})
	}
	cert := c.signer()
	if cert == nil {
		out.fail(CertificateMismatch)
		return
	}
	out.Certificate = describe(cert)
	if out.CertificateBound = c.certificateBound(cert); !out.CertificateBound {
		out.fail(CertificateMismatch)
	}
	switch {
	case !c.algorithmsKept():
		out.fail(SignatureInvalid)
	case c.signatureAlgorithm() == x509.UnknownSignatureAlgorithm:
		out.fail(UnsupportedAlgorithm)
	case !c.signatureValid(cert):
		out.fail(SignatureInvalid)
	default:
		out.SignatureValid = true
	}
	baseline := out.SubFilter == subFilterCAdES && out.CertificateBound && !c.has(oidSigningTime) && !out.ClaimedTime.IsZero()
	if baseline && out.SignatureValid {
		out.Level = LevelBB
	}
	out.judgeCertificate(cert, c, t)
}

// firstUnsure is the first revision that no earlier, intact signature vouches for.
func firstUnsure(before []Signature) int {
	first := 1
	for _, s := range before {
		if s.DigestMatches && s.SignatureValid {
			first = s.Revision + 1
		}
	}
	return first
}

// docMDP is the permission (1 to 3) a certification gives to later revisions; 0 for none.
func docMDP(signature dict) int {
	references, _ := signature.get("Reference").(array)
	for _, r := range references {
		d, _ := r.(dict)
		if d.get("TransformMethod") != name("DocMDP") {
			continue
		}
		params, _ := d.get("TransformParams").(dict)
		p, _ := params.get("P").(number)
		if n, ok := p.int(); ok && n >= 1 && n <= 3 {
			return n
		}
		return 2
	}
	return 0
}

// place reports where a visible signature stands.
func (d *document) place(s signed, out *Signature) {
	rect, ok := rectOf(s.field.dict.get("Rect"))
	if !ok || rect.width() == 0 || rect.height() == 0 || s.revision < 0 {
		return
	}
	v := view{d, s.revision}
	catalog, err := v.catalog()
	if err != nil {
		return
	}
	pages, err := v.pages(catalog.get("Pages"))
	if err != nil {
		return
	}
	for i, p := range pages {
		if p == s.field.dict.get("P") {
			out.Page, out.Rect = i+1, rect
		}
	}
}

// rectOf reads a rectangle with its corners in any order.
func rectOf(obj any) (Rect, bool) {
	a, _ := obj.(array)
	if len(a) != 4 {
		return Rect{}, false
	}
	var f [4]float64
	for i, v := range a {
		n, ok := v.(number)
		if !ok {
			return Rect{}, false
		}
		if f[i] = n.float(); math.Abs(f[i]) > 1e6 {
			return Rect{}, false
		}
	}
	return Rect{min(f[0], f[2]), min(f[1], f[3]), max(f[0], f[2]), max(f[1], f[3])}, true
}
