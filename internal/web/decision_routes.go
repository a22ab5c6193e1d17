package web

// decisionRoutes binds the pages of this area.
func (s *Server) decisionRoutes(m *mux) {}
