package web

// raciRoutes binds the pages of the matrices of responsibility.
func (s *Server) raciRoutes(m *mux) {
	m.page("GET /roles", s.raciList)
	m.page("POST /roles", s.raciThresholds)
	m.page("GET /roles/grey", s.raciGrey)
	m.page("GET /roles/reality", s.raciReality)
	m.page("GET /roles/raci/new", s.raciNew)
	m.page("POST /roles/raci/new", s.raciCreate)
	m.page("GET /roles/raci/import", s.raciImport)
	m.page("POST /roles/raci/import", s.raciTable)
	m.page("GET /roles/raci/{id}", s.raciMatrix)
	m.page("POST /roles/raci/{id}", s.raciAct)
	m.page("POST /roles/raci/{id}/cell", s.raciCell)
	m.page("GET /roles/raci/{id}/row", s.raciRowForm)
	m.page("POST /roles/raci/{id}/row", s.raciRowSave)
	m.page("GET /roles/raci/{id}/column", s.raciRoleForm)
	m.page("POST /roles/raci/{id}/column", s.raciRoleSave)
}
