package api

// budgetRoutes offers the operations of this area.
func (s *server) budgetRoutes() {}
