package api

import (
	"accordo.dev/internal/budget"
	"accordo.dev/internal/organisation"
)

// budgetRoutes offers the operations of the fund and of the organisation as a whole.
func (s *server) budgetRoutes() {
	query(s, budget.OpStanding)
	query(s, organisation.OpGet)
}
