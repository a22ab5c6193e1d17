package web

// reportRoutes binds the pages of this area.
func (s *Server) reportRoutes(m *mux) {}
