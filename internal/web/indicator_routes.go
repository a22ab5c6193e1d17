package web

// indicatorRoutes binds the pages of this area.
func (s *Server) indicatorRoutes(m *mux) {}
