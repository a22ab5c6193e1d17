package web

// budgetRoutes binds the pages of this area.
func (s *Server) budgetRoutes(m *mux) { m.page("GET /fund", s.fund) }
