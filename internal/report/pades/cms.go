package pades

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
)

// The signature value is a CMS SignedData (RFC 5652) with detached content, one signer, and the
// signed attributes of CAdES (ETSI EN 319 122-1).

var (
	oidData                = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}
	oidSignedData          = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}
	oidContentType         = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 3}
	oidMessageDigest       = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 4}
	oidSigningTime         = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 5}
	oidSigningCertificate2 = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 47} // RFC 5035
	oidAlgorithmProtection = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 52}        // RFC 6211

	oidSHA256 = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}
	oidSHA384 = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 2}
	oidSHA512 = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 3}

	oidRSA         = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 1}
	oidRSASHA256   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 11}
	oidRSASHA384   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 12}
	oidRSASHA512   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 13}
	oidECDSASHA256 = asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2}
	oidECDSASHA384 = asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 3}
	oidECDSASHA512 = asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 4}
)

type contentInfo struct {
	ContentType asn1.ObjectIdentifier
	Content     asn1.RawValue `asn1:"explicit,tag:0"`
}

type signedData struct {
	Version          int
	DigestAlgorithms []pkix.AlgorithmIdentifier `asn1:"set"`
	Content          detachedContent
	Certificates     asn1.RawValue `asn1:"optional,tag:0"`
	CRLs             asn1.RawValue `asn1:"optional,tag:1"`
	SignerInfos      []signerInfo  `asn1:"set"`
}

type detachedContent struct{ ContentType asn1.ObjectIdentifier }

type signerInfo struct {
	Version            int
	IssuerAndSerial    issuerAndSerial
	DigestAlgorithm    pkix.AlgorithmIdentifier
	SignedAttrs        asn1.RawValue `asn1:"optional,tag:0"`
	SignatureAlgorithm pkix.AlgorithmIdentifier
	Signature          []byte
	UnsignedAttrs      asn1.RawValue `asn1:"optional,tag:1"`
}

type issuerAndSerial struct {
	Issuer asn1.RawValue
	Serial *big.Int
}

type attribute struct {
	Type   asn1.ObjectIdentifier
	Values []asn1.RawValue `asn1:"set"`
}

// signingCertificateV2 names the signer's certificate by hash and, after it, the certificates of
// the chain, so that nobody can swap them.
type signingCertificateV2 struct {
	Certs    []essCertID
	Policies asn1.RawValue `asn1:"optional"`
}

type essCertID struct {
	HashAlgorithm pkix.AlgorithmIdentifier `asn1:"optional"` // absent: SHA-256
	Hash          []byte
	IssuerSerial  asn1.RawValue `asn1:"optional"`
}

type algorithmProtection struct {
	Digest    pkix.AlgorithmIdentifier
	Signature pkix.AlgorithmIdentifier `asn1:"tag:1"`
}

// cmsSpace is room for the signature of s: its certificates, an RSA signature of 4096 bits and the
// attributes, in bytes.
func cmsSpace(s Signer) int {
	n := 2048 + len(s.Certificate.RawIssuer) + len(s.Certificate.Raw)
	for _, c := range s.Chain {
		n += len(c.Raw) + sha256.Size + 16
	}
	return n
}

// signCMS signs the SHA-256 digest of the covered bytes.
func signCMS(digest []byte, s Signer) ([]byte, error) {
	sha := pkix.AlgorithmIdentifier{Algorithm: oidSHA256}
	alg := pkix.AlgorithmIdentifier{Algorithm: oidECDSASHA256}
	if _, ok := s.Key.Public().(*rsa.PublicKey); ok {
		alg = pkix.AlgorithmIdentifier{Algorithm: oidRSASHA256, Parameters: asn1.NullRawValue}
	}
	attrs, err := signedAttributes(digest, s, algorithmProtection{sha, alg})
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(attrs)
	signature, err := s.Key.Sign(rand.Reader, sum[:], crypto.SHA256)
	if err != nil {
		return nil, fmt.Errorf("signing: %w", err)
	}
	var certs []byte
	for _, c := range append([]*x509.Certificate{s.Certificate}, s.Chain...) {
		certs = append(certs, c.Raw...)
	}
	attrs[0] = 0xA0 // stored as [0] IMPLICIT, signed as SET
	return marshalSignedData(signedData{
		Version:          1,
		DigestAlgorithms: []pkix.AlgorithmIdentifier{sha},
		Content:          detachedContent{oidData},
		Certificates:     asn1.RawValue{Class: asn1.ClassContextSpecific, IsCompound: true, Bytes: certs},
		SignerInfos: []signerInfo{{
			Version:            1,
			IssuerAndSerial:    issuerAndSerial{asn1.RawValue{FullBytes: s.Certificate.RawIssuer}, s.Certificate.SerialNumber},
			DigestAlgorithm:    sha,
			SignedAttrs:        asn1.RawValue{FullBytes: attrs},
			SignatureAlgorithm: alg,
			Signature:          signature,
		}},
	})
}

