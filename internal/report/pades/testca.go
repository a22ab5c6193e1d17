package pades

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"time"

	"software.sslmate.com/src/go-pkcs12"
)

// TestCA is a certificate authority for the demonstration organisation and for tests. Nobody else
// trusts it, and a signature made with it proves nothing outside.
type TestCA struct {
	Certificate *x509.Certificate
	chain       []*x509.Certificate // from this authority up to, and without, the root
	key         crypto.Signer
	rand        io.Reader
}

// NewTestCA makes a root, valid from now on.
func NewTestCA(name string, now time.Time, validity time.Duration, rand io.Reader) (*TestCA, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand)
	if err != nil {
		return nil, err
	}
	t := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		Subject:               pkix.Name{CommonName: name},
		NotBefore:             now,
		NotAfter:              now.Add(validity),
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		BasicConstraintsValid: true,
		IsCA:                  true,
	}
	cert, err := certify(rand, t, t, key.Public(), key)
	if err != nil {
		return nil, err
	}
	return &TestCA{cert, nil, key, rand}, nil
}

// Pool is the set of roots that trusts this authority and no other.
func (ca *TestCA) Pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(ca.Certificate)
	return pool
}

// Request is what a certificate is asked for.
type Request struct {
	Subject   pkix.Name
	Serial    int64
	NotBefore time.Time
	Validity  time.Duration
	RSA       bool // RSA 2048 in place of ECDSA P-256
}

// Issue makes a key and a certificate for signing documents.
func (ca *TestCA) Issue(r Request) (Signer, error) {
	key, err := ca.newKey(r.RSA)
	if err != nil {
		return Signer{}, err
	}
	cert, err := ca.certify(r, false, key)
	return Signer{key, cert, ca.chain}, err
}

// IssueCA makes an authority below this one; the signers it issues carry it in their chain.
func (ca *TestCA) IssueCA(r Request) (*TestCA, error) {
	key, err := ca.newKey(r.RSA)
	if err != nil {
		return nil, err
	}
	cert, err := ca.certify(r, true, key)
	if err != nil {
		return nil, err
	}
	return &TestCA{cert, append([]*x509.Certificate{cert}, ca.chain...), key, ca.rand}, nil
}

func (ca *TestCA) certify(r Request, authority bool, key crypto.Signer) (*x509.Certificate, error) {
	t := &x509.Certificate{
		SerialNumber:          big.NewInt(r.Serial),
		Subject:               r.Subject,
		NotBefore:             r.NotBefore,
		NotAfter:              r.NotBefore.Add(r.Validity),
		KeyUsage:              x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment,
		BasicConstraintsValid: true,
		IsCA:                  authority,
	}
	if authority {
		t.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageCRLSign
	}
	return certify(ca.rand, t, ca.Certificate, key.Public(), ca.key)
}

func (ca *TestCA) newKey(useRSA bool) (crypto.Signer, error) {
	if useRSA {
		return rsa.GenerateKey(ca.rand, 2048)
	}
	return ecdsa.GenerateKey(elliptic.P256(), ca.rand)
}

func certify(rand io.Reader, t, parent *x509.Certificate, pub crypto.PublicKey, key crypto.Signer) (*x509.Certificate, error) {
	der, err := x509.CreateCertificate(rand, t, parent, pub, key)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}

// PKCS12 is the signer as a password-protected .p12 file.
func (s Signer) PKCS12(rand io.Reader, password string) ([]byte, error) {
	return pkcs12.Modern.WithRand(rand).Encode(s.Key, s.Certificate, s.Chain, password)
}

// PEM is the signer as certificates (own first) and as a private key that is not encrypted.
func (s Signer) PEM() (certificates, key []byte, err error) {
	var b bytes.Buffer
	for _, c := range append([]*x509.Certificate{s.Certificate}, s.Chain...) {
		b.Write(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw}))
	}
	der, err := x509.MarshalPKCS8PrivateKey(s.Key)
	if err != nil {
		return nil, nil, err
	}
	return b.Bytes(), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
}
