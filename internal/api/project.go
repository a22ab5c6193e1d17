package api

// projectRoutes offers the operations of this area.
func (s *server) projectRoutes() {}
