package api

import "accordo.dev/internal/identity"

// identityRoutes offers the operations of this area. What concerns somebody's own sign-in is for browsers only.
func (s *server) identityRoutes() {
	query(s, identity.OpList)
	query(s, identity.OpGet)
	query(s, identity.OpHoldings)
	query(s, identity.OpUnits)
	command(s, identity.OpAddPerson)
	command(s, identity.OpChangePerson)
	command(s, identity.OpEndPerson)
	command(s, identity.OpAppoint)
	command(s, identity.OpEndOffice)
	command(s, identity.OpSetUnit)
	command(s, identity.OpRemoveUnit)
}
