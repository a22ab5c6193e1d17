package api

// riskRoutes offers the operations of this area.
func (s *server) riskRoutes() {}
