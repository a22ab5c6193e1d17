package api

import (
	"accordo.dev/internal/governance"
	"accordo.dev/internal/organisation"
)

// governanceRoutes offers how the offices are cut, what was declared of it, and what would be.
func (s *server) governanceRoutes() {
	command(s, organisation.OpChange)
	query(s, governance.OpIndependence)
	query(s, governance.OpWhatIf)
	query(s, governance.OpTryProfile)
	query(s, governance.OpFacts)
	command(s, governance.OpDeclare)
	command(s, governance.OpRetract)
}
