package report

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"accordo.dev/internal/db"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/item"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/record"
	"accordo.dev/internal/ref"
	"accordo.dev/internal/report/document"
)

// State is where a report stands in its life.
type State string

// The states. A draft is never stored; everything after it is.
const (
	StateDraft        State = "draft"
	StateFrozen       State = "frozen" // figures fixed, nobody has signed
	StatePartlySigned State = "partly-signed"
	StateSigned       State = "signed" // by both
	StateWithdrawn    State = "withdrawn"
)

// Report is one frozen report.
type Report struct {
	ID          string      `json:"id"`
	Period      string      `json:"period"`
	State       State       `json:"state"`
	AsOf        time.Time   `json:"asOf"`
	FrozenBy    ref.Ref     `json:"frozenBy"`
	Snapshot    string      `json:"snapshotSha256"`
	RecordSeq   int64       `json:"recordSeq"` // entry that holds the snapshot's hash
	SealedAt    time.Time   `json:"sealedAt,omitzero"`
	Files       []File      `json:"files"`      // one a language, once sealed
	Signatures  []Signature `json:"signatures"` // at most one an office
	WithdrawnAt time.Time   `json:"withdrawnAt,omitzero"`
	WithdrawnBy string      `json:"withdrawnBy,omitempty"`
	Version     int64       `json:"version"`
}

// File is the PDF of one language, with the signatures given so far.
type File struct {
	Lang     i18n.Lang       `json:"lang"`
	Frozen   string          `json:"frozenSha256"` // before any signature
	SHA256   string          `json:"sha256"`       // as it is now
	Manifest string          `json:"manifestSha256"`
	Size     int64           `json:"size"`
	Pages    int             `json:"pages"`
	Slots    []document.Slot `json:"-"`
}

// Ref is the name of a report as an item.
func (r Report) Ref() ref.Ref { return ref.New("report", r.ID) }

// Signature gives the signature of an office; nil when it has not signed.
func (r Report) Signature(office string) *Signature {
	for i := range r.Signatures {
		if r.Signatures[i].Office == office {
			return &r.Signatures[i]
		}
	}
	return nil
}

// File gives the PDF of a language; NotFound before the report is sealed.
func (r Report) File(lang i18n.Lang) (File, error) {
	for _, f := range r.Files {
		if f.Lang == lang {
			return f, nil
		}
	}
	return File{}, problem.New(problem.NotFound, "report.error.not-sealed")
}

func (r Report) state() State {
	switch {
	case !r.WithdrawnAt.IsZero():
		return StateWithdrawn
	case len(r.Signatures) == 0:
		return StateFrozen
	case len(r.Signatures) == 1:
		return StatePartlySigned
	default:
		return StateSigned
	}
}

// Open tells whether the report still waits for a signature.
func (r Report) Open() bool { return r.State == StateFrozen || r.State == StatePartlySigned }

// FreezeIn asks for a report of a quarter.
type FreezeIn struct {
	Period string `json:"period,omitempty" doc:"quarter such as 2026-Q4; the running one unless told"`
	Store  Store  `json:"-"`
}

// freeze takes the snapshot, keeps it, and enters its hash in the record. The PDFs come with seal, after
// this is committed: the record must never sign a checkpoint of an entry that may still be rolled back.
func freeze(ctx context.Context, tx *db.Tx, in FreezeIn) (Report, error) {
	period, err := ParsePeriod(in.Period, tx.Now())
	if err != nil {
		return Report{}, err
	}
	n, err := db.Value[int](ctx, tx, "SELECT COUNT(*) FROM report WHERE period = $1", period.Name)
	if err != nil {
		return Report{}, err
	}
	r := Report{ID: fmt.Sprintf("BR-%s-%d", period.Name, n+1), Period: period.Name, AsOf: tx.Now(), FrozenBy: tx.Actor().Ref, State: StateFrozen, Files: []File{}, Signatures: []Signature{}}
	snapshot, err := take(ctx, tx, r.ID, period)
	if err != nil {
		return r, err
	}
	data, err := snapshot.JSON()
	if err != nil {
		return r, err
	}
	if r.Snapshot, err = in.Store.Put(data); err != nil {
		return r, err
	}
	tx.Touch(r.Ref())
	if r.RecordSeq, err = enter(ctx, tx, "report.frozen", Frozen{Report: r.ID, Period: r.Period, Snapshot: r.Snapshot}); err != nil {
		return r, err
	}
	return r, r.insert(ctx, tx)
}

