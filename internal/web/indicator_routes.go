package web

// indicatorRoutes binds the pages of this area.
func (s *Server) indicatorRoutes(m *mux) {
	m.page("GET /indicators", s.indicatorWall)
	m.page("GET /indicators/dictionary", s.indicatorDictionary)
	m.page("GET /indicators/{id}", s.indicatorPage)
}
