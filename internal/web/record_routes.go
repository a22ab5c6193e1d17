package web

// recordRoutes binds the pages of this area.
func (s *Server) recordRoutes(m *mux) {}
