package report_test

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"accordo.dev/internal/access"
	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/op"
	"accordo.dev/internal/organisation"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/record"
	"accordo.dev/internal/report"
	"accordo.dev/internal/report/pades"
)

var ctx = context.Background()

const passphrase = "apriti sesamo"

// house is an organisation with two officers, each with a stored key of the demonstration authority.
type house struct {
	t    testing.TB
	d    *db.DB
	dir  string
	desk report.Desk
}

func newHouse(t testing.TB, d *db.DB) *house {
	t.Helper()
	dir := t.TempDir()
	policies, err := access.Load(identity.Offices)
	if err != nil {
		t.Fatal(err)
	}
	key, err := record.LoadKey(dir)
	if err != nil {
		t.Fatal(err)
	}
	h := &house{t: t, d: d, dir: dir, desk: report.Desk{Run: &op.Runner{DB: d, Access: policies}, Key: key, Store: report.StoreIn(dir)}}
	dbtest.Change(t, d, func(tx *db.Tx) error {
		if _, err := organisation.Apply(ctx, tx, organisation.Organisation{Name: "Banca Altariva", Sector: organisation.Bank, NextBoard: "2026-11-26"}); err != nil {
			return err
		}
		for id, office := range map[string]string{"marta": "cio", "luca": "ciso", "anna": "cro", "root": "administrator"} {
			if _, err := identity.AddPerson(ctx, tx, identity.AddPersonInput{ID: id, Name: strings.ToUpper(id[:1]) + id[1:] + " Bellandi"}); err != nil {
				return err
			}
			if _, err := identity.AppointOffice(ctx, tx, identity.AppointInput{Office: office, Person: id}); err != nil {
				return err
			}
		}
		return nil
	})
	people := []report.DemoPerson{{ID: "marta", Passphrase: passphrase}, {ID: "luca", Passphrase: passphrase}, {ID: "anna", Passphrase: passphrase}}
	if err := report.DemoKeys(ctx, h.desk.Run, dir, people); err != nil {
		t.Fatal(err)
	}
	return h
}

func (h *house) as(person string) db.Actor {
	h.t.Helper()
	var actor db.Actor
	dbtest.View(h.t, h.d, func(r db.Reader) (err error) {
		actor, err = identity.Actor(ctx, r, person, r.Now())
		return err
	})
	return actor
}

func (h *house) freeze() report.Report {
	h.t.Helper()
	r, err := h.desk.Freeze(ctx, h.as("luca"), report.FreezeIn{})
	if err != nil {
		h.t.Fatal(err)
	}
	return r
}

func (h *house) sign(person, office, id string) (report.Report, error) {
	return op.Do(ctx, h.desk.Run, h.as(person), report.OpSign, report.SignIn{ID: id, Office: office, Passphrase: passphrase, Store: h.desk.Store})
}

func (h *house) signed() report.Report {
	h.t.Helper()
	r := h.freeze()
	for office, person := range map[string]string{"ciso": "luca", "cio": "marta"} {
		var err error
		if r, err = h.sign(person, office, r.ID); err != nil {
			h.t.Fatal(err)
		}
	}
	return r
}

func (h *house) pdf(r report.Report, lang i18n.Lang) []byte {
	h.t.Helper()
	data, err := h.desk.PDF(r, lang)
	if err != nil {
		h.t.Fatal(err)
	}
	return data
}

// frozenSize is the size of the PDF before the signatures of the last report.
func (h *house) frozenSize(lang i18n.Lang) int {
	h.t.Helper()
	var f report.File
	dbtest.View(h.t, h.d, func(r db.Reader) error {
		all, err := report.List(ctx, r, report.Filter{})
		if err != nil {
			return err
		}
		f, err = all[0].File(lang)
		return err
	})
	data, err := h.desk.Store.Get(f.Frozen)
	if err != nil {
		h.t.Fatal(err)
	}
	return len(data)
}

func (h *house) verify(pdf []byte, roots *x509.CertPool) report.Verification {
	h.t.Helper()
	v, err := report.Verify(report.VerifyIn{PDF: pdf, Roots: roots, RecordKey: h.desk.Key.Public, Now: dbtest.Now.Add(time.Hour)})
	if err != nil {
		h.t.Fatal(err)
	}
	return v
}

func (h *house) roots() *x509.CertPool {
	h.t.Helper()
	pool, err := report.Roots(h.dir)
	if err != nil {
		h.t.Fatal(err)
	}
	return pool
}

