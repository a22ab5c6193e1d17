// Package pades signs a PDF and verifies the signatures it carries, at the baseline level B-B of
// PAdES (ETSI EN 319 142-1).
//
// A signature is an incremental update: a new revision appended to the file, never a change of
// earlier bytes. It covers the whole file up to the end of its own revision, leaving out only the
// signature value itself. Two people therefore sign one after the other: the second signature
// covers the first, and the first stays valid because only a signature revision follows it.
//
// The package is pure: bytes in, bytes out; no network, no clock, no files. It reads files with
// classic cross-reference tables, which is what our PDF writer and this package produce; files
// with cross-reference streams or encryption are refused with [ErrUnsupported].
//
// A signature made with a local key is at most an advanced electronic signature (AdES), and its
// time is only what the signer's clock said. Nothing here makes a qualified signature.
package pades

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"accordo.dev/internal/problem"
)

// Limits on what is read: a file over them is refused, never partly read.
const (
	MaxFileSize  = 100 << 20 // bytes of a PDF
	maxDepth     = 64        // nesting of arrays and dictionaries
	maxObjects   = 1 << 20   // objects of a PDF
	maxRevisions = 64        // incremental updates of a PDF
	maxNodes     = 20_000    // nodes of the page tree, form fields
)

// Errors of reading and signing; callers test them with [errors.Is].
var (
	ErrTooLarge      error = problem.New(problem.TooLarge, "pades.pdf.too-large")
	ErrMalformed     error = problem.New(problem.Invalid, "pades.pdf.malformed")
	ErrUnsupported   error = problem.New(problem.Invalid, "pades.pdf.unsupported")
	ErrBytesAfterEnd error = problem.New(problem.Invalid, "pades.pdf.bytes-after-end")
	ErrFieldName     error = problem.Field("field", "pades.field.name")
	ErrFieldExists   error = problem.New(problem.Conflict, "pades.field.exists")
	ErrAlreadySigned error = problem.New(problem.Conflict, "pades.certify.signed")
	ErrNoChanges     error = problem.New(problem.Conflict, "pades.certify.closed")
	ErrPage          error = problem.Field("page", "pades.page.missing")
)

// Signer is a person's means of signing: the private key, its certificate, and the certificates
// that lead from it towards a root (issuer of the certificate first).
type Signer struct {
	Key         crypto.Signer
	Certificate *x509.Certificate
	Chain       []*x509.Certificate
}

// Options of one signature.
type Options struct {
	Field      string      // name of the new signature field, such as "CISO"; no dots
	Name       string      // name of the person, as shown by PDF readers
	Reason     string      // why the person signs
	Location   string      // where the person signs
	Time       time.Time   // the claimed signing time; must lie within the certificate's validity
	Certify    bool        // first signature only: certify (DocMDP, P=2), so that only signing may follow
	Appearance *Appearance // nil: an invisible signature
}

// Sign appends a revision with one signature to pdf and returns the new file, of which pdf is a
// prefix.
func Sign(pdf []byte, s Signer, o Options) ([]byte, error) {
	if err := s.usableAt(o.Time); err != nil {
		return nil, err
	}
	doc, err := open(pdf)
	if err != nil {
		return nil, err
	}
	if doc.trailing() > 0 {
		return nil, ErrBytesAfterEnd
	}
	u := newUpdate(doc)
	if err := u.addSignature(s, o); err != nil {
		return nil, err
	}
	return u.sign(s)
}

func (s Signer) usableAt(t time.Time) error {
	if s.Key == nil || s.Certificate == nil {
		return ErrNoKey
	}
	if err := s.keyFits(); err != nil {
		return err
	}
	if t.Before(s.Certificate.NotBefore) || t.After(s.Certificate.NotAfter) {
		return ErrNotValidAtTime
	}
	if !mayUseForSigning(s.Certificate) {
		return ErrKeyUsage
	}
	return nil
}

