package api

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"accordo.dev/internal/landscape"
	"accordo.dev/internal/op"
)

// landscapeRoutes offers the operations of this area.
func (s *server) landscapeRoutes() {
	query(s, landscape.OpListElements)
	query(s, landscape.OpGetElement)
	query(s, landscape.OpCount)
	query(s, landscape.OpServices)
	query(s, landscape.OpListConnections)
	query(s, landscape.OpCoherence)
	query(s, landscape.OpAround)
	query(s, landscape.OpGroups)
	query(s, landscape.OpPlan)
	command(s, landscape.OpPlace)
	query(s, landscape.OpPoints)
	query(s, landscape.OpPoint)
	query(s, landscape.OpCutSets)
	query(s, landscape.OpConcentration)
	query(s, landscape.OpCompleteness)
	query(s, landscape.OpChooseExtract)
	huma.Register(s.api, operation(landscape.OpExtract.Name, landscape.OpExtract.Route), s.extract)
	query(s, landscape.OpWhatIf)
	query(s, landscape.OpCompare)
	command(s, landscape.OpAddElement)
	command(s, landscape.OpChangeElement)
	command(s, landscape.OpEndElement)
	command(s, landscape.OpConnect)
	command(s, landscape.OpDisconnect)
	query(s, landscape.OpGetConnection)
	command(s, landscape.OpChangeConnection)
	query(s, landscape.OpListAgreements)
	query(s, landscape.OpGetAgreement)
	command(s, landscape.OpChangeAgreement)
	command(s, landscape.OpEndAgreement)
	command(s, landscape.OpAddAgreement)
	command(s, landscape.OpImport)
	s.landscapePolicyRoutes()
}

// file is an answer that is not JSON.
type file struct {
	Type        string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        []byte
}

// extract answers with the file itself.
func (s *server) extract(ctx context.Context, in *landscape.ExtractIn) (*file, error) {
	c := callerOf(ctx)
	out, err := op.Ask(ctx, s.Run, c.actor, landscape.OpExtract, *in)
	if err != nil {
		return nil, s.fail(c.lang, landscape.OpExtract.Name, err)
	}
	return &file{Type: out.Type, Disposition: `attachment; filename="` + out.Name + `"`, Body: out.Data}, nil
}

// landscapePolicyRoutes offers integration policies, their violations and exceptions.
func (s *server) landscapePolicyRoutes() {
	query(s, landscape.OpListPolicies)
	query(s, landscape.OpGetPolicy)
	query(s, landscape.OpListPacks)
	query(s, landscape.OpTryPolicy)
	query(s, landscape.OpPolicyTrend)
	query(s, landscape.OpViolations)
	query(s, landscape.OpListExceptions)
	query(s, landscape.OpOnboarding)
	command(s, landscape.OpAddPolicy)
	command(s, landscape.OpChangePolicy)
	command(s, landscape.OpSwitchPolicy)
	command(s, landscape.OpAdoptPack)
	command(s, landscape.OpAskException)
	command(s, landscape.OpEnforceException)
}
