package web

// surveyRoutes binds the pages on where the two offices rub.
func (s *Server) surveyRoutes(m *mux) {
	m.page("GET /roles/survey", s.surveyPage)
	m.page("POST /roles/survey", s.surveyAct)
	m.page("GET /roles/survey/answer/{round}", s.surveyForm)
	m.page("POST /roles/survey/answer/{round}", s.surveyAnswer)
}
