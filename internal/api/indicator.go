package api

import "accordo.dev/internal/indicator"

// indicatorRoutes offers the operations of this area.
func (s *server) indicatorRoutes() {
	query(s, indicator.OpList)
	query(s, indicator.OpScales)
	query(s, indicator.OpMoves)
	query(s, indicator.OpUnknowns)
	query(s, indicator.OpGet)
}
