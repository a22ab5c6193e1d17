package web

import (
	"io"
	"net/http"

	"accordo.dev/internal/problem"
	"accordo.dev/internal/report"
	"accordo.dev/internal/report/pades"
	"accordo.dev/internal/web/ui"
)

// verifyPage asks for a PDF.
func (s *Server) verifyPage(w http.ResponseWriter, q *request) error {
	q.titleVerify()
	return q.render(w, verifyPage(q.Page, nil, "", nil))
}

func (q *request) titleVerify() {
	q.title("reports", q.T("report.verify.title"), ui.Crumb{Title: q.T("report.list.title"), Href: "/reports"})
}

// verifyReport verifies a PDF against the authorities and the record of this installation; nothing is kept.
func (s *Server) verifyReport(w http.ResponseWriter, q *request) error {
	q.titleVerify()
	found, name, err := s.verifyUpload(q)
	if err != nil {
		return q.again(w, err, verifyPage(q.Page, nil, "", err))
	}
	return q.render(w, verifyPage(q.Page, &found, name, nil))
}

func (s *Server) verifyUpload(q *request) (report.Verification, string, error) {
	part, header, err := q.FormFile("file")
	if err != nil {
		return report.Verification{}, "", problem.Field("file", "problem.required")
	}
	defer part.Close()
	if header.Size > pades.MaxFileSize {
		return report.Verification{}, "", pades.ErrTooLarge
	}
	data, err := io.ReadAll(part)
	if err != nil {
		return report.Verification{}, "", err
	}
	if len(data) == 0 {
		return report.Verification{}, "", problem.Field("file", "problem.required")
	}
	roots, err := report.Roots(s.Data)
	if err != nil {
		return report.Verification{}, "", err
	}
	found, err := report.Verify(report.VerifyIn{PDF: data, Roots: roots, RecordKey: s.Key.Public, Now: s.DB.Now()})
	return found, header.Filename, err
}

// validationState is how the status of a validation looks.
func validationState(s pades.Status) ui.State {
	switch s {
	case pades.TotalPassed:
		return ui.OK
	case pades.Indeterminate:
		return ui.Unk
	default:
		return ui.Bad
	}
}
