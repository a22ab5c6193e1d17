package web

// projectRoutes binds the pages of this area.
func (s *Server) projectRoutes(m *mux) {
	m.page("GET /projects", s.projectList)
	m.page("GET /projects/{id}", s.projectPage)
	m.page("POST /projects/{id}", s.projectAct)
}
