package web

// riskRoutes binds the pages of this area.
func (s *Server) riskRoutes(m *mux) {}
