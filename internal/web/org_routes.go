package web

// orgRoutes binds the pages on how the offices are cut: findings, what-if, declared facts, and the rules that bind.
func (s *Server) orgRoutes(m *mux) {
	m.page("GET /roles/offices", s.offices)
	m.page("GET /roles/independence", s.independence)
	m.page("GET /roles/independence/what-if", s.lineWhatIf)
	m.page("GET /roles/facts", s.facts)
	m.page("POST /roles/facts", s.declareFact)
	m.page("POST /roles/facts/retract", s.retractFact)
	m.page("GET /roles/profile", s.profile)
	m.page("POST /roles/profile", s.changeProfile)
}