func TestBothOfficersSignInAnyOrderAndAnybodyVerifies(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for _, order := range [][2]string{{"marta/cio", "luca/ciso"}, {"luca/ciso", "marta/cio"}} {
			h := newHouse(t, freshOf(t, d))
			r := h.freeze()
			if r.State != report.StateFrozen || len(r.Files) != 2 {
				t.Fatalf("frozen: got %v with %d files", r.State, len(r.Files))
			}
			states := []report.State{report.StatePartlySigned, report.StateSigned}
			for i, who := range order {
				person, office, _ := strings.Cut(who, "/")
				var err error
				if r, err = h.sign(person, office, r.ID); err != nil || r.State != states[i] {
					t.Fatalf("%s signs: got %v, %v, want %v", who, r.State, err, states[i])
				}
			}
			for _, lang := range i18n.Langs {
				v := h.verify(h.pdf(r, lang), h.roots())
				if v.Status != pades.TotalPassed || len(v.Findings) > 0 || v.Report != r.ID || v.Language != lang {
					t.Errorf("%s %v: got %v %v, want valid", lang, order, v.Status, v.Findings)
				}
				f, _ := r.File(lang)
				if v.Frozen != f.Frozen {
					t.Errorf("frozen hash: got %s, want %s", v.Frozen, f.Frozen)
				}
			}
		}
	})
}

// freshOf gives a second database of the same engine, so that each order starts from nothing.
func freshOf(t *testing.T, d *db.DB) *db.DB {
	if d.Engine == db.Postgres {
		return dbtest.Postgres(t)
	}
	return dbtest.SQLite(t)
}

func TestUnknownAuthorityIsIndeterminateAndAMissingSignatureToo(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	r := h.signed()
	if v := h.verify(h.pdf(r, i18n.EN), nil); v.Status != pades.Indeterminate {
		t.Errorf("no roots: got %v, want indeterminate", v.Status)
	}
	half, err := h.sign("luca", "ciso", h.freeze().ID)
	if err != nil {
		t.Fatal(err)
	}
	if v := h.verify(h.pdf(half, i18n.IT), h.roots()); v.Status != pades.Indeterminate {
		t.Errorf("one signature: got %v, want indeterminate", v.Status)
	}
}

func TestAThirdPersonCannotSign(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	r := h.freeze()
	for _, c := range []struct{ person, office, policy string }{
		{"anna", "ciso", "a-report-is-signed-by-the-ciso-and-the-cio"},
		{"marta", "ciso", "a-report-is-signed-by-the-ciso-and-the-cio"},
		{"root", "cio", "the-administrator-has-no-key"},
	} {
		_, err := h.sign(c.person, c.office, r.ID)
		p, ok := problem.As(err)
		if !ok || p.Kind != problem.Forbidden || p.Args["policy"] != c.policy {
			t.Errorf("%s signs for %s: got %v, want refused by %s", c.person, c.office, err, c.policy)
		}
	}
	if _, err := h.sign("luca", "ciso", r.ID); err != nil {
		t.Fatal(err)
	}
	dbtest.Change(t, h.d, func(tx *db.Tx) error {
		if _, err := identity.EndOffice(ctx, tx, identity.EndOfficeInput{Office: "cio", Person: "marta"}); err != nil {
			return err
		}
		_, err := identity.AppointOffice(ctx, tx, identity.AppointInput{Office: "cio", Person: "luca"})
		return err
	})
	if _, err := h.sign("luca", "cio", r.ID); !problem.Is(err, problem.Forbidden) {
		t.Errorf("one person for both offices: got %v, want forbidden", err)
	}
}

func TestAWrongPassphraseSignsNothingAndIsNotRecorded(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	r := h.freeze()
	_, err := op.Do(ctx, h.desk.Run, h.as("luca"), report.OpSign, report.SignIn{ID: r.ID, Office: "ciso", Passphrase: "not this one", Store: h.desk.Store})
	if p, ok := problem.As(err); !ok || p.Field != "passphrase" {
		t.Errorf("got %v, want a problem of the passphrase", err)
	}
	if _, err := h.sign("luca", "ciso", r.ID); err != nil {
		t.Fatal(err)
	}
	dbtest.View(t, h.d, func(reader db.Reader) error {
		entries, err := db.Column[string](ctx, reader, "SELECT body FROM record_entry")
		if all := strings.Join(entries, "\n"); strings.Contains(all, passphrase) || !strings.Contains(all, `"operation":"report.signed"`) {
			t.Errorf("record: got %s", all)
		}
		return err
	})
}

