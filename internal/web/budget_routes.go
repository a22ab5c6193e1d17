package web

// budgetRoutes binds the pages of this area.
func (s *Server) budgetRoutes(m *mux) {
	m.page("GET /fund", s.fund)
	m.page("GET /fund/years/{year}", s.yearEdit)
	m.page("POST /fund/years/{year}", s.yearSave)
	m.page("GET /fund/initiatives", s.initiativeList)
	m.page("GET /fund/initiatives/new", s.initiativeNew)
	m.page("POST /fund/initiatives/new", s.initiativeSave)
	m.page("GET /fund/initiatives/{id}", s.initiativePage)
	m.page("GET /fund/initiatives/{id}/edit", s.initiativeEdit)
	m.page("POST /fund/initiatives/{id}/edit", s.initiativeSave)
	m.page("POST /fund/initiatives/{id}/payments", s.initiativePay)
	m.page("GET /fund/choice", s.fundChoice)
	m.page("GET /fund/choice/frontier", s.fundFrontier)
	m.page("GET /fund/choice/weight", s.fundWeigh)
	m.page("GET /fund/plans", s.planList)
	m.page("POST /fund/plans", s.planSave)
	m.page("GET /fund/plans/new", s.planNew)
	m.page("GET /fund/plans/{id}", s.planPage)
	m.page("POST /fund/plans/{id}", s.planAct)
}
