package identity_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"testing"
	"time"

	"software.sslmate.com/src/go-pkcs12"

	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/op"
)

const passphrase = "apriti sesamo"

func p12(t *testing.T, from, until time.Time, passphrase string) []byte {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(0xabc), Subject: pkix.Name{CommonName: "Carla Conti"}, NotBefore: from, NotAfter: until,
		KeyUsage: x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	file, err := pkcs12.Modern.Encode(key, certificate, nil, passphrase)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func TestSigningKeyIsKeptAsGivenAndOpensOnlyWithItsPassphrase(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		carla := h.as("carla")
		file := p12(t, dbtest.Now.Add(-time.Hour), dbtest.Now.AddDate(1, 0, 0), passphrase)
		refused(h, carla, identity.OpAddSigningKey, identity.AddSigningKeyInput{File: file, Passphrase: "not this one"}, "identity.error.passphrase")
		refused(h, carla, identity.OpAddSigningKey, identity.AddSigningKeyInput{File: []byte("x"), Passphrase: passphrase}, "identity.error.pkcs12")
		refused(h, carla, identity.OpAddSigningKey, identity.AddSigningKeyInput{File: p12(t, dbtest.Now, dbtest.Now.AddDate(1, 0, 0), ""), Passphrase: ""}, "identity.error.passphrase-short")
		old := p12(t, dbtest.Now.AddDate(-2, 0, 0), dbtest.Now.AddDate(-1, 0, 0), passphrase)
		refused(h, carla, identity.OpAddSigningKey, identity.AddSigningKeyInput{File: old, Passphrase: passphrase}, "identity.error.certificate-time")

		key := do(h, carla, identity.OpAddSigningKey, identity.AddSigningKeyInput{File: file, Passphrase: passphrase})
		if key.Subject != "CN=Carla Conti" || key.Serial != "abc" {
			t.Errorf("key: got %+v", key)
		}
		dbtest.View(t, d, func(r db.Reader) error {
			kept, err := db.Value[[]byte](ctx, r, "SELECT pkcs12 FROM signing_key")
			if !bytes.Equal(kept, file) {
				t.Errorf("the file was changed")
			}
			return err
		})
		err := d.View(ctx, carla, func(r db.Reader) error {
			unlocked, err := identity.UnlockSigningKey(ctx, r, passphrase)
			if err == nil && unlocked.Certificate.Subject.CommonName != "Carla Conti" {
				t.Errorf("unlocked: got %v", unlocked.Certificate.Subject)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
		do(h, carla, identity.OpRemoveSigningKey, struct{}{})
		_, err = op.Ask(ctx, h.Runner, carla, identity.OpSigningKey, struct{}{})
		wantKey(t, err, "identity.error.no-signing-key")
	})
}
