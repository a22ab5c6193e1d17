package pades_test

import (
	"bytes"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"accordo.dev/internal/report/pades"
)

func reasons(s pades.Signature) string {
	var r []string
	for _, f := range s.Findings {
		r = append(r, string(f.Reason))
	}
	return strings.Join(r, " ")
}

func sorted(words string) string {
	list := strings.Fields(words)
	slices.Sort(list)
	return strings.Join(list, " ")
}

// Whatever byte of the signed file is changed to whatever value, the document no longer passes.
func TestEveryChangedByteIsDetected(t *testing.T) {
	_, pdf := signedTwice(t)
	trust := theOffice().trust()
	rapid.Check(t, func(t *rapid.T) {
		first := rapid.IntRange(0, 1999).Draw(t, "first")
		xor := rapid.ByteRange(1, 255).Draw(t, "xor")
		for at := first; at < len(pdf); at += 2000 {
			changed := bytes.Clone(pdf)
			changed[at] ^= xor
			requireDetected(t, changed, trust, at)
		}
	})
}

type failer interface{ Fatalf(string, ...any) }

func requireDetected(t failer, changed []byte, trust pades.Trust, at int) {
	r, err := pades.Verify(changed, trust)
	if err != nil || r.Status != pades.TotalFailed {
		t.Fatalf("byte %d changed: got %s %v %+v, want %s", at, r.Status, err, r.Signatures, pades.TotalFailed)
	}
}

// The signature value is the only place the signatures themselves do not cover.
func TestEveryChangedDigitOfTheSignatureValuesIsDetected(t *testing.T) {
	_, pdf := signedTwice(t)
	trust := theOffice().trust()
	for _, m := range regexp.MustCompile(`/Contents <[0-9a-f]+>`).FindAllIndex(pdf, -1) {
		for at := m[0]; at < m[1]; at += 7 {
			changed := bytes.Clone(pdf)
			changed[at] ^= 1 << (at % 8)
			requireDetected(t, changed, trust, at)
		}
		// each bit of the bytes that are mostly tags, versions and lengths
		for at := m[0] + len("/Contents <"); at < m[1]-1; at += 2 {
			if !strings.Contains("01 02 05 30 31 80 81 82 a0", string(pdf[at:at+2])) {
				continue
			}
			value, _ := strconv.ParseUint(string(pdf[at:at+2]), 16, 8)
			for bit := range 8 {
				changed := bytes.Clone(pdf)
				copy(changed[at:], fmt.Sprintf("%02x", value^1<<bit))
				requireDetected(t, changed, trust, at)
			}
		}
	}
}

func TestReportNamesWhatFailsAndWhy(t *testing.T) {
	unsigned := board(t)
	once, twice := signedTwice(t)
	padding := bytes.LastIndex(twice, []byte("0>")) // last zero of the second value
	cases := []struct {
		name          string
		change        func([]byte) []byte
		first, second string // reasons
	}{
		{"page content", flipAt(bytes.Index(unsigned, []byte("stream")) + 10), "content-changed", "content-changed"},
		{"reason of the second signer", replace("(Approval)", "(Approvel)"), "", "content-changed"},
		{"padding", func(b []byte) []byte { b[padding] = '1'; return b }, "", "padding-not-zero"},
		{"comment inside the last revision", insertBeforeTable("% hidden\n"), "hidden-bytes", "wrong-byte-range"},
		{"object inside the last revision", insertBeforeTable("99 0 obj\n(hidden)\nendobj\n"), "hidden-bytes", "wrong-byte-range"},
		{"page of the last revision", replaceLast("/Contents 10 0 R", "/Contents 11 0 R"), "object-changed", "content-changed"},
		{"form of the last revision", replaceLast("/SigFlags 3", "/SigFlags 1"), "object-changed", "content-changed"},
		{"action on the last field", replaceLast("/F 132", "/A (x)"), "object-added", "content-changed"},
		{"certification closed", replace("/P 2", "/P 1"), "content-changed changes-forbidden", "content-changed"},
		{"comment appended", extend("% approved\n"), "bytes-after-end", "bytes-after-end"},
		{"line end appended", extend("\n"), "bytes-after-end", "bytes-after-end"},
		{"another end of file appended", extend(fmt.Sprintf("startxref\n%d\n%%%%EOF\n", startxref(t, twice))), "bytes-after-end", "bytes-after-end"},
		{"last byte cut", func(b []byte) []byte { return b[:len(b)-1] }, "", "wrong-byte-range"},
		{"table of the last revision broken", flipAt(startxref(t, twice)), "malformed-document", "content-changed malformed-document"},
		{"second signature cut off", func([]byte) []byte { return bytes.Clone(once) }, "", "-"},
	}
	for _, c := range cases {
		r := verify(t, c.change(bytes.Clone(twice)))
		got := [2]string{"-", "-"}
		for i, s := range r.Signatures {
			got[i] = reasons(s)
		}
		if want := [2]string{c.first, c.second}; got != want {
			t.Errorf("%s: got %q, want %q", c.name, got, want)
		}
	}
}

