package web

// identityRoutes binds the pages of this area.
func (s *Server) identityRoutes(m *mux) {}
