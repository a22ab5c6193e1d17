package web

import (
	"encoding/json"
	"net/http"
	"net/url"

	"accordo.dev/internal/landscape"
	"accordo.dev/internal/op"
	"accordo.dev/internal/web/static"
	"accordo.dev/internal/web/ui"
)

// landscapePlan gives the script of the whole map its elements, names in the reader's language.
func (s *Server) landscapePlan(w http.ResponseWriter, q *request) error {
	plan, err := op.Ask(q.Context(), s.Run, q.Actor, landscape.OpPlan, landscape.PlanIn{GroupsIn: groupsOf(q), Group: q.URL.Query().Get("group")})
	if err != nil {
		return err
	}
	type box struct {
		ID    string  `json:"id"`
		Name  string  `json:"name"`
		Kind  string  `json:"kind"`
		Group string  `json:"group"`
		X     float64 `json:"x"`
		Y     float64 `json:"y"`
	}
	out := struct {
		Boxes []box                  `json:"boxes"`
		Ties  []landscape.PlannedTie `json:"ties"`
		Found int                    `json:"found"`
	}{Boxes: []box{}, Ties: plan.Ties, Found: plan.Found}
	for _, e := range plan.Elements {
		out.Boxes = append(out.Boxes, box{e.ID, q.Page.In(e.Name), kindWord(q.Page, e.Kind), e.Group, e.X, e.Y})
	}
	w.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(w).Encode(out)
}

// landscapePlace notes where somebody put an element on the whole map.
func (s *Server) landscapePlace(w http.ResponseWriter, q *request) error {
	f, err := q.form()
	if err != nil {
		return err
	}
	in := landscape.PlaceIn{}
	if id := f.text("forget"); id != "" {
		in.Forget = []string{id}
	} else {
		in.Places = []landscape.PlacedAt{{Element: f.text("element"), X: f.number("x"), Y: f.number("y")}}
	}
	if err := f.err(); err != nil {
		return err
	}
	if _, err := op.Do(q.Context(), s.Run, q.Actor, landscape.OpPlace, in); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// wholeCanvas tells whether the map can be shown element by element, and from where.
func wholeCanvas(p ui.Page, g landscape.Groups) (address string, shown bool) {
	elements := 0
	for _, group := range g.Groups {
		if only := p.Query.Get("group"); only == "" || only == group.Name {
			elements += group.Elements
		}
	}
	query := url.Values{}
	for key, values := range p.Query {
		if key != "format" && len(values) > 0 && values[0] != "" {
			query[key] = values
		}
	}
	return "/landscape/whole/plan?" + query.Encode(), static.HasCanvas() && elements > 0 && elements <= landscape.MostPlanned
}
