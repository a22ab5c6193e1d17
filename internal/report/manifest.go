package report

import (
	"bytes"
	"encoding/json"
	"fmt"

	"accordo.dev/internal/i18n"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/record"
	"accordo.dev/internal/report/document"
)

// Names of the files that a report's PDF carries.
const (
	ManifestName   = "manifest.json"
	SnapshotName   = "snapshot.json"
	manifestFormat = "accordo-report-manifest-1"
)

// Manifest binds a PDF to what it rests on: the snapshot, the definitions, the evidence, and the entry
// of the record in which the snapshot's hash was written before anybody rendered or signed it.
type Manifest struct {
	Format      string          `json:"format"`
	Report      string          `json:"report"`
	Language    i18n.Lang       `json:"language"`
	Snapshot    string          `json:"snapshotSha256"`
	Definitions []DefinitionSum `json:"definitions"`
	Evidence    []EvidenceFile  `json:"evidence"`
	Record      RecordProof     `json:"record"`
}

// DefinitionSum names a version of a definition.
type DefinitionSum struct {
	ID      string `json:"id"`
	Version string `json:"version"`
	SHA256  string `json:"sha256"`
}

// RecordProof proves that the record holds the entry "report.frozen" of this report.
type RecordProof struct {
	PublicKey string           `json:"publicKey"`
	Proof     record.Inclusion `json:"proof"`
}

// Frozen is the input of the entry "report.frozen": what the record knows of a report.
type Frozen struct {
	Report   string `json:"report"`
	Period   string `json:"period"`
	Snapshot string `json:"snapshotSha256"`
}

// newManifest makes the manifest of one language.
func newManifest(s Snapshot, sum string, lang i18n.Lang, proof RecordProof) Manifest {
	return Manifest{
		Format: manifestFormat, Report: s.Report, Language: lang, Snapshot: sum,
		Definitions: sums(s.Definitions), Evidence: s.Evidence, Record: proof,
	}
}

func sums(definitions []Definition) []DefinitionSum {
	out := make([]DefinitionSum, 0, len(definitions))
	for _, d := range definitions {
		out = append(out, DefinitionSum{ID: d.ID, Version: d.Version, SHA256: d.Hash})
	}
	return out
}

// JSON is the manifest in its one canonical form.
func (m Manifest) JSON() ([]byte, error) {
	var b bytes.Buffer
	out := json.NewEncoder(&b)
	out.SetEscapeHTML(false)
	out.SetIndent("", " ")
	if err := out.Encode(m); err != nil {
		return nil, fmt.Errorf("manifest of %s: %w", m.Report, err)
	}
	return b.Bytes(), nil
}

func readManifest(data []byte) (Manifest, error) {
	var m Manifest
	if err := json.Unmarshal(data, &m); err != nil || m.Format != manifestFormat || m.Language != i18n.EN && m.Language != i18n.IT {
		return m, problem.New(problem.Invalid, "report.error.manifest")
	}
	return m, nil
}

// render makes the PDF that is signed. It depends on its arguments alone, so that a verifier can make
// it again and compare.
func render(snapshot []byte, m Manifest) (document.Paper, error) {
	s, err := ReadSnapshot(snapshot)
	if err != nil {
		return document.Paper{}, err
	}
	manifest, err := m.JSON()
	if err != nil {
		return document.Paper{}, err
	}
	return document.PDF(Document(s, m.Language, Extras{
		SnapshotSum: m.Snapshot,
		Attachments: []document.Attachment{
			{Name: ManifestName, Description: i18n.T(m.Language, "report.attachment.manifest"), Content: manifest},
			{Name: SnapshotName, Description: i18n.T(m.Language, "report.attachment.snapshot"), Content: snapshot},
		},
	}))
}
