package pades_test

import (
	"bytes"
	"crypto/rand"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"github.com/smallstep/pkcs7"

	"accordo.dev/internal/report/pades"
)

var (
	issued = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	now    = time.Date(2026, 11, 25, 10, 15, 0, 0, time.UTC)
	year   = 365 * 24 * time.Hour
)

// office is a small organisation: its authority and its two signers.
type office struct {
	ca        *pades.TestCA
	ciso, cio pades.Signer
}

var theOffice = sync.OnceValue(func() office {
	ca, err := pades.NewTestCA("Demo Root", issued, 10*year, rand.Reader)
	if err != nil {
		panic(err)
	}
	below, err := ca.IssueCA(pades.Request{Subject: pkix.Name{CommonName: "Demo Signing"}, Serial: 2, NotBefore: issued, Validity: 5 * year})
	if err != nil {
		panic(err)
	}
	ciso, err := below.Issue(pades.Request{Subject: pkix.Name{CommonName: "Giulia Serra", OrganizationalUnit: []string{"CISO"}}, Serial: 10, NotBefore: issued, Validity: year})
	if err != nil {
		panic(err)
	}
	cio, err := below.Issue(pades.Request{Subject: pkix.Name{CommonName: "Niccolò Dané", OrganizationalUnit: []string{"CIO"}}, Serial: 11, NotBefore: issued, Validity: year, RSA: true})
	if err != nil {
		panic(err)
	}
	return office{ca, ciso, cio}
})

func (o office) trust() pades.Trust { return pades.Trust{Roots: o.ca.Pool(), Now: now} }

