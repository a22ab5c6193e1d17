package web

// decisionRoutes binds the pages of this area.
func (s *Server) decisionRoutes(m *mux) {
	m.page("GET /decisions", s.decisionList)
	m.page("GET /decisions/new", s.decisionNew)
	m.page("POST /decisions/new", s.decisionPropose)
	m.page("GET /decisions/{id}", s.decisionRoom)
	m.page("POST /decisions/{id}", s.decisionAct)
}
