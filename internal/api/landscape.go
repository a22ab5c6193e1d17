package api

// landscapeRoutes offers the operations of this area.
func (s *server) landscapeRoutes() {}