func marshalSignedData(sd signedData) ([]byte, error) {
	inner, err := asn1.Marshal(sd)
	if err != nil {
		return nil, err
	}
	return asn1.Marshal(contentInfo{oidSignedData, asn1.RawValue{
		Class: asn1.ClassContextSpecific, IsCompound: true, Bytes: inner,
	}})
}

// signedAttributes has no signing time: PAdES keeps it in the signature dictionary.
func signedAttributes(digest []byte, s Signer, alg algorithmProtection) ([]byte, error) {
	var ess signingCertificateV2
	for _, c := range append([]*x509.Certificate{s.Certificate}, s.Chain...) {
		sum := sha256.Sum256(c.Raw)
		ess.Certs = append(ess.Certs, essCertID{Hash: sum[:]})
	}
	var attrs []attribute
	for _, a := range []struct {
		oid   asn1.ObjectIdentifier
		value any
	}{
		{oidContentType, oidData},
		{oidMessageDigest, digest},
		{oidSigningCertificate2, ess},
		{oidAlgorithmProtection, alg},
	} {
		der, err := asn1.Marshal(a.value)
		if err != nil {
			return nil, err
		}
		attrs = append(attrs, attribute{a.oid, []asn1.RawValue{{FullBytes: der}}})
	}
	return asn1.MarshalWithParams(attrs, "set")
}

// cms is a parsed signature value.
type cms struct {
	info       signerInfo
	certs      []*x509.Certificate
	attrs      []attribute
	signed     []byte // the bytes under the signature: the attributes as a SET
	digestHash crypto.Hash
}

var (
	errCMS          = errors.New("malformed signature value")
	errCMSAlgorithm = errors.New("signature algorithm not supported")
)

// parseCMS reads DER strictly: nothing may be left over, and writing what was read must give the
// same bytes, so that no byte goes unread.
func parseCMS(der []byte) (*cms, error) {
	var ci contentInfo
	var sd signedData
	if rest, err := asn1.Unmarshal(der, &ci); err != nil || len(rest) > 0 || !ci.ContentType.Equal(oidSignedData) {
		return nil, errCMS
	}
	if rest, err := asn1.Unmarshal(ci.Content.Bytes, &sd); err != nil || len(rest) > 0 {
		return nil, errCMS
	}
	if again, err := marshalSignedData(sd); err != nil || !bytes.Equal(again, der) {
		return nil, errCMS
	}
	if sd.Version != 1 || !sd.Content.ContentType.Equal(oidData) || len(sd.SignerInfos) != 1 || len(sd.DigestAlgorithms) != 1 {
		return nil, errCMS
	}
	c := &cms{info: sd.SignerInfos[0]}
	if c.info.Version != 1 || !sameAlgorithm(sd.DigestAlgorithms[0], c.info.DigestAlgorithm) {
		return nil, errCMS
	}
	if c.digestHash = hashOf(c.info.DigestAlgorithm); c.digestHash == 0 {
		return nil, errCMSAlgorithm
	}
	if err := c.parseAttributes(); err != nil {
		return nil, err
	}
	var err error
	if c.certs, err = x509.ParseCertificates(sd.Certificates.Bytes); err != nil || !sd.Certificates.IsCompound || len(c.certs) == 0 {
		return nil, errCMS
	}
	return c, nil
}

func (c *cms) parseAttributes() error {
	raw := c.info.SignedAttrs
	if !raw.IsCompound || len(raw.FullBytes) == 0 {
		return errCMS
	}
	c.signed = bytes.Clone(raw.FullBytes)
	c.signed[0] = 0x31
	if rest, err := asn1.UnmarshalWithParams(c.signed, &c.attrs, "set"); err != nil || len(rest) > 0 {
		return errCMS
	}
	return nil
}

// attribute reads the only value of a signed attribute; false when it is missing, repeated or bad.
func (c *cms) attribute(oid asn1.ObjectIdentifier, into any) bool {
	found := 0
	var value asn1.RawValue
	for _, a := range c.attrs {
		if a.Type.Equal(oid) && len(a.Values) == 1 {
			found++
			value = a.Values[0]
		}
	}
	if found != 1 {
		return false
	}
	rest, err := asn1.Unmarshal(value.FullBytes, into)
	return err == nil && len(rest) == 0
}

func (c *cms) has(oid asn1.ObjectIdentifier) bool {
	for _, a := range c.attrs {
		if a.Type.Equal(oid) {
			return true
		}
	}
	return false
}

