package web

// landscapeRoutes binds the pages of this area.
func (s *Server) landscapeRoutes(m *mux) {}
