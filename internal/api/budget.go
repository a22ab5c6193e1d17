package api

import (
	"accordo.dev/internal/budget"
	"accordo.dev/internal/organisation"
)

// budgetRoutes offers the operations of the fund and of the organisation as a whole.
func (s *server) budgetRoutes() {
	query(s, budget.OpStanding)
	query(s, budget.OpYears)
	command(s, budget.OpSetFund)
	query(s, budget.OpList)
	query(s, budget.OpGet)
	command(s, budget.OpWrite)
	command(s, budget.OpPay)
	query(s, budget.OpChoose)
	query(s, budget.OpFrontier)
	query(s, budget.OpWeigh)
	query(s, budget.OpPlans)
	query(s, budget.OpGetPlan)
	command(s, budget.OpSavePlan)
	command(s, budget.OpPropose)
	command(s, budget.OpAdopt)
	query(s, organisation.OpGet)
}
