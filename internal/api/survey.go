package api

import "accordo.dev/internal/governance/survey"

// surveyRoutes offers the operations of this area.
func (s *server) surveyRoutes() {
	query(s, survey.OpRounds)
	query(s, survey.OpResults)
	query(s, survey.OpMeasure)
	command(s, survey.OpOpen)
	command(s, survey.OpClose)
	command(s, survey.OpAnswer)
}
