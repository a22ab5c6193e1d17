package api

import "accordo.dev/internal/governance/raci"

// raciRoutes offers the operations of this area.
func (s *server) raciRoutes() {
	query(s, raci.OpList)
	query(s, raci.OpGet)
	query(s, raci.OpCheck)
	query(s, raci.OpLastChange)
	query(s, raci.OpLibrary)
	query(s, raci.OpGrey)
	query(s, raci.OpReality)
	query(s, raci.OpSettings)
	query(s, raci.OpInForce)
	command(s, raci.OpNew)
	command(s, raci.OpDescribe)
	command(s, raci.OpSetCell)
	command(s, raci.OpSetRow)
	command(s, raci.OpFromLibrary)
	command(s, raci.OpRemoveRow)
	command(s, raci.OpMoveRow)
	command(s, raci.OpSetRole)
	command(s, raci.OpRemoveRole)
	command(s, raci.OpMoveRole)
	command(s, raci.OpImport)
	command(s, raci.OpRemove)
	command(s, raci.OpUndo)
	command(s, raci.OpSetSettings)
}
