package pades

import (
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"hash"

	"software.sslmate.com/src/go-pkcs12"

	"accordo.dev/internal/problem"
)

// Errors of loading a signer's key and certificate. They are problems of the upload that a person
// can act on, and can be tested with [errors.Is].
var (
	ErrWrongPassword  error = problem.Field("password", "pades.password.wrong")
	ErrNoKey          error = problem.Field("key", "pades.key.missing")
	ErrNoCertificate  error = problem.Field("certificate", "pades.certificate.missing")
	ErrKeyFile        error = problem.Field("key", "pades.key.unreadable")
	ErrKeyMismatch    error = problem.Field("key", "pades.key.mismatch")
	ErrKeyType        error = problem.Field("key", "pades.key.type")
	ErrKeyUsage       error = problem.Field("certificate", "pades.certificate.usage")
	ErrNotValidAtTime error = problem.Field("certificate", "pades.certificate.period")
)

const (
	maxKeyFile    = 1 << 20 // bytes of a PKCS#12 or PEM file
	maxIterations = 10_000_000
)

// LoadPKCS12 reads a .p12 or .pfx file: the private key, its certificate, and its chain.
func LoadPKCS12(data []byte, password string) (Signer, error) {
	if len(data) > maxKeyFile {
		return Signer{}, ErrKeyFile
	}
	key, leaf, others, err := pkcs12.DecodeChain(data, password)
	switch {
	case errors.Is(err, pkcs12.ErrIncorrectPassword), errors.Is(err, pkcs12.ErrDecryption):
		return Signer{}, ErrWrongPassword
	case err != nil:
		return Signer{}, ErrKeyFile
	}
	return newSigner(key, append([]*x509.Certificate{leaf}, others...))
}

// LoadPEM reads certificates (the signer's and its chain, in any order) and a private key. The key
// is PKCS#8, PKCS#8 encrypted with PBES2 (PBKDF2 and AES-CBC), PKCS#1 or SEC 1; password is not
// used when the key is not encrypted.
func LoadPEM(certificates, key []byte, password string) (Signer, error) {
	if len(certificates) > maxKeyFile || len(key) > maxKeyFile {
		return Signer{}, ErrKeyFile
	}
	var certs []*x509.Certificate
	for block, rest := pem.Decode(certificates); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" {
			continue
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return Signer{}, ErrNoCertificate
		}
		certs = append(certs, c)
	}
	k, err := pemKey(key, password)
	if err != nil {
		return Signer{}, err
	}
	return newSigner(k, certs)
}

func pemKey(data []byte, password string) (any, error) {
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		var key any
		var err error
		switch {
		case block.Headers["DEK-Info"] != "":
			return nil, ErrKeyFile // the old OpenSSL encryption, with its one round of MD5
		case block.Type == "ENCRYPTED PRIVATE KEY":
			return decryptPKCS8(block.Bytes, password)
		case block.Type == "PRIVATE KEY":
			key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
		case block.Type == "RSA PRIVATE KEY":
			key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
		case block.Type == "EC PRIVATE KEY":
			key, err = x509.ParseECPrivateKey(block.Bytes)
		default:
			continue
		}
		if err != nil {
			return nil, ErrKeyFile
		}
		return key, nil
	}
	return nil, ErrNoKey
}

// newSigner finds the certificate of the key among certs and orders the chain from it upwards.
// Certificates outside the chain, and a self-signed root (which the verifier must have anyway),
// are left out.
func newSigner(key any, certs []*x509.Certificate) (Signer, error) {
	k, ok := key.(crypto.Signer)
	if !ok {
		return Signer{}, ErrKeyType
	}
	if len(certs) == 0 {
		return Signer{}, ErrNoCertificate
	}
	s := Signer{Key: k}
	mismatch := error(ErrKeyMismatch)
	for _, c := range certs {
		s.Certificate = c
		if mismatch = s.keyFits(); mismatch == nil {
			break
		}
	}
	if mismatch != nil {
		return Signer{}, mismatch
	}
	if !mayUseForSigning(s.Certificate) {
		return Signer{}, ErrKeyUsage
	}
	s.Chain = chainOf(s.Certificate, certs)
	return s, nil
}