// board is a board report of two pages as our PDF writer makes it.
func board(t testing.TB) []byte {
	t.Helper()
	f := fpdf.New("P", "mm", "A4", "")
	f.SetCreationDate(now)
	f.SetModificationDate(now)
	f.SetFont("Helvetica", "", 12)
	for i := range 2 {
		f.AddPage()
		f.Cell(40, 10, fmt.Sprintf("Board report, page %d", i+1))
		f.Bookmark(fmt.Sprint("Page ", i+1), 0, 0)
	}
	f.LinkString(10, 40, 30, 10, "https://example.org/")
	f.SetAttachments([]fpdf.Attachment{
		{Content: []byte(`{"figures":[1,2,3]}`), Filename: "manifest.json", Description: "Manifest"},
		{Content: bytes.Repeat([]byte("x"), 100_000), Filename: "perché.txt"},
	})
	var b bytes.Buffer
	if err := f.Output(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func box(left float64, lines ...string) *pades.Appearance {
	return &pades.Appearance{Page: 2, Rect: pades.Rect{Left: left, Bottom: 60, Right: left + 200, Top: 120}, Lines: lines}
}

func sign(t testing.TB, pdf []byte, s pades.Signer, o pades.Options) []byte {
	t.Helper()
	if o.Time.IsZero() {
		o.Time = now
	}
	out, err := pades.Sign(pdf, s, o)
	if err != nil {
		t.Fatalf("sign %s: %v", o.Field, err)
	}
	return out
}

// signedTwice is the report with both signatures; the first return value has only the CISO's.
func signedTwice(t testing.TB) (once, twice []byte) {
	o := theOffice()
	once = sign(t, board(t), o.ciso, pades.Options{
		Field: "CISO", Name: "Giulia Serra", Reason: "Attestazione di conformità", Location: "Forlì", Certify: true,
		Appearance: box(40, "Giulia Serra", "Chief Information Security Officer", "25 novembre 2026", "Perché è così: attestazione di conformità"),
	})
	twice = sign(t, once, o.cio, pades.Options{
		Field: "CIO", Name: "Niccolò Dané", Reason: "Approval", Time: now.Add(time.Hour),
		Appearance: box(300, "Niccolò Dané", "Chief Information Officer"),
	})
	return once, twice
}

func verify(t testing.TB, pdf []byte) pades.Report {
	t.Helper()
	r, err := pades.Verify(pdf, theOffice().trust())
	if err != nil {
		t.Fatalf("verify: %v", err)
	}
	return r
}

func TestTwoSignersBothPass(t *testing.T) {
	unsigned := board(t)
	once, twice := signedTwice(t)
	if !bytes.HasPrefix(once, unsigned) || !bytes.HasPrefix(twice, once) {
		t.Fatal("signing rewrote earlier bytes")
	}
	r := verify(t, twice)
	if r.Status != pades.TotalPassed || len(r.Signatures) != 2 || len(r.Revisions) != 3 {
		t.Fatalf("got %+v, want two passed signatures in three revisions", r)
	}
	first, second := r.Signatures[0], r.Signatures[1]
	for i, s := range r.Signatures {
		if s.Status != pades.TotalPassed || !s.ByteRangeCorrect || !s.DigestMatches || !s.SignatureValid || !s.CertificateBound ||
			s.Level != pades.LevelBB || s.Chain != pades.ChainTrusted || s.Page != 2 || s.Revision != i+2 {
			t.Errorf("signature %d: got %+v", i+1, s)
		}
	}
	if first.Field != "CISO" || first.Name != "Giulia Serra" || first.Location != "Forlì" || !first.ClaimedTime.Equal(now) ||
		first.CoversWholeFile || first.Certification != 2 || first.Certificate.Serial != "a" {
		t.Errorf("first: got %+v", first)
	}
	if second.Field != "CIO" || second.Name != "Niccolò Dané" || !second.CoversWholeFile || !strings.Contains(second.Certificate.Subject, "Niccolò Dané") {
		t.Errorf("second: got %+v", second)
	}
}

func TestOneSignatureOfEachKeyType(t *testing.T) {
	o := theOffice()
	for _, s := range []pades.Signer{o.ciso, o.cio} {
		r := verify(t, sign(t, board(t), s, pades.Options{Field: "Board"}))
		if r.Status != pades.TotalPassed || !r.Signatures[0].CoversWholeFile || r.Signatures[0].Page != 0 {
			t.Errorf("%T: got %+v", s.Key, r)
		}
	}
}

func TestSignRefuses(t *testing.T) {
	o := theOffice()
	once, _ := signedTwice(t)
	other := pades.Signer{Key: o.cio.Key, Certificate: o.ciso.Certificate}
	cases := []struct {
		name string
		pdf  []byte
		s    pades.Signer
		o    pades.Options
		want error
	}{
		{"field exists", once, o.cio, pades.Options{Field: "CISO", Time: now}, pades.ErrFieldExists},
		{"no field name", once, o.cio, pades.Options{Time: now}, pades.ErrFieldName},
		{"dotted field name", once, o.cio, pades.Options{Field: "a.b", Time: now}, pades.ErrFieldName},
		{"second certification", once, o.cio, pades.Options{Field: "CIO", Time: now, Certify: true}, pades.ErrAlreadySigned},
		{"no such page", once, o.cio, pades.Options{Field: "CIO", Time: now, Appearance: &pades.Appearance{Page: 3}}, pades.ErrPage},
		{"key of somebody else", once, other, pades.Options{Field: "CIO", Time: now}, pades.ErrKeyMismatch},
		{"expired", once, o.cio, pades.Options{Field: "CIO", Time: now.Add(2 * year)}, pades.ErrNotValidAtTime},
		{"authority", once, pades.Signer{}, pades.Options{Field: "CIO", Time: now}, pades.ErrNoKey},
		{"bytes after the end", append(bytes.Clone(once), "%\n"...), o.cio, pades.Options{Field: "CIO", Time: now}, pades.ErrBytesAfterEnd},
		{"not a pdf", []byte("hello"), o.cio, pades.Options{Field: "CIO", Time: now}, pades.ErrMalformed},
	}
	for _, c := range cases {
		if _, err := pades.Sign(c.pdf, c.s, c.o); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, err, c.want)
		}
	}
}

// tool finds an outside program; without it the test is skipped, but not in CI.
func tool(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil && os.Getenv("CI") == "true" {
		t.Fatalf("%s not found, and CI needs it", name)
	}
	if err != nil {
		t.Skipf("%s not found, skipped", name)
	}
	return path
}

