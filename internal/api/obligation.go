package api

import "accordo.dev/internal/governance/obligation"

// obligationRoutes offers the operations of this area.
func (s *server) obligationRoutes() {
	query(s, obligation.OpList)
	query(s, obligation.OpGet)
	query(s, obligation.OpFindings)
	command(s, obligation.OpAct)
	command(s, obligation.OpTrigger)
	command(s, obligation.OpAdd)
	command(s, obligation.OpChange)
	command(s, obligation.OpRemove)
	command(s, obligation.OpSetInterval)
	command(s, obligation.OpWaive)
}
