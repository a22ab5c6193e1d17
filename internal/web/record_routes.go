package web

// recordRoutes binds the pages of this area.
func (s *Server) recordRoutes(m *mux) {
	m.page("GET /record", s.recordList)
	m.page("GET /record/policies", s.policies)
	m.page("GET /record/copy", s.recordCopy)
	m.page("GET /record/{seq}", s.recordEntry)
	m.page("GET /record/{seq}/proof", s.recordProof)
}
