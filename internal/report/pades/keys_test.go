package pades_test

import (
	"crypto/rand"
	"crypto/x509/pkix"
	"errors"
	"os/exec"
	"testing"
	"time"

	"accordo.dev/internal/problem"
	"accordo.dev/internal/report/pades"
)

func TestPKCS12GivesTheSignerBack(t *testing.T) {
	for _, s := range []pades.Signer{theOffice().ciso, theOffice().cio} {
		data, err := s.PKCS12(rand.Reader, "segreto è")
		if err != nil {
			t.Fatal(err)
		}
		got, err := pades.LoadPKCS12(data, "segreto è")
		if err != nil || !got.Certificate.Equal(s.Certificate) || len(got.Chain) != 1 || !got.Chain[0].Equal(s.Chain[0]) {
			t.Errorf("got %+v, %v", got, err)
		}
		if _, err := pades.LoadPKCS12(data, "other"); !errors.Is(err, pades.ErrWrongPassword) {
			t.Errorf("got %v, want %v", err, pades.ErrWrongPassword)
		}
		if r := verify(t, sign(t, board(t), got, pades.Options{Field: "CISO"})); r.Status != pades.TotalPassed {
			t.Errorf("got %s with the loaded key", r.Status)
		}
	}
	if _, err := pades.LoadPKCS12([]byte("garbage"), ""); !errors.Is(err, pades.ErrKeyFile) {
		t.Errorf("got %v, want %v", err, pades.ErrKeyFile)
	}
}

func TestPEMGivesTheSignerBack(t *testing.T) {
	o := theOffice()
	certs, key, err := o.cio.PEM()
	if err != nil {
		t.Fatal(err)
	}
	otherCerts, otherKey, err := o.ciso.PEM()
	if err != nil {
		t.Fatal(err)
	}
	got, err := pades.LoadPEM(append(otherCerts, certs...), key, "")
	if err != nil || !got.Certificate.Equal(o.cio.Certificate) || len(got.Chain) != 1 {
		t.Errorf("got %+v, %v", got, err)
	}
	for _, c := range []struct {
		name       string
		certs, key []byte
		want       error
	}{
		{"key of somebody else", certs, otherKey, pades.ErrKeyMismatch},
		{"no key", certs, certs, pades.ErrNoKey},
		{"no certificate", key, key, pades.ErrNoCertificate},
		{"broken key", certs, []byte("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"), pades.ErrKeyFile},
	} {
		_, err := pades.LoadPEM(c.certs, c.key, "")
		if _, isProblem := problem.As(err); !errors.Is(err, c.want) || !isProblem {
			t.Errorf("%s: got %v, want %v", c.name, err, c.want)
		}
	}
}

func TestEncryptedPEMKeys(t *testing.T) {
	openssl := tool(t, "openssl")
	certs, key, err := theOffice().cio.PEM()
	if err != nil {
		t.Fatal(err)
	}
	plain := file(t, "key.pem", key)
	for _, options := range [][]string{{"-v2", "aes-256-cbc"}, {"-v2", "aes-128-cbc", "-v2prf", "hmacWithSHA1"}, {"-v2", "aes-192-cbc", "-v2prf", "hmacWithSHA512"}} {
		encrypted, err := exec.Command(openssl, append([]string{"pkcs8", "-topk8", "-in", plain, "-passout", "pass:segreto"}, options...)...).Output()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := pades.LoadPEM(certs, encrypted, "segreto"); err != nil {
			t.Errorf("%v: %v", options, err)
		}
		if _, err := pades.LoadPEM(certs, encrypted, "wrong"); !errors.Is(err, pades.ErrWrongPassword) {
			t.Errorf("%v: got %v, want %v", options, err, pades.ErrWrongPassword)
		}
	}
}

func TestAuthorityCertificateDoesNotSign(t *testing.T) {
	ca, err := pades.NewTestCA("Root", issued, year, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	s, err := ca.Issue(pades.Request{Subject: pkix.Name{CommonName: "Early"}, Serial: 3, NotBefore: now.Add(time.Hour), Validity: year})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pades.Sign(board(t), s, pades.Options{Field: "CIO", Time: now}); !errors.Is(err, pades.ErrNotValidAtTime) {
		t.Errorf("got %v, want %v", err, pades.ErrNotValidAtTime)
	}
}

func FuzzLoadKeys(f *testing.F) {
	p12, err := theOffice().ciso.PKCS12(rand.Reader, "x")
	if err != nil {
		f.Fatal(err)
	}
	certs, key, err := theOffice().ciso.PEM()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(p12[:40], certs, key)
	f.Fuzz(func(t *testing.T, data, certs, key []byte) {
		_, _ = pades.LoadPKCS12(data, "x")
		_, _ = pades.LoadPEM(certs, key, "x")
	})
}
