package api

import "accordo.dev/internal/record/browse"

// recordRoutes offers the operations of this area.
func (s *server) recordRoutes() {
	query(s, browse.OpList)
	query(s, browse.OpGet)
	query(s, browse.OpProve(s.Key))
	query(s, browse.OpCheckpoint(s.Key))
}
