package web

// landscapeRoutes binds the pages of this area.
func (s *Server) landscapeRoutes(m *mux) {
	m.page("GET /landscape", s.landscapeList)
	m.page("GET /landscape/borders", s.landscapeBorders)
	m.page("GET /landscape/coherence", s.landscapeCoherence)
	m.page("GET /landscape/coherence/completeness", s.landscapeCompleteness)
	m.page("GET /landscape/export", s.landscapeExport)
	m.page("GET /landscape/compare", s.landscapeCompare)
	m.page("GET /landscape/what-if", s.landscapeWhatIf)
	m.page("GET /landscape/import", s.landscapeImport)
	m.page("POST /landscape/import", s.landscapePreview)
	m.page("POST /landscape/import/confirm", s.landscapeConfirm)
	m.page("GET /landscape/import/jobs/{job}", s.landscapeImportJob)
	m.page("GET /landscape/import/templates/{file}", s.landscapeTemplate)
	m.page("GET /landscape/points", s.landscapePoints)
	m.page("GET /landscape/points/{id}", s.landscapePoint)
	m.page("GET /landscape/new", s.landscapeNew)
	m.page("POST /landscape/new", s.landscapeAdd)
	m.page("GET /landscape/{id}", s.landscapeElement)
	m.page("GET /landscape/edit/{id}", s.landscapeEdit)
	m.page("POST /landscape/edit/{id}", s.landscapeChange)
	m.page("POST /landscape/end/{id}", s.landscapeEnd)
}
