package api

// decisionRoutes offers the operations of this area.
func (s *server) decisionRoutes() {}
