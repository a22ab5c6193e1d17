package pades

import (
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"time"
)

// Trust is whom to believe, and when. The chain must hold at Now, as no proof of an earlier time
// exists at level B-B. Nil Roots trust nobody.
type Trust struct {
	Roots *x509.CertPool
	Now   time.Time
}

// ChainStatus says whether the signer's certificate leads to a trusted root.
type ChainStatus string

// The chain statuses.
const (
	ChainTrusted   ChainStatus = "trusted"
	ChainUntrusted ChainStatus = "untrusted"
	ChainExpired   ChainStatus = "expired"
)

// Certificate is what a reader wants to know of a signer's certificate.
type Certificate struct {
	Subject, Issuer     string
	Serial              string // hexadecimal
	Fingerprint         string // SHA-256 of the DER, hexadecimal
	NotBefore, NotAfter time.Time
}

func describe(c *x509.Certificate) Certificate {
	sum := sha256.Sum256(c.Raw)
	return Certificate{
		Subject:     c.Subject.String(),
		Issuer:      c.Issuer.String(),
		Serial:      c.SerialNumber.Text(16),
		Fingerprint: hex.EncodeToString(sum[:]),
		NotBefore:   c.NotBefore.UTC(),
		NotAfter:    c.NotAfter.UTC(),
	}
}

func (s *Signature) judgeCertificate(cert *x509.Certificate, c *cms, t Trust) {
	if !mayUseForSigning(cert) {
		s.fail(WrongKeyUsage)
	}
	if k, ok := cert.PublicKey.(*rsa.PublicKey); ok && k.N.BitLen() < 2048 {
		s.fail(WeakKey)
	}
	switch {
	case s.ClaimedTime.IsZero():
		s.fail(NoSigningTime)
	case s.ClaimedTime.Before(cert.NotBefore) || s.ClaimedTime.After(cert.NotAfter):
		s.fail(OutsideValidity)
	}
	switch s.Chain = chainStatus(cert, c.certs, t, s.ClaimedTime); s.Chain {
	case ChainUntrusted:
		s.fail(UntrustedChain)
	case ChainExpired:
		s.fail(CertificateExpired)
	}
}

func chainStatus(cert *x509.Certificate, embedded []*x509.Certificate, t Trust, claimed time.Time) ChainStatus {
	o := x509.VerifyOptions{
		Roots:         t.Roots,
		Intermediates: x509.NewCertPool(),
		KeyUsages:     []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
		CurrentTime:   t.Now,
	}
	if o.Roots == nil {
		o.Roots = x509.NewCertPool() // nil would mean the roots of the machine
	}
	for _, c := range embedded {
		o.Intermediates.AddCert(c)
	}
	if t.Now.IsZero() {
		return ChainUntrusted // a zero time would mean the clock of the machine
	}
	if _, err := cert.Verify(o); err == nil {
		return ChainTrusted
	}
	if o.CurrentTime = claimed; !claimed.IsZero() {
		if _, err := cert.Verify(o); err == nil {
			return ChainExpired
		}
	}
	return ChainUntrusted
}