func TestAGivenKeySignsInPlaceOfTheStoredOne(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	ca, err := pades.NewTestCA("Altariva CA", dbtest.Now.Add(-time.Hour), 24*time.Hour, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ca.Issue(pades.Request{Subject: pkix.Name{CommonName: "Luca Bellandi"}, Serial: 7, NotBefore: dbtest.Now.Add(-time.Hour), Validity: 12 * time.Hour, RSA: true})
	if err != nil {
		t.Fatal(err)
	}
	certificate, key, err := signer.PEM()
	if err != nil {
		t.Fatal(err)
	}
	r := h.freeze()
	r, err = op.Do(ctx, h.desk.Run, h.as("luca"), report.OpSign, report.SignIn{ID: r.ID, Office: "ciso", Key: append(certificate, key...), Store: h.desk.Store})
	if err != nil || r.Signatures[0].Issuer != "CN=Altariva CA" || r.Signatures[0].Demonstration() {
		t.Errorf("got %+v, %v, want signed with the given key", r.Signatures, err)
	}
}

func TestWithdrawnOnlyBeforeTheFirstSignature(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	first, second := h.freeze(), h.freeze()
	if first.ID == second.ID {
		t.Errorf("got the same id twice: %s", first.ID)
	}
	r, err := op.Do(ctx, h.desk.Run, h.as("marta"), report.OpWithdraw, report.WithdrawIn{ID: first.ID})
	if err != nil || r.State != report.StateWithdrawn {
		t.Errorf("got %v, %v, want withdrawn", r.State, err)
	}
	if _, err := h.sign("luca", "ciso", first.ID); !problem.Is(err, problem.Conflict) {
		t.Errorf("signing a withdrawn report: got %v, want conflict", err)
	}
	if _, err := h.sign("luca", "ciso", second.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := op.Do(ctx, h.desk.Run, h.as("marta"), report.OpWithdraw, report.WithdrawIn{ID: second.ID}); !problem.Is(err, problem.Conflict) {
		t.Errorf("withdrawing a signed report: got %v, want conflict", err)
	}
}

func TestOneChangedByteIsFoundAndNamed(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	pdf := h.pdf(h.signed(), i18n.EN)
	frozen := h.verify(pdf, h.roots())
	if frozen.Status != pades.TotalPassed {
		t.Fatalf("untouched: got %v %v", frozen.Status, frozen.Findings)
	}
	for at := 40; at < len(pdf); at += len(pdf) / 29 {
		changed := append([]byte{}, pdf...)
		changed[at] ^= 0x11
		v, err := report.Verify(report.VerifyIn{PDF: changed, Roots: h.roots(), Now: dbtest.Now.Add(time.Hour)})
		if err != nil {
			continue // refused as unreadable
		}
		if v.Status == pades.TotalPassed || len(v.Findings) == 0 {
			t.Errorf("byte %d: got %v, want it found", at, v.Status)
		}
		for _, f := range v.Findings {
			if f.Offset != nil && *f.Offset != at {
				t.Errorf("byte %d: named as %d", at, *f.Offset)
			}
		}
	}
	changed := append([]byte{}, pdf...)
	at := h.frozenSize(i18n.EN) / 2 // in a page or a font, not in what is attached
	changed[at] ^= 0x40
	named := false
	for _, f := range h.verify(changed, h.roots()).Findings {
		named = named || f.Offset != nil && *f.Offset == at
	}
	if !named {
		t.Errorf("byte %d of a page: got %v, want it named", at, h.verify(changed, h.roots()).Findings)
	}
}

func TestAnotherRecordKeyIsRefused(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	other, err := record.LoadKey(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	v, err := report.Verify(report.VerifyIn{PDF: h.pdf(h.signed(), i18n.IT), Roots: h.roots(), RecordKey: other.Public, Now: dbtest.Now})
	if err != nil || v.Status != pades.TotalFailed {
		t.Errorf("got %v, %v, want failed", v.Status, err)
	}
}

func TestPopplerAgreesThatBothSignaturesAreValid(t *testing.T) {
	pdfsig, err := exec.LookPath("pdfsig")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("pdfsig not found: install poppler-utils")
		}
		t.Skip("pdfsig not found, skipped: install poppler-utils")
	}
	h := newHouse(t, dbtest.SQLite(t))
	r := h.signed()
	for _, lang := range i18n.Langs {
		file := filepath.Join(t.TempDir(), "report.pdf")
		if err := os.WriteFile(file, h.pdf(r, lang), 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command(pdfsig, "-nocert", file).CombinedOutput()
		if n := strings.Count(string(out), "Signature is Valid."); err != nil || n != 2 {
			t.Errorf("%s: got %d valid signatures, %v, want 2:\n%s", lang, n, err, out)
		}
	}
}

func TestAPeriodIsAQuarterThatHasBegun(t *testing.T) {
	for text, want := range map[string]string{"": "2026-11-25", "2026-Q4": "2026-11-25", "2026-Q3": "2026-09-30", "2025-Q1": "2025-03-31"} {
		if p, err := report.ParsePeriod(text, dbtest.Now); err != nil || p.Until != want {
			t.Errorf("%q: got %v, %v, want until %s", text, p, err, want)
		}
	}
	for _, text := range []string{"2026-Q5", "2027-Q1", "Q4", "2026-Q4x", "26-Q4"} {
		if _, err := report.ParsePeriod(text, dbtest.Now); !problem.Is(err, problem.Invalid) {
			t.Errorf("%q: got %v, want refused", text, err)
		}
	}
}
