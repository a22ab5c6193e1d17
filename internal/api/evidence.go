package api

import "accordo.dev/internal/evidence"

// evidenceRoutes offers the operations of this area.
func (s *server) evidenceRoutes() {
	s.importRoute()
	query(s, evidence.OpFiles)
	query(s, evidence.OpFile)
	query(s, evidence.OpFreshness)
	query(s, evidence.OpExposures)
	query(s, evidence.OpExposure)
	query(s, evidence.OpCounts)
	query(s, evidence.OpExposureDays)
	query(s, evidence.OpKEV)
	query(s, evidence.OpOpenKEVs)
	query(s, evidence.OpAvailability)
	query(s, evidence.OpDowntime)
	query(s, evidence.OpMonths)
	query(s, evidence.OpIncidents)
	query(s, evidence.OpIncident)
	command(s, evidence.OpRecordIncident)
	query(s, evidence.OpRecoveryTests)
	command(s, evidence.OpRecordRecovery)
	query(s, evidence.OpResponseTargets)
	query(s, evidence.OpPatchSLAs)
	query(s, evidence.OpUnmatched)
	command(s, evidence.OpMatch)
}
