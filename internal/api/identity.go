package api

// identityRoutes offers the operations of this area.
func (s *server) identityRoutes() {}
