package web

// roleRoutes binds the pages on how the two offices decide together.
func (s *Server) roleRoutes(m *mux) {
	s.raciRoutes(m)
	s.orgRoutes(m)
	s.obligationRoutes(m)
	s.committeeRoutes(m)
	s.surveyRoutes(m)
}
