package web

// decisionRoutes binds the pages of this area.
func (s *Server) decisionRoutes(m *mux) {
	m.page("GET /decisions", s.decisionList)
	m.page("GET /decisions/new", s.decisionNew)
	m.page("POST /decisions/new", s.decisionPropose)
	m.page("GET /decisions/mine", s.decisionMine)
	m.page("GET /decisions/delegations", s.decisionDelegations)
	m.page("POST /decisions/delegations", s.decisionDelegate)
	m.page("GET /decisions/policy", s.decisionPolicy)
	m.page("POST /decisions/policy", s.decisionSetPolicy)
	m.page("GET /decisions/{id}", s.decisionRoom)
	m.page("POST /decisions/{id}", s.decisionAct)
	m.page("GET /decisions/{id}/file", s.decisionExport)
}
