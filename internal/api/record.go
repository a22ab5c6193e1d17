package api

// recordRoutes offers the operations of this area.
func (s *server) recordRoutes() {}