// signer is the certificate the signer info names; nil when it is not among the embedded ones.
func (c *cms) signer() *x509.Certificate {
	for _, cert := range c.certs {
		if cert.SerialNumber.Cmp(c.info.IssuerAndSerial.Serial) == 0 && bytes.Equal(cert.RawIssuer, c.info.IssuerAndSerial.Issuer.FullBytes) {
			return cert
		}
	}
	return nil
}

// digestMatches compares the signed digest with that of the covered bytes.
func (c *cms) digestMatches(parts ...[]byte) bool {
	h := c.digestHash.New()
	for _, p := range parts {
		h.Write(p)
	}
	var digest []byte
	return c.attribute(oidMessageDigest, &digest) && bytes.Equal(digest, h.Sum(nil))
}

// algorithmsKept: the signed attributes may name the algorithms, which then must be those in use.
func (c *cms) algorithmsKept() bool {
	var p algorithmProtection
	return !c.has(oidAlgorithmProtection) || c.attribute(oidAlgorithmProtection, &p) &&
		sameAlgorithm(p.Digest, c.info.DigestAlgorithm) && sameAlgorithm(p.Signature, c.info.SignatureAlgorithm)
}

// signatureValid checks the signature over the signed attributes, and that they speak of detached
// data.
func (c *cms) signatureValid(cert *x509.Certificate) bool {
	var contentType asn1.ObjectIdentifier
	if !c.attribute(oidContentType, &contentType) || !contentType.Equal(oidData) {
		return false
	}
	return cert.CheckSignature(c.signatureAlgorithm(), c.signed, c.info.Signature) == nil
}

// certificateBound checks the hash of the signer's certificate among the signed attributes. When
// they name more than one certificate, no other certificate may be embedded.
func (c *cms) certificateBound(cert *x509.Certificate) bool {
	var ess signingCertificateV2
	if !c.attribute(oidSigningCertificate2, &ess) || len(ess.Certs) == 0 || !ess.Certs[0].names(cert) {
		return false
	}
	if len(ess.Certs) == 1 {
		return true
	}
	for _, other := range c.certs {
		if !ess.name(other) {
			return false
		}
	}
	return true
}

func (s signingCertificateV2) name(cert *x509.Certificate) bool {
	for _, id := range s.Certs {
		if id.names(cert) {
			return true
		}
	}
	return false
}

func (id essCertID) names(cert *x509.Certificate) bool {
	hash := crypto.SHA256
	if len(id.HashAlgorithm.Algorithm) > 0 {
		hash = hashOf(id.HashAlgorithm)
	}
	if hash == 0 {
		return false
	}
	h := hash.New()
	h.Write(cert.Raw)
	return bytes.Equal(h.Sum(nil), id.Hash)
}

func hashOf(a pkix.AlgorithmIdentifier) crypto.Hash {
	switch {
	case !noParameters(a):
		return 0
	case a.Algorithm.Equal(oidSHA256):
		return crypto.SHA256
	case a.Algorithm.Equal(oidSHA384):
		return crypto.SHA384
	case a.Algorithm.Equal(oidSHA512):
		return crypto.SHA512
	}
	return 0
}

func noParameters(a pkix.AlgorithmIdentifier) bool {
	return len(a.Parameters.FullBytes) == 0 || bytes.Equal(a.Parameters.FullBytes, asn1.NullBytes)
}

// sameAlgorithm: parameters that are NULL and parameters that are absent are the same.
func sameAlgorithm(a, b pkix.AlgorithmIdentifier) bool {
	return a.Algorithm.Equal(b.Algorithm) && noParameters(a) && noParameters(b)
}

// signatureAlgorithm is unknown when not supported, or when it does not fit the digest.
func (c *cms) signatureAlgorithm() x509.SignatureAlgorithm {
	a := c.info.SignatureAlgorithm
	if !noParameters(a) {
		return x509.UnknownSignatureAlgorithm
	}
	for _, k := range []struct {
		oid  asn1.ObjectIdentifier
		hash crypto.Hash
		alg  x509.SignatureAlgorithm
	}{
		{oidRSA, crypto.SHA256, x509.SHA256WithRSA},
		{oidRSA, crypto.SHA384, x509.SHA384WithRSA},
		{oidRSA, crypto.SHA512, x509.SHA512WithRSA},
		{oidRSASHA256, crypto.SHA256, x509.SHA256WithRSA},
		{oidRSASHA384, crypto.SHA384, x509.SHA384WithRSA},
		{oidRSASHA512, crypto.SHA512, x509.SHA512WithRSA},
		{oidECDSASHA256, crypto.SHA256, x509.ECDSAWithSHA256},
		{oidECDSASHA384, crypto.SHA384, x509.ECDSAWithSHA384},
		{oidECDSASHA512, crypto.SHA512, x509.ECDSAWithSHA512},
	} {
		if a.Algorithm.Equal(k.oid) && c.digestHash == k.hash {
			return k.alg
		}
	}
	return x509.UnknownSignatureAlgorithm
}
