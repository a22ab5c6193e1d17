package api

import "accordo.dev/internal/landscape"

// landscapeRoutes offers the operations of this area.
func (s *server) landscapeRoutes() {
	query(s, landscape.OpListElements)
	query(s, landscape.OpGetElement)
	query(s, landscape.OpCount)
	query(s, landscape.OpServices)
	query(s, landscape.OpListConnections)
	query(s, landscape.OpCoherence)
	query(s, landscape.OpCompleteness)
	command(s, landscape.OpAddElement)
	command(s, landscape.OpChangeElement)
	command(s, landscape.OpEndElement)
	command(s, landscape.OpConnect)
	command(s, landscape.OpDisconnect)
	command(s, landscape.OpAddAgreement)
	command(s, landscape.OpImport)
}
