package api

// reportRoutes offers the operations of this area.
func (s *server) reportRoutes() {}
