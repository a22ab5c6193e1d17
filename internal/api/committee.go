package api

import (
	"context"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"accordo.dev/internal/governance/committee"
	"accordo.dev/internal/op"
)

// committeeRoutes offers the operations of this area; invitations and minutes are answered as files.
func (s *server) committeeRoutes() {
	query(s, committee.OpList)
	query(s, committee.OpGet)
	command(s, committee.OpFound)
	command(s, committee.OpChange)
	query(s, committee.OpSitting)
	command(s, committee.OpPlan)
	command(s, committee.OpMove)
	command(s, committee.OpCancel)
	command(s, committee.OpCall)
	command(s, committee.OpBegin)
	command(s, committee.OpClose)
	command(s, committee.OpApprove)
	command(s, committee.OpAddItem)
	command(s, committee.OpDropItem)
	command(s, committee.OpArrange)
	command(s, committee.OpAttend)
	command(s, committee.OpNote)
	command(s, committee.OpResolve)
	query(s, committee.OpActions)
	command(s, committee.OpAssign)
	command(s, committee.OpFinish)
	command(s, committee.OpDrop)
	attachment(s, committee.OpInvitation)
	attachment(s, committee.OpPaper)
}

// fileAnswer is a file as it is sent.
type fileAnswer struct {
	Type string `header:"Content-Type"`
	Name string `header:"Content-Disposition"`
	Body []byte
}

// attachment offers a query whose answer is a file.
func attachment(s *server, q op.Query[committee.FileIn, committee.Attachment]) {
	described := operation(q.Name, q.Route)
	described.Responses = map[string]*huma.Response{"200": {
		Description: described.Summary, Content: map[string]*huma.MediaType{"application/octet-stream": {Schema: &huma.Schema{Type: "string", Format: "binary"}}},
	}}
	huma.Register(s.api, described, func(ctx context.Context, in *committee.FileIn) (*fileAnswer, error) {
		c := callerOf(ctx)
		file, err := op.Ask(ctx, s.Run, c.actor, q, *in)
		if err != nil {
			return nil, s.fail(c.lang, q.Name, err)
		}
		name := strings.ReplaceAll(file.Name, `"`, "")
		return &fileAnswer{Type: file.Type, Name: `attachment; filename="` + name + `"`, Body: file.Content}, nil
	})
}