func (s Signer) keyFits() error {
	switch pub := s.Key.Public().(type) {
	case *rsa.PublicKey:
		if pub.N.BitLen() < 2048 {
			return ErrKeyType
		}
		if !pub.Equal(s.Certificate.PublicKey) {
			return ErrKeyMismatch
		}
	case *ecdsa.PublicKey:
		if pub.Curve != elliptic.P256() {
			return ErrKeyType
		}
		if !pub.Equal(s.Certificate.PublicKey) {
			return ErrKeyMismatch
		}
	default:
		return ErrKeyType
	}
	return nil
}

// mayUseForSigning: a certificate without key usage may be used for anything.
func mayUseForSigning(c *x509.Certificate) bool {
	return c.KeyUsage == 0 || c.KeyUsage&(x509.KeyUsageDigitalSignature|x509.KeyUsageContentCommitment) != 0
}

// update is a revision in the making: objects to append to a document.
type update struct {
	doc     *document
	view    view
	next    int // next free object number
	objects []numbered
	sig     int // object number of the signature dictionary
}

type numbered struct {
	ref ref
	obj any
}

func newUpdate(doc *document) *update {
	return &update{doc: doc, view: doc.latest(), next: doc.size()}
}

func (u *update) reserve() ref {
	u.next++
	return ref{u.next - 1, 0}
}

func (u *update) put(r ref, obj any) { u.objects = append(u.objects, numbered{r, obj}) }

// addSignature puts the signature dictionary, its field and what shows and registers them.
func (u *update) addSignature(s Signer, o Options) error {
	fields, err := u.view.signatureFields()
	if err != nil {
		return err
	}
	if err := checkField(fields, o); err != nil {
		return err
	}
	pageNumber := 1
	if o.Appearance != nil {
		pageNumber = o.Appearance.Page
	}
	page, err := u.view.page(pageNumber)
	if err != nil {
		return err
	}
	sig, field := u.reserve(), u.reserve()
	u.sig = sig.num
	u.put(sig, signatureDict(s, o))
	u.put(field, u.fieldDict(o, sig, page))
	if err := u.annotate(page, field); err != nil {
		return err
	}
	return u.register(field, sig, o.Certify)
}

func checkField(fields []signatureField, o Options) error {
	if o.Field == "" || strings.ContainsAny(o.Field, ".\x00") || len(o.Field) > 100 {
		return ErrFieldName
	}
	signed := false
	for _, f := range fields {
		if f.name == o.Field {
			return ErrFieldExists
		}
		signed = signed || f.value != nil
		if docMDP(f.value) == 1 {
			return ErrNoChanges
		}
	}
	if signed && o.Certify {
		return ErrAlreadySigned
	}
	return nil
}

const byteRangePlaceholder = "[0 ********** ********** **********]"

// signatureDict has its placeholders before any text of the caller, see [update.sign].
func signatureDict(s Signer, o Options) dict {
	d := dict{
		{"Type", name("Sig")},
		{"Filter", name("Adobe.PPKLite")},
		{"SubFilter", name(subFilterCAdES)},
		{"ByteRange", verbatim(byteRangePlaceholder)},
		{"Contents", verbatim("<" + strings.Repeat("0", 2*cmsSpace(s)) + ">")},
		{"M", pdfDate(o.Time)},
	}
	for _, f := range []entry{{"Name", o.Name}, {"Reason", o.Reason}, {"Location", o.Location}} {
		if text := f.value.(string); text != "" {
			d = append(d, entry{f.key, textString(text)})
		}
	}
	if o.Certify {
		params := dict{{"Type", name("TransformParams")}, {"P", number("2")}, {"V", name("1.2")}}
		d = append(d, entry{"Reference", array{dict{
			{"Type", name("SigRef")}, {"TransformMethod", name("DocMDP")}, {"TransformParams", params},
		}}})
	}
	return d
}

