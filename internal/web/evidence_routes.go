package web

// evidenceRoutes binds the pages of this area.
func (s *Server) evidenceRoutes(m *mux) {}
