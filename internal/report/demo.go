package report

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"accordo.dev/internal/db"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/op"
	"accordo.dev/internal/report/pades"
)

const (
	demoAuthority = "accordo demonstration CA"
	demoFile      = "demo-ca.pem"
	demoValidity  = 3 * 365 * 24 * time.Hour
)

// DemoPerson is an officer of the demonstration organisation who gets a key.
type DemoPerson struct {
	ID         string // of the person
	Passphrase string // opens the key; printed for those who try the product
}

// DemoKeys makes an authority that nobody trusts, keys of the given people signed by it, and keeps the
// authority's certificate as a root of this installation: dir/trust/demo-ca.pem. The authority's own key
// is thrown away.
func DemoKeys(ctx context.Context, run *op.Runner, dir string, people []DemoPerson) error {
	now := run.DB.Now()
	ca, err := pades.NewTestCA(demoAuthority+" – not for real use", now.Add(-24*time.Hour), demoValidity, rand.Reader)
	if err != nil {
		return fmt.Errorf("demonstration keys: %w", err)
	}
	for i, p := range people {
		if err := demoKey(ctx, run, ca, p, int64(i+2)); err != nil {
			return err
		}
	}
	return writeRoot(dir, ca.Certificate)
}

func demoKey(ctx context.Context, run *op.Runner, ca *pades.TestCA, p DemoPerson, serial int64) error {
	var actor db.Actor
	err := run.DB.View(ctx, db.System("demo"), func(r db.Reader) (err error) {
		actor, err = identity.Actor(ctx, r, p.ID, r.Now())
		return err
	})
	if err != nil {
		return err
	}
	signer, err := ca.Issue(pades.Request{Subject: pkix.Name{CommonName: actor.Name}, Serial: serial, NotBefore: ca.Certificate.NotBefore, Validity: demoValidity - 48*time.Hour})
	if err != nil {
		return fmt.Errorf("demonstration key of %s: %w", p.ID, err)
	}
	file, err := signer.PKCS12(rand.Reader, p.Passphrase)
	if err != nil {
		return fmt.Errorf("demonstration key of %s: %w", p.ID, err)
	}
	_, err = op.Do(ctx, run, actor, identity.OpAddSigningKey, identity.AddSigningKeyInput{File: file, Passphrase: p.Passphrase})
	return err
}

func writeRoot(dir string, root *x509.Certificate) error {
	folder := filepath.Join(dir, "trust")
	if err := os.MkdirAll(folder, 0o755); err != nil { //nolint:gosec // certificates are public
		return fmt.Errorf("demonstration keys: %w", err)
	}
	data := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: root.Raw})
	if err := os.WriteFile(filepath.Join(folder, demoFile), data, 0o644); err != nil { //nolint:gosec // certificates are public
		return fmt.Errorf("demonstration keys: %w", err)
	}
	return nil
}
