package web

import "accordo.dev/internal/report"

// reportRoutes binds the pages of this area.
func (s *Server) reportRoutes(m *mux) {
	m.page("GET /reports", s.reportList)
	m.page("GET /reports/draft", s.reportDraft)
	m.page("POST /reports/freeze", s.freezeReport)
	m.page("GET /reports/verify", s.verifyPage)
	m.page("POST /reports/verify", s.verifyReport)
	m.page("GET /reports/{id}", s.reportPreview)
	m.page("GET /reports/{id}/pdf/{lang}", s.reportPDF)
	m.page("GET /reports/{id}/manifest/{lang}", s.reportManifest)
	m.page("GET /reports/{id}/snapshot", s.reportSnapshot)
	m.page("POST /reports/{id}/seal", s.sealReport)
	m.page("POST /reports/{id}/sign", s.signReport)
	m.page("POST /reports/{id}/withdraw", s.withdrawReport)
}

// desk is where reports are made.
func (s *Server) desk() report.Desk {
	return report.Desk{Run: s.Run, Key: s.Key, Store: report.StoreIn(s.Data)}
}