// fieldDict is the signature field merged with its only widget. Flags: print, locked.
func (u *update) fieldDict(o Options, sig, page ref) dict {
	d := dict{
		{"Type", name("Annot")},
		{"Subtype", name("Widget")},
		{"FT", name("Sig")},
		{"T", textString(o.Field)},
		{"F", number("132")},
		{"P", page},
		{"V", sig},
	}
	if o.Appearance == nil {
		return append(d, entry{"Rect", array{number("0"), number("0"), number("0"), number("0")}})
	}
	form := u.reserve()
	u.put(form, o.Appearance.form())
	return append(d, entry{"Rect", o.Appearance.Rect.array()}, entry{"AP", dict{{"N", form}}})
}

func (u *update) annotate(page, field ref) error {
	d, err := u.view.dict(page)
	if err != nil {
		return err
	}
	annots, err := u.view.array(d.get("Annots"))
	if err != nil {
		return err
	}
	u.put(page, d.with("Annots", append(annots[:len(annots):len(annots)], field)))
	return nil
}

// register enters the field in the form of the document catalog.
func (u *update) register(field, sig ref, certify bool) error {
	root, _ := u.doc.trailer().get("Root").(ref)
	catalog, err := u.view.dict(root)
	if err != nil {
		return err
	}
	form, err := u.view.dict(catalog.get("AcroForm"))
	if err != nil {
		return err
	}
	fields, err := u.view.array(form.get("Fields"))
	if err != nil {
		return err
	}
	form = form.with("Fields", append(fields[:len(fields):len(fields)], field)).with("SigFlags", number("3"))
	formRef, indirect := catalog.get("AcroForm").(ref)
	if indirect {
		u.put(formRef, form)
	} else {
		catalog = catalog.with("AcroForm", form)
	}
	if certify {
		catalog = catalog.with("Perms", dict{{"DocMDP", sig}})
	}
	if len(fields) == 0 && u.doc.version() < "1.7" {
		catalog = catalog.with("Version", name("1.7"))
	}
	u.put(root, catalog)
	return nil
}

// sign writes the revision, fills in the byte range, and puts the signature of all other bytes
// into its place.
func (u *update) sign(s Signer) ([]byte, error) {
	out, at := u.bytes()
	if len(out) > MaxFileSize {
		return nil, ErrTooLarge
	}
	dict := out[at:]
	open := at + bytes.Index(dict, []byte("/Contents ")) + len("/Contents ")
	end := open + bytes.IndexByte(out[open:], '>') + 1
	text := fmt.Sprintf("[0 %d %d %d]", open, end, len(out)-end)
	copy(dict[bytes.Index(dict, []byte(byteRangePlaceholder)):], fmt.Sprintf("%-*s", len(byteRangePlaceholder), text))

	h := sha256.New()
	h.Write(out[:open])
	h.Write(out[end:])
	cms, err := signCMS(h.Sum(nil), s)
	if err != nil {
		return nil, err
	}
	if 2*len(cms) > end-open-2 {
		return nil, fmt.Errorf("signature of %d bytes does not fit", len(cms))
	}
	hex.Encode(out[open+1:], cms)
	return out, nil
}

// bytes is the document with the update appended, and the offset of the signature dictionary.
func (u *update) bytes() (out []byte, sigAt int) {
	b := bytes.NewBuffer(make([]byte, 0, len(u.doc.data)+64<<10))
	b.Write(u.doc.data)
	if !bytes.HasSuffix(u.doc.data, []byte("\n")) {
		b.WriteByte('\n')
	}
	offsets := map[int]xrefEntry{}
	for _, o := range u.objects {
		offsets[o.ref.num] = xrefEntry{offset: b.Len(), gen: o.ref.gen, inUse: true}
		if o.ref.num == u.sig {
			sigAt = b.Len()
		}
		fmt.Fprintf(b, "%d %d obj\n", o.ref.num, o.ref.gen)
		write(b, o.obj)
		b.WriteString("\nendobj\n")
	}
	at := b.Len()
	writeXref(b, offsets)
	b.WriteString("trailer\n")
	write(b, u.doc.trailer().with("Size", integer(u.next)).with("Prev", integer(u.doc.last().xref)))
	fmt.Fprintf(b, "\nstartxref\n%d\n%%%%EOF\n", at)
	return b.Bytes(), sigAt
}
