package cli

import (
	"fmt"

	"accordo.dev/internal/governance/survey"
	"accordo.dev/internal/op"
	"accordo.dev/internal/stat"
)

// SurveyCmd is about the survey of frictions.
type SurveyCmd struct {
	Results SurveyResultsCmd `cmd:"" help:"Print what the rounds that are over say."`
}

// SurveyResultsCmd prints results.
type SurveyResultsCmd struct {
	Round string `arg:"" optional:"" help:"Id of a round; all that are over unless told."`
}

// Run prints one line an area of a round: round, area, then for IT, security and the gap the value with its limits, and
// what the gap shows. A side of which too few answered is a dash.
func (c *SurveyResultsCmd) Run(env *Env) error {
	all, err := op.Ask(env.Context, env.Run, env.Actor, survey.OpResults, survey.ResultsIn{Round: c.Round})
	for _, r := range all {
		for _, a := range r.Areas {
			fmt.Fprintf(env.Out, "%s\t%s\t%s\t%s\t%s\t%s\n", r.ID, a.Area, sideFigure(a.IT), sideFigure(a.Security), surveyFigure(a.Gap), a.Verdict)
		}
	}
	return err
}

func sideFigure(m *survey.SideMean) string {
	if m == nil {
		return "-"
	}
	return fmt.Sprintf("%s n=%d", surveyFigure(m.Friction), m.N)
}

func surveyFigure(e stat.Estimate) string {
	if !e.Value.Known {
		return "-"
	}
	return fmt.Sprintf("%.2f [%.2f %.2f]", e.Value.X, e.Low.X, e.High.X)
}
