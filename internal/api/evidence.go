package api

// evidenceRoutes offers the operations of this area.
func (s *server) evidenceRoutes() {}
