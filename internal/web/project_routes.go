package web

// projectRoutes binds the pages of this area.
func (s *Server) projectRoutes(m *mux) {}
