package api

// indicatorRoutes offers the operations of this area.
func (s *server) indicatorRoutes() {}