func chainOf(leaf *x509.Certificate, certs []*x509.Certificate) []*x509.Certificate {
	var chain []*x509.Certificate
	for c := leaf; len(chain) < len(certs); {
		issuer := issuerAmong(c, certs)
		if issuer == nil || issuer.CheckSignatureFrom(issuer) == nil {
			return chain
		}
		chain = append(chain, issuer)
		c = issuer
	}
	return chain
}

func issuerAmong(c *x509.Certificate, certs []*x509.Certificate) *x509.Certificate {
	for _, other := range certs {
		if !other.Equal(c) && c.CheckSignatureFrom(other) == nil {
			return other
		}
	}
	return nil
}

var (
	oidPBES2      = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 13}
	oidPBKDF2     = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 12}
	oidHMACSHA1   = asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 7}
	oidHMACSHA256 = asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 9}
	oidHMACSHA512 = asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 11}
	oidAES128CBC  = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 1, 2}
	oidAES192CBC  = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 1, 22}
	oidAES256CBC  = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 1, 42}
)

type encryptedKey struct {
	Algorithm struct {
		OID    asn1.ObjectIdentifier
		Params struct {
			KDF    kdf
			Cipher struct {
				OID asn1.ObjectIdentifier
				IV  []byte
			}
		}
	}
	Data []byte
}

type kdf struct {
	OID    asn1.ObjectIdentifier
	Params struct {
		Salt       []byte
		Iterations int
		KeyLength  int                      `asn1:"optional"`
		PRF        pkix.AlgorithmIdentifier `asn1:"optional"`
	}
}

// decryptPKCS8 undoes PBES2 (RFC 8018).
func decryptPKCS8(der []byte, password string) (any, error) {
	var e encryptedKey
	if rest, err := asn1.Unmarshal(der, &e); err != nil || len(rest) > 0 || !e.Algorithm.OID.Equal(oidPBES2) {
		return nil, ErrKeyFile
	}
	size := aesKeySize(e.Algorithm.Params.Cipher.OID)
	derived, err := e.Algorithm.Params.KDF.derive(password, size)
	iv := e.Algorithm.Params.Cipher.IV
	if err != nil || len(iv) != aes.BlockSize || len(e.Data) == 0 || len(e.Data)%aes.BlockSize != 0 {
		return nil, ErrKeyFile
	}
	block, err := aes.NewCipher(derived)
	if err != nil {
		return nil, ErrKeyFile
	}
	plain := make([]byte, len(e.Data))
	cipher.NewCBCDecrypter(block, iv).CryptBlocks(plain, e.Data)
	pad := int(plain[len(plain)-1])
	if pad < 1 || pad > aes.BlockSize {
		return nil, ErrWrongPassword
	}
	key, err := x509.ParsePKCS8PrivateKey(plain[:len(plain)-pad])
	if err != nil {
		return nil, ErrWrongPassword
	}
	return key, nil
}

func aesKeySize(oid asn1.ObjectIdentifier) int {
	switch {
	case oid.Equal(oidAES128CBC):
		return 16
	case oid.Equal(oidAES192CBC):
		return 24
	case oid.Equal(oidAES256CBC):
		return 32
	}
	return 0
}

func (k kdf) derive(password string, size int) ([]byte, error) {
	if !k.OID.Equal(oidPBKDF2) || size == 0 || k.Params.Iterations < 1 || k.Params.Iterations > maxIterations {
		return nil, ErrKeyFile
	}
	var h func() hash.Hash
	switch prf := k.Params.PRF.Algorithm; {
	case len(prf) == 0, prf.Equal(oidHMACSHA1):
		h = sha1.New
	case prf.Equal(oidHMACSHA256):
		h = sha256.New
	case prf.Equal(oidHMACSHA512):
		h = sha512.New
	default:
		return nil, ErrKeyFile
	}
	return pbkdf2.Key(h, password, k.Params.Salt, k.Params.Iterations, size)
}
