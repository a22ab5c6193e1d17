package web

// indicatorRoutes binds the pages of this area.
func (s *Server) indicatorRoutes(m *mux) {
	m.page("GET /indicators", s.indicatorWall)
	m.page("GET /indicators/dictionary", s.dictionaryList)
	m.page("GET /indicators/dictionary/{term}", s.dictionaryTerm)
	m.page("GET /indicators/{id}", s.indicatorPage)
}