// OpFreeze fixes the figures of a report; Desk.Freeze runs it and seals.
var OpFreeze = op.Command[FreezeIn, Report]{Name: "report.freeze", Route: "POST /api/reports", Func: freeze}

// enter appends a fact to the record: what a command computed, beside what it was asked.
func enter(ctx context.Context, tx *db.Tx, name string, fact any) (int64, error) {
	data, err := json.Marshal(fact)
	if err != nil {
		return 0, fmt.Errorf("record %s: %w", name, err)
	}
	entry, err := record.Append(ctx, tx, name, data)
	return entry.Seq, err
}

func (r Report) insert(ctx context.Context, tx *db.Tx) error {
	_, err := tx.Exec(ctx, `INSERT INTO report (id, period, as_of, snapshot_sha256, record_seq, frozen_by, withdrawn_by, version)
		VALUES ($1, $2, $3, $4, $5, $6, '', 0)`, r.ID, r.Period, db.Micros(r.AsOf), r.Snapshot, r.RecordSeq, string(r.FrozenBy))
	if err != nil {
		return err
	}
	title := i18n.Text{EN: i18n.T(i18n.EN, "report.title") + " " + r.ID, IT: i18n.T(i18n.IT, "report.title") + " " + r.ID}
	return item.Put(ctx, tx, item.Item{Ref: r.Ref(), Title: title, Area: "report"})
}

// SealIn names a frozen report.
type SealIn struct {
	ID    string     `json:"id"`
	Store Store      `json:"-"`
	Key   record.Key `json:"-"`
}

// Target is the report.
func (in SealIn) Target() ref.Ref { return ref.New("report", in.ID) }

// Sealed is the input of the entry "report.sealed": the hashes of the PDFs that will be signed.
type Sealed struct {
	Report string            `json:"report"`
	PDF    map[string]string `json:"pdfSha256"` // by language
}

// seal proves that the record holds the snapshot and renders both PDFs with that proof inside. Sealing
// again changes nothing.
func seal(ctx context.Context, tx *db.Tx, in SealIn) (Report, error) {
	r, err := Get(ctx, tx, GetIn{ID: in.ID})
	if err != nil || !r.SealedAt.IsZero() {
		return r, err
	}
	if r.State == StateWithdrawn {
		return r, problem.New(problem.Conflict, "report.error.withdrawn")
	}
	proof, err := in.Key.Prove(ctx, tx, r.RecordSeq)
	if err != nil {
		return r, err
	}
	data, err := in.Store.Get(r.Snapshot)
	if err != nil {
		return r, err
	}
	s, err := ReadSnapshot(data)
	if err != nil {
		return r, err
	}
	fact := Sealed{Report: r.ID, PDF: map[string]string{}}
	for _, lang := range i18n.Langs {
		m := newManifest(s, r.Snapshot, lang, RecordProof{PublicKey: in.Key.Public, Proof: proof})
		f, err := in.Store.file(data, m)
		if err != nil {
			return r, err
		}
		if err := f.insert(ctx, tx, r.ID); err != nil {
			return r, err
		}
		r.Files = append(r.Files, f)
		fact.PDF[string(lang)] = f.SHA256
	}
	r.SealedAt = tx.Now()
	tx.Touch(r.Ref())
	if _, err := enter(ctx, tx, "report.sealed", fact); err != nil {
		return r, err
	}
	return r, r.move(ctx, tx, "sealed_at = $3", db.Micros(r.SealedAt))
}

// OpSeal renders the PDFs of a frozen report; Desk.Freeze runs it.
var OpSeal = op.Command[SealIn, Report]{Name: "report.seal", Route: "POST /api/reports/{id}/seal", Func: seal}

// file renders and keeps one PDF with its manifest.
func (s Store) file(snapshot []byte, m Manifest) (File, error) {
	paper, err := render(snapshot, m)
	if err != nil {
		return File{}, err
	}
	manifest, err := m.JSON()
	if err != nil {
		return File{}, err
	}
	f := File{Lang: m.Language, Size: int64(len(paper.Bytes)), Pages: paper.Pages, Slots: paper.Slots}
	if f.Manifest, err = s.Put(manifest); err != nil {
		return f, err
	}
	f.Frozen, err = s.Put(paper.Bytes)
	f.SHA256 = f.Frozen
	return f, err
}

