package web

// homeRoutes binds the pages of this area.
func (s *Server) homeRoutes(m *mux) {
	m.page("GET /{$}", s.home)
}
