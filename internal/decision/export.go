package decision

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"accordo.dev/internal/db"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/op"
	"accordo.dev/internal/record"
)

// ExportFormat names the form of an exported decision.
const ExportFormat = "accordo-decision-1"

// Exported is one decision in a file that anybody verifies without the database: what was decided, who answered, and each
// entry of the record that concerns it with the proof that it stands there.
type Exported struct {
	Format   string             `json:"format"`
	Decision Decision           `json:"decision"`
	Hash     string             `json:"hash"` // of the content
	Status   Status             `json:"status"`
	At       time.Time          `json:"at"`     // of the status
	People   map[string]string  `json:"people"` // id to name
	Public   string             `json:"publicKey"`
	Entries  []record.Inclusion `json:"entries"`
	Signed   string             `json:"signed"` // that the log's key handed out exactly this
}

// sum is the hash of everything in the file but its signature.
func (e Exported) sum() (string, error) {
	e.Signed = ""
	data, err := json.Marshal(e)
	if err != nil {
		return "", fmt.Errorf("exported decision: %w", err)
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:]), nil
}

// intact tells why the file is not what the log's key handed out; empty when it is.
func (e Exported) intact(public string) string {
	said, err := record.Attested(ExportFormat, e.Signed, public)
	if err != nil {
		return err.Error()
	}
	if sum, err := e.sum(); err != nil || sum != said {
		return "not what was signed"
	}
	return ""
}

// OpExport exports a decision; key signs the checkpoint in its proofs.
func OpExport(key record.Key) op.Query[GetIn, Exported] {
	return op.Query[GetIn, Exported]{
		Name: "decision.export", Route: "GET /api/decision-exports/{id}",
		Func: func(ctx context.Context, r db.Reader, in GetIn) (Exported, error) { return exported(ctx, r, key, in) },
	}
}

func exported(ctx context.Context, r db.Reader, key record.Key, in GetIn) (Exported, error) {
	d, err := Get(ctx, r, in)
	if err != nil {
		return Exported{}, err
	}
	out := Exported{
		Format: ExportFormat, Decision: d, Hash: d.Hash(), Status: d.Status(r.Now()), At: r.Now(), Public: key.Public,
		People: map[string]string{}, Entries: []record.Inclusion{},
	}
	entries, err := record.ByRef(ctx, r, d.Ref(), 1000)
	if err != nil {
		return out, err
	}
	for i := len(entries) - 1; i >= 0; i-- { // the oldest first
		proof, err := key.Prove(ctx, r, entries[i].Seq)
		if err != nil {
			return out, err
		}
		out.Entries = append(out.Entries, proof)
	}
	people, err := identity.People(ctx, r)
	for _, id := range d.People() {
		if p, there := people[id]; there {
			out.People[id] = p.Name
		}
	}
	if err != nil {
		return out, err
	}
	sum, err := out.sum()
	if err != nil {
		return out, err
	}
	out.Signed, err = key.Attest(ExportFormat, sum)
	return out, err
}

// People are the ids of everybody who took part.
func (d Decision) People() []string {
	all := []string{d.ProposedBy}
	for _, k := range d.Keys {
		all = append(all, k.Person, k.For)
	}
	for _, c := range d.Challenges {
		all = append(all, c.Person, c.Answered)
	}
	for _, c := range d.Conflicts {
		all = append(all, c.Person)
	}
	for _, r := range d.Revisions {
		all = append(all, r.By)
	}
	for _, r := range d.Revisions {
		for _, k := range r.Voided {
			all = append(all, k.Person, k.For)
		}
	}
	for _, m := range []*Memo{d.ITMemo, d.SecurityMemo} {
		if m != nil {
			all = append(all, m.By)
		}
	}
	if d.Emergency != nil {
		all = append(all, d.Emergency.Person)
	}
	if d.Arbitration != nil {
		all = append(all, d.Arbitration.Person)
	}
	if d.Review != nil {
		all = append(all, d.Review.By)
	}
	return all
}

// Proven is what a file of a decision proves, statement by statement.
type Proven struct {
	What   string    `json:"what"` // file, content, status, proof, key or arbitration
	Who    string    `json:"who,omitempty"`
	Office string    `json:"office,omitempty"`
	At     time.Time `json:"at,omitzero"`
	OK     bool      `json:"ok"`
	Seq    int64     `json:"seq,omitempty"`
	Told   bool      `json:"told,omitempty"` // no entry of its own: it came in with a file, and the record proves only that it did
	Why    string    `json:"why,omitempty"`
}

// Verify checks an exported decision offline. public is the key of the log that the reader knows from elsewhere; with an
// empty one, the key in the file is believed. Each statement says by itself whether it holds.
func (e Exported) Verify(public string) []Proven {
	if public == "" {
		public = e.Public
	}
	why := e.intact(public)
	found := []Proven{
		{What: "file", OK: why == "", Why: why},
		{What: "content", OK: e.Format == ExportFormat && e.Decision.Hash() == e.Hash},
		{What: "status", OK: e.Decision.Status(e.At) == e.Status},
	}
	entries := make([]record.Entry, 0, len(e.Entries))
	for _, proof := range e.Entries {
		entry, err := proof.Verify(public)
		one := Proven{What: "proof", Seq: proof.Seq, OK: err == nil, Who: string(entry.Actor), At: entry.At}
		if err != nil {
			one.Why = err.Error()
		} else {
			entries = append(entries, entry)
		}
		found = append(found, one)
	}
	for _, k := range e.Decision.Keys {
		one := Proven{What: "key", Who: k.Person, Office: k.Office, At: k.At}
		found = append(found, one.from(entries, e.Decision, map[string]string{"yes": "decision.give-key decision.act-in-emergency", "no": "decision.refuse"}[k.Answer], k.Hash))
	}
	if a := e.Decision.Arbitration; a != nil {
		one := Proven{What: "arbitration", Who: a.Person, Office: a.Office, At: a.At}
		found = append(found, one.from(entries, e.Decision, "decision.arbitrate", e.Hash))
	}
	return found
}

// from looks for the entry in which somebody did what the file says.
func (p Proven) from(entries []record.Entry, d Decision, operations, hash string) Proven {
	for _, entry := range entries {
		var in struct{ ID, Office, Hash string }
		if !slices.Contains(strings.Fields(operations), entry.Operation) || json.Unmarshal(entry.Input, &in) != nil {
			continue
		}
		if in.ID == d.ID && in.Hash == hash && (in.Office == p.Office || in.Office == "") && entry.At.Equal(p.At) && entry.Actor == identity.PersonRef(p.Who) {
			p.OK, p.Seq = true, entry.Seq
			return p
		}
	}
	for _, entry := range entries {
		if entry.Operation == "organisation.apply" && entry.At.After(p.At) {
			p.OK, p.Told, p.Seq = true, true, entry.Seq
			return p
		}
	}
	p.Why = fmt.Sprintf("no entry of %s", p.Who)
	return p
}