func flipAt(at int) func([]byte) []byte {
	return func(b []byte) []byte { b[at] ^= 1; return b }
}

func replace(old, new string) func([]byte) []byte {
	return func(b []byte) []byte { return bytes.Replace(b, []byte(old), []byte(new), 1) }
}

func replaceLast(old, new string) func([]byte) []byte {
	return func(b []byte) []byte {
		copy(b[bytes.LastIndex(b, []byte(old)):], new)
		return b
	}
}

func extend(text string) func([]byte) []byte {
	return func(b []byte) []byte { return append(b, text...) }
}

// insertBeforeTable keeps the file readable: only the place of the last table moves.
func insertBeforeTable(text string) func([]byte) []byte {
	return func(b []byte) []byte {
		at := bytes.LastIndex(b, []byte("xref\n"))             // of startxref
		at = bytes.LastIndex(b[:at-5], []byte("\nxref\n")) + 1 // of the table
		moved := fmt.Sprintf("startxref\n%d\n%%%%EOF\n", at+len(text))
		tail := string(b[at:bytes.LastIndex(b, []byte("startxref"))])
		return append(b[:at:at], text+tail+moved...)
	}
}

func startxref(t testing.TB, pdf []byte) int {
	t.Helper()
	m := regexp.MustCompile(`startxref\n(\d+)\n%%EOF\n$`).FindSubmatch(pdf)
	if m == nil {
		t.Fatal("no startxref")
	}
	n, _ := strconv.Atoi(string(m[1]))
	return n
}

// appendRevision adds an incremental update with these objects, as an attacker would.
func appendRevision(t testing.TB, pdf []byte, trailer string, objects map[int]string) []byte {
	t.Helper()
	b := bytes.NewBuffer(bytes.Clone(pdf))
	table := ""
	for num, body := range objects {
		table += fmt.Sprintf("%d 1\n%010d 00000 n \n", num, b.Len())
		fmt.Fprintf(b, "%d 0 obj\n%s\nendobj\n", num, body)
	}
	at := b.Len()
	fmt.Fprintf(b, "xref\n%strailer\n%s\nstartxref\n%d\n%%%%EOF\n", table, strings.ReplaceAll(trailer, "PREV", strconv.Itoa(startxref(t, pdf))), at)
	return b.Bytes()
}

// object finds the last version of an object whose text matches.
func object(t testing.TB, pdf []byte, contains string) (num int, body string) {
	t.Helper()
	for _, m := range regexp.MustCompile(`(?s)(\d+) 0 obj\n(.*?)\nendobj`).FindAllSubmatch(pdf, -1) {
		if bytes.Contains(m[2], []byte(contains)) {
			num, _ = strconv.Atoi(string(m[1]))
			body = string(m[2])
		}
	}
	if num == 0 {
		t.Fatalf("no object with %q", contains)
	}
	return num, body
}

func trailerOf(t testing.TB, pdf []byte) string {
	t.Helper()
	m := regexp.MustCompile(`(?s)trailer\n(<<.*?>>)`).FindAllSubmatch(pdf, -1)
	return regexp.MustCompile(`/Prev \d+`).ReplaceAllString(string(m[len(m)-1][1]), "/Prev PREV")
}

