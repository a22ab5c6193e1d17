package web

// obligationRoutes binds the pages on what must be done again and again.
func (s *Server) obligationRoutes(m *mux) {
	m.page("GET /roles/obligations", s.obligationList)
	m.page("GET /roles/obligations.ics", s.obligationCalendar)
	m.page("GET /roles/obligations/new", s.obligationForm)
	m.page("POST /roles/obligations/new", s.obligationAdd)
	m.page("GET /roles/obligations/{id}", s.obligationPage)
	m.page("POST /roles/obligations/{id}", s.obligationAct)
}
