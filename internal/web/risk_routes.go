package web

// riskRoutes binds the pages of this area.
func (s *Server) riskRoutes(m *mux) {
	m.page("GET /risks", s.riskList)
	m.page("GET /risks/new", s.riskNew)
	m.page("POST /risks/new", s.riskSave)
	m.page("GET /risks/appetite", s.riskAppetite)
	m.page("POST /risks/appetite", s.riskSetAppetite)
	m.page("GET /risks/{id}", s.riskPage)
	m.page("GET /risks/{id}/assess", s.riskEdit)
	m.page("POST /risks/{id}/assess", s.riskSave)
}