// shadow attacks by somebody without a key: a revision after the last signature.
func TestUnsignedRevisionFails(t *testing.T) {
	_, pdf := signedTwice(t)
	page, pageBody := object(t, pdf, "/Type /Page\n")
	catalog, catalogBody := object(t, pdf, "/Type /Catalog")
	field, fieldBody := object(t, pdf, "/FT /Sig")
	cases := map[string]map[int]string{
		"page content swapped":      {page: regexp.MustCompile(`/Contents \d+`).ReplaceAllString(pageBody, "/Contents 90"), 90: "<</Length 0>>\nstream\n\nendstream"},
		"form removed":              {catalog: regexp.MustCompile(`(?s)/AcroForm <<.*?>>`).ReplaceAllString(catalogBody, "")},
		"field points elsewhere":    {field: strings.Replace(fieldBody, "/V ", "/V 91 0 R /X ", 1)},
		"appearance drawn anew":     {field: regexp.MustCompile(`(?s)/AP <<.*?>>`).ReplaceAllString(fieldBody, "")},
		"second field, old value":   {92: fieldBody, catalog: strings.Replace(catalogBody, "/Fields [", "/Fields [92 0 R ", 1)},
		"object nobody needs":       {93: "(hello)"},
		"nothing but a new trailer": {},
	}
	for name, objects := range cases {
		r := verify(t, appendRevision(t, pdf, trailerOf(t, pdf), objects))
		if r.Status != pades.TotalFailed || len(r.Signatures) != 2 {
			t.Errorf("%s: got %s with %d signatures, want a failure", name, r.Status, len(r.Signatures))
			continue
		}
		for _, s := range r.Signatures {
			if !s.DigestMatches || !s.SignatureValid || !strings.Contains(reasons(s), "unsigned-revision") {
				t.Errorf("%s: got %q for %s, want the unsigned revision named", name, reasons(s), s.Field)
			}
		}
	}
}

// shadow attacks by the second signer: the update that carries the signature also changes content.
func TestSecondSignerMayOnlySign(t *testing.T) {
	once, _ := signedTwice(t)
	page, pageBody := object(t, once, "/Type /Page\n")
	swapped := appendRevision(t, once, trailerOf(t, once), map[int]string{
		page: regexp.MustCompile(`/Contents \d+`).ReplaceAllString(pageBody, "/Contents 90"),
		90:   "<</Length 0>>\nstream\n\nendstream",
	})
	info, _ := object(t, once, "/Producer")
	hidden := appendRevision(t, once, trailerOf(t, once), map[int]string{info: "<</Title (other)>>"})
	extra := appendRevision(t, once, trailerOf(t, once), map[int]string{93: "(hello)"})
	for _, c := range []struct {
		pdf  []byte
		want string
	}{
		{swapped, "unsigned-revision object-changed object-added"},
		{hidden, "unsigned-revision object-changed"},
		{extra, "unsigned-revision object-added"},
	} {
		r := verify(t, sign(t, c.pdf, theOffice().cio, pades.Options{Field: "CIO"}))
		got, second := reasons(r.Signatures[0]), r.Signatures[1]
		if sorted(got) != sorted(c.want) || second.Status != pades.TotalPassed {
			t.Errorf("got %q and %s, want %q", got, second.Status, c.want)
		}
	}
	covering := box(60, "Forged figure")
	huge := &pades.Appearance{Page: 1, Rect: pades.Rect{Left: 0, Bottom: 0, Right: 595, Top: 842}}
	for _, a := range []*pades.Appearance{covering, huge} {
		r := verify(t, sign(t, once, theOffice().cio, pades.Options{Field: "CIO", Appearance: a}))
		if got := reasons(r.Signatures[0]); got != "widget-overlap" {
			t.Errorf("box %v: got %q, want widget-overlap", a.Rect, got)
		}
	}
}