func file(t *testing.T, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestPdfsigAcceptsBothSignatures(t *testing.T) {
	pdfsig := tool(t, "pdfsig")
	_, twice := signedTwice(t)
	out, err := exec.Command(pdfsig, "-no-ocsp", file(t, "board.pdf", twice)).CombinedOutput()
	if err != nil {
		t.Fatalf("pdfsig: %v\n%s", err, out)
	}
	text := string(out)
	for want, times := range map[string]int{
		"Signature is Valid":          2,
		"ETSI.CAdES.detached":         2,
		"SHA-256":                     2,
		"Not total document signed":   1,
		"  - Total document signed":   1,
		"Digest Mismatch":             0,
		"Signer Certificate Common":   2,
		"Signature Field Name: CISO":  1,
		"Signature Field Name: CIO\n": 1,
		"Syntax":                      0,
	} {
		if got := strings.Count(text, want); got != times {
			t.Errorf("pdfsig says %q %d times, want %d\n%s", want, got, times, text)
		}
	}
}

func TestReadersAcceptTheFile(t *testing.T) {
	pdftotext := tool(t, "pdftotext")
	_, twice := signedTwice(t)
	out, err := exec.Command(pdftotext, file(t, "board.pdf", twice), "-").CombinedOutput()
	if err != nil || !strings.Contains(string(out), "Perché è così: attestazione di conformità") || strings.Contains(string(out), "Error") {
		t.Errorf("got %v\n%s", err, out)
	}
}

// detached cuts a signature out of the file, without using the package under test.
func detached(t *testing.T, pdf []byte, index int) (cms, content []byte) {
	t.Helper()
	m := regexp.MustCompile(`/ByteRange \[0 (\d+) (\d+) (\d+)\]`).FindAllSubmatch(pdf, -1)[index]
	var a, b, n int
	if _, err := fmt.Sscan(string(bytes.Join(m[1:], []byte(" "))), &a, &b, &n); err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Sscanf(string(pdf[a+1:b-1]), "%x", &cms); err != nil {
		t.Fatal(err)
	}
	length := int(cms[2])<<8 + int(cms[3]) + 4
	return cms[:length], append(bytes.Clone(pdf[:a]), pdf[b:b+n]...)
}

func TestOtherImplementationAcceptsTheSignatures(t *testing.T) {
	_, twice := signedTwice(t)
	for i := range 2 {
		cms, content := detached(t, twice, i)
		p, err := pkcs7.Parse(cms)
		if err != nil {
			t.Fatal(err)
		}
		p.Content = content
		if err := p.VerifyWithChainAtTime(theOffice().ca.Pool(), now); err != nil {
			t.Errorf("signature %d: %v", i+1, err)
		}
		p.Content = append(content, 'x')
		if err := p.Verify(); err == nil {
			t.Errorf("signature %d: accepted for other content", i+1)
		}
	}
}

func TestOpenSSLAcceptsTheSignatures(t *testing.T) {
	openssl := tool(t, "openssl")
	_, twice := signedTwice(t)
	root, _, err := pades.Signer{Key: theOffice().cio.Key, Certificate: theOffice().ca.Certificate}.PEM()
	if err != nil {
		t.Fatal(err)
	}
	for i := range 2 {
		cms, content := detached(t, twice, i)
		out, err := exec.Command(openssl, "cms", "-verify", "-cades", "-binary", "-inform", "DER", "-in", file(t, "s.der", cms), "-content", file(t, "c.bin", content),
			"-CAfile", file(t, "ca.pem", root), "-purpose", "any", "-attime", fmt.Sprint(now.Unix()), "-out", os.DevNull).CombinedOutput()
		if err != nil {
			t.Errorf("signature %d: %v\n%s", i+1, err, out)
		}
	}
}

func TestAttachmentsAreRead(t *testing.T) {
	_, twice := signedTwice(t)
	for _, pdf := range [][]byte{board(t), twice} {
		all, err := pades.Attachments(pdf)
		if err != nil || len(all) != 2 {
			t.Fatalf("got %v, %v", all, err)
		}
		if all[0].Name != "manifest.json" || all[0].Description != "Manifest" || string(all[0].Content) != `{"figures":[1,2,3]}` {
			t.Errorf("got %+v", all[0])
		}
		if all[1].Name != "perché.txt" || len(all[1].Content) != 100_000 {
			t.Errorf("got %q of %d bytes", all[1].Name, len(all[1].Content))
		}
	}
}

func BenchmarkSign(b *testing.B) {
	pdf := board(b)
	b.SetBytes(int64(len(pdf)))
	for b.Loop() {
		sign(b, pdf, theOffice().ciso, pades.Options{Field: "CISO"})
	}
}

func BenchmarkVerifyTwoSignatures(b *testing.B) {
	_, pdf := signedTwice(b)
	b.SetBytes(int64(len(pdf)))
	for b.Loop() {
		verify(b, pdf)
	}
}
