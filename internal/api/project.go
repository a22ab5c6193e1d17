package api

import "accordo.dev/internal/project"

// projectRoutes offers the operations of this area.
func (s *server) projectRoutes() {
	query(s, project.OpList)
	query(s, project.OpGet)
	command(s, project.OpValidate)
	command(s, project.OpLeaveDesign)
}