func TestChainDecidesBetweenPassedAndIndeterminate(t *testing.T) {
	_, pdf := signedTwice(t)
	o := theOffice()
	root, _, err := pades.Signer{Key: o.cio.Key, Certificate: o.ca.Certificate}.PEM()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("SSL_CERT_FILE", file(t, "roots.pem", root)) // the machine's roots must not count
	stranger, err := pades.NewTestCA("Demo Root", issued, year, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		name   string
		trust  pades.Trust
		status pades.Status
		chain  pades.ChainStatus
		reason string
	}{
		{"trusted", pades.Trust{Roots: o.ca.Pool(), Now: now}, pades.TotalPassed, pades.ChainTrusted, ""},
		{"no roots", pades.Trust{Now: now}, pades.Indeterminate, pades.ChainUntrusted, "untrusted-chain"},
		{"empty roots", pades.Trust{Roots: x509.NewCertPool(), Now: now}, pades.Indeterminate, pades.ChainUntrusted, "untrusted-chain"},
		{"root of the same name", pades.Trust{Roots: stranger.Pool(), Now: now}, pades.Indeterminate, pades.ChainUntrusted, "untrusted-chain"},
		{"expired", pades.Trust{Roots: o.ca.Pool(), Now: now.Add(2 * year)}, pades.Indeterminate, pades.ChainExpired, "certificate-expired"},
		{"no time", pades.Trust{Roots: o.ca.Pool()}, pades.Indeterminate, pades.ChainUntrusted, "untrusted-chain"},
	}
	for _, c := range cases {
		r, err := pades.Verify(pdf, c.trust)
		if err != nil {
			t.Fatal(err)
		}
		if s := r.Signatures[1]; r.Status != c.status || s.Chain != c.chain || reasons(s) != c.reason || !s.SignatureValid {
			t.Errorf("%s: got %s %s %q, want %s %s %q", c.name, r.Status, s.Chain, reasons(s), c.status, c.chain, c.reason)
		}
	}
}

// A signature made with one key under the certificate of another person.
func TestCertificateOfSomebodyElseFails(t *testing.T) {
	o := theOffice()
	again, err := o.ca.Issue(pades.Request{Subject: pkix.Name{CommonName: "Giulia Serra"}, Serial: 10, NotBefore: issued, Validity: year})
	if err != nil {
		t.Fatal(err)
	}
	pdf := sign(t, board(t), again, pades.Options{Field: "CISO"})
	twin := again
	for twin.Certificate == again.Certificate || len(twin.Certificate.Raw) != len(again.Certificate.Raw) {
		if twin, err = o.ca.Issue(pades.Request{Subject: pkix.Name{CommonName: "Giulia Serra"}, Serial: 10, NotBefore: issued, Validity: year}); err != nil {
			t.Fatal(err)
		}
	}
	a, b := fmt.Sprintf("%x", again.Certificate.Raw), fmt.Sprintf("%x", twin.Certificate.Raw)
	r := verify(t, bytes.Replace(pdf, []byte(a), []byte(b), 1))
	if got := reasons(r.Signatures[0]); got != "certificate-mismatch signature-invalid" {
		t.Errorf("got %q", got)
	}
}

func TestUnsignedDocumentIsIndeterminate(t *testing.T) {
	r := verify(t, board(t))
	if r.Status != pades.Indeterminate || len(r.Findings) != 1 || r.Findings[0].Reason != pades.NoSignature {
		t.Errorf("got %+v", r)
	}
}

func FuzzVerify(f *testing.F) {
	once, twice := signedTwice(f)
	for _, seed := range [][]byte{board(f), once, twice, []byte("%PDF-1.4\nstartxref\n0\n%%EOF"), []byte("%PDF-1.4 1 0 obj<</Contents<00>/ByteRange[0 0 0 0]>>endobj")} {
		f.Add(seed)
	}
	f.Add([]byte("%PDF-1.4\n1 0 obj\n" + strings.Repeat("[", 1000) + "\nendobj\n"))
	trust := theOffice().trust()
	f.Fuzz(func(t *testing.T, data []byte) {
		if r, err := pades.Verify(data, trust); err == nil && r.Status == pades.TotalPassed && !bytes.Equal(data, once) && !bytes.Equal(data, twice) {
			t.Errorf("passed: %q", data)
		}
		_, _ = pades.Attachments(data)
		_, _ = pades.Sign(data, theOffice().ciso, pades.Options{Field: "Fuzz", Time: now})
	})
}