func (f File) insert(ctx context.Context, tx *db.Tx, report string) error {
	slots, err := json.Marshal(f.Slots)
	if err != nil {
		return fmt.Errorf("report %s: %w", report, err)
	}
	_, err = tx.Exec(ctx, `INSERT INTO report_file (report_id, lang, frozen_sha256, sha256, manifest_sha256, size, pages, slots)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, report, string(f.Lang), f.Frozen, f.SHA256, f.Manifest, f.Size, f.Pages, string(slots))
	return err
}

// move changes a report, unless somebody else has changed it since it was read.
func (r Report) move(ctx context.Context, tx *db.Tx, set string, args ...any) error {
	if set != "" {
		set += ", "
	}
	n, err := tx.Exec(ctx, "UPDATE report SET "+set+"version = version + 1 WHERE id = $1 AND version = $2", append([]any{r.ID, r.Version}, args...)...)
	if err == nil && n == 0 {
		err = problem.New(problem.Conflict, "problem.stale")
	}
	return err
}

// WithdrawIn names a report.
type WithdrawIn struct {
	ID string `json:"id"`
}

// Target is the report.
func (in WithdrawIn) Target() ref.Ref { return ref.New("report", in.ID) }

// Withdraw takes a report back as long as nobody has signed it. It stays in the archive.
func Withdraw(ctx context.Context, tx *db.Tx, in WithdrawIn) (Report, error) {
	r, err := Get(ctx, tx, GetIn(in))
	if err != nil {
		return r, err
	}
	if r.State != StateFrozen {
		return r, problem.New(problem.Conflict, "report.error.not-withdrawable", "state", i18n.Text{EN: i18n.T(i18n.EN, "report.state."+string(r.State)), IT: i18n.T(i18n.IT, "report.state."+string(r.State))})
	}
	tx.Touch(r.Ref())
	r.WithdrawnAt, r.WithdrawnBy, r.State = tx.Now(), tx.Actor().Ref.ID(), StateWithdrawn
	return r, r.move(ctx, tx, "withdrawn_at = $3, withdrawn_by = $4", db.Micros(r.WithdrawnAt), r.WithdrawnBy)
}

// OpWithdraw takes a report back.
var OpWithdraw = op.Command[WithdrawIn, Report]{Name: "report.withdraw", Route: "POST /api/reports/withdraw", Func: Withdraw}

// GetIn names a report.
type GetIn struct {
	ID string `path:"id" json:"id"`
}

// Target is the report.
func (in GetIn) Target() ref.Ref { return ref.New("report", in.ID) }

// Get loads a report with its files and signatures.
func Get(ctx context.Context, r db.Reader, in GetIn) (Report, error) {
	all, err := load(ctx, r, "WHERE id = $1", "WHERE report_id = $1", in.ID)
	if err == nil && len(all) == 0 {
		err = problem.New(problem.NotFound, "problem.not-found", "what", "report "+in.ID)
	}
	if err != nil {
		return Report{}, err
	}
	return all[0], nil
}

// Filter narrows the archive.
type Filter struct {
	Period string `query:"period" json:"period,omitempty" doc:"only this quarter"`
	State  State  `query:"state" json:"state,omitempty"`
	Open   bool   `query:"open" json:"open,omitempty" doc:"only those that wait for a signature"`
	Sort   string `query:"sort" json:"sort,omitempty" doc:"id, state or as-of; a leading minus sorts downwards"`
}

// List gives the reports that the filter leaves, the newest first. An organisation has some tens of them.
func List(ctx context.Context, r db.Reader, f Filter) ([]Report, error) {
	all, err := load(ctx, r, "", "")
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(one Report) bool {
		return f.Period != "" && one.Period != f.Period || f.State != "" && one.State != f.State || f.Open && !one.Open()
	})
	return all, f.order(all)
}

func (f Filter) order(all []Report) error {
	name, down := strings.CutPrefix(cmp.Or(f.Sort, "-as-of"), "-")
	orders := map[string]func(a, b Report) int{
		"as-of": func(a, b Report) int { return cmp.Or(a.AsOf.Compare(b.AsOf), cmp.Compare(a.ID, b.ID)) },
		"id":    func(a, b Report) int { return cmp.Compare(a.ID, b.ID) },
		"state": func(a, b Report) int { return cmp.Or(cmp.Compare(a.State, b.State), cmp.Compare(a.ID, b.ID)) },
	}
	compare, ok := orders[name]
	if !ok {
		return problem.Field("sort", "problem.sort", "value", name)
	}
	slices.SortStableFunc(all, compare)
	if down {
		slices.Reverse(all)
	}
	return nil
}

// The operations that read.
var (
	OpGet   = op.Query[GetIn, Report]{Name: "report.get", Route: "GET /api/reports/{id}", Func: Get}
	OpList  = op.Query[Filter, []Report]{Name: "report.list", Route: "GET /api/reports", Func: List}
	OpDraft = op.Query[DraftIn, Snapshot]{Name: "report.draft", Route: "GET /api/reports/draft", Func: Draft}
)

func load(ctx context.Context, r db.Reader, where, of string, args ...any) ([]Report, error) {
	all, err := db.All(ctx, r, scanReport, `SELECT id, period, as_of, snapshot_sha256, record_seq, frozen_by, sealed_at, withdrawn_at, withdrawn_by, version
		FROM report `+where+` ORDER BY as_of DESC, id DESC`, args...)
	if err != nil {
		return nil, err
	}
	at := make(map[string]*Report, len(all))
	for i := range all {
		at[all[i].ID] = &all[i]
	}
	files, err := db.All(ctx, r, scanFile, `SELECT report_id, lang, frozen_sha256, sha256, manifest_sha256, size, pages, slots FROM report_file `+of+` ORDER BY report_id, lang`, args...)
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		at[f.report].Files = append(at[f.report].Files, f.File)
	}
	signatures, err := db.All(ctx, r, scanSignature, `SELECT report_id, office, person, name, at, level, subject, issuer, fingerprint FROM report_signature `+of+` ORDER BY report_id, at, office`, args...)
	if err != nil {
		return nil, err
	}
	for _, s := range signatures {
		at[s.report].Signatures = append(at[s.report].Signatures, s.Signature)
	}
	for i := range all {
		all[i].State = all[i].state()
	}
	return all, nil
}

func scanReport(s db.Scan) (Report, error) {
	r := Report{Files: []File{}, Signatures: []Signature{}}
	return r, s(&r.ID, &r.Period, db.At(&r.AsOf), &r.Snapshot, &r.RecordSeq, &r.FrozenBy, db.At(&r.SealedAt), db.At(&r.WithdrawnAt), &r.WithdrawnBy, &r.Version)
}

type fileRow struct {
	File
	report string
}

func scanFile(s db.Scan) (fileRow, error) {
	var f fileRow
	var slots string
	if err := s(&f.report, &f.Lang, &f.Frozen, &f.SHA256, &f.Manifest, &f.Size, &f.Pages, &slots); err != nil {
		return f, err
	}
	return f, json.Unmarshal([]byte(slots), &f.Slots)
}

// Desk is where reports are made: it runs the two steps of freezing.
type Desk struct {
	Run   *op.Runner
	Key   record.Key
	Store Store
}

// Freeze fixes the figures, commits, then renders the PDFs with the proof of the record. When the second
// step fails the report stays frozen without PDFs, and Seal can be run again.
func (d Desk) Freeze(ctx context.Context, actor db.Actor, in FreezeIn) (Report, error) {
	in.Store = d.Store
	r, err := op.Do(ctx, d.Run, actor, OpFreeze, in)
	if err != nil {
		return r, err
	}
	return d.Seal(ctx, actor, r.ID)
}

// Seal renders the PDFs of a frozen report.
func (d Desk) Seal(ctx context.Context, actor db.Actor, id string) (Report, error) {
	return op.Do(ctx, d.Run, actor, OpSeal, SealIn{ID: id, Store: d.Store, Key: d.Key})
}

// PDF gives the bytes of the PDF of a language as it is now.
func (d Desk) PDF(r Report, lang i18n.Lang) ([]byte, error) {
	f, err := r.File(lang)
	if err != nil {
		return nil, err
	}
	return d.Store.Get(f.SHA256)
}

// Snapshot gives the figures of a frozen report.
func (d Desk) Snapshot(r Report) (Snapshot, error) {
	data, err := d.Store.Get(r.Snapshot)
	if err != nil {
		return Snapshot{}, err
	}
	return ReadSnapshot(data)
}
