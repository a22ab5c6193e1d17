package web

// whoAsks fills in the person who is signed in, if any, and what the pages know about them.
func (s *Server) whoAsks(q *request) error { return nil }
