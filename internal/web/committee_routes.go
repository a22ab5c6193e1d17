package web

// committeeRoutes binds the pages of committees, their sittings and actions.
func (s *Server) committeeRoutes(m *mux) {
	m.page("GET /roles/committees", s.committeeList)
	m.page("GET /roles/committees/new", s.committeeNew)
	m.page("POST /roles/committees/new", s.committeeSave)
	m.page("GET /roles/committees/{id}", s.committeePage)
	m.page("POST /roles/committees/{id}", s.committeePlan)
	m.page("GET /roles/committees/{id}/edit", s.committeeEdit)
	m.page("POST /roles/committees/{id}/edit", s.committeeSave)
	m.page("GET /roles/sittings/{id}", s.sittingPage)
	m.page("POST /roles/sittings/{id}", s.sittingAct)
	m.page("GET /roles/sittings/{id}/minutes", s.sittingMinutes)
	m.page("GET /roles/sittings/{id}/invitation", s.sittingInvitation)
	m.page("GET /roles/sittings/{id}/print", s.sittingPrint)
	m.page("GET /roles/actions", s.actionList)
	m.page("POST /roles/actions/{id}", s.actionEnd)
}
