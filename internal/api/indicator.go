package api

import (
	"accordo.dev/internal/indicator"
	"accordo.dev/internal/indicator/dictionary"
)

// indicatorRoutes offers the operations of this area.
func (s *server) indicatorRoutes() {
	query(s, indicator.OpList)
	query(s, indicator.OpScales)
	query(s, indicator.OpMoves)
	query(s, indicator.OpUnknowns)
	query(s, indicator.OpGet)
	query(s, dictionary.OpList)
	query(s, dictionary.OpGet)
	query(s, dictionary.OpConvert)
}
