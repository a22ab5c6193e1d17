package web

import (
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"accordo.dev/internal/i18n"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
	"accordo.dev/internal/risk"
	"accordo.dev/internal/web/ui"
)

// statementView is one statement, how it stands, and what the reader may do with it.
type statementView struct {
	Statement   risk.Statement
	Standing    *risk.Standing // none when it does not hold today
	Verdict     string
	Figure      ui.Figure
	Facts       []ui.Fact
	Rests       []ref.Ref
	Called      names
	Escalations []ui.Task
	History     []ui.Entry
	MayReplace  bool
	Replace     string // address of the form
}

// riskStatement shows one statement.
func (s *Server) riskStatement(w http.ResponseWriter, q *request) error {
	view, err := s.statementView(q, q.PathValue("id"))
	if err != nil {
		return err
	}
	return q.render(w, statementPage(q.Page, view))
}

// statement finds a statement; of several settings of the headline, the one in force.
func (s *Server) statement(q *request, id string) (risk.Statement, error) {
	all, err := op.Ask(q.Context(), s.Run, q.Actor, risk.OpStatements, struct{}{})
	if err != nil {
		return risk.Statement{}, err
	}
	at := slices.IndexFunc(all, func(one risk.Statement) bool { return one.ID == id })
	if at < 0 {
		return risk.Statement{}, problem.New(problem.NotFound, "problem.not-found", "what", "statement "+id)
	}
	return all[at], nil
}

func (s *Server) statementView(q *request, id string) (statementView, error) {
	one, err := s.statement(q, id)
	view := statementView{Statement: one}
	if err != nil {
		return view, err
	}
	standings, err := op.Ask(q.Context(), s.Run, q.Actor, risk.OpStandings, struct{}{})
	if err != nil {
		return view, err
	}
	if at := slices.IndexFunc(standings, func(st risk.Standing) bool { return st.Statement.ID == id }); at >= 0 {
		view.Standing = &standings[at]
	}
	escalations, err := op.Ask(q.Context(), s.Run, q.Actor, risk.OpEscalations, risk.EscalationFilter{})
	if err != nil {
		return view, err
	}
	escalations = slices.DeleteFunc(escalations, func(e risk.EscalationRow) bool { return e.Statement != id })
	view.Escalations = escalationTasks(q.Page, escalations)
	if view.Called, err = s.called(q, view.mentions()...); err != nil {
		return view, err
	}
	q.title("risks", one.Name().In(q.Lang()), ui.Crumb{Title: q.T("risk.list.title"), Href: "/risks"}, ui.Crumb{Title: q.T("risk.appetite.title"), Href: "/risks/appetite"})
	view.fill(q.Page)
	if view.Standing != nil {
		q.Page.AsOf = view.Standing.At
	}
	if view.MayReplace = s.refusal(q, risk.OpSetStatement.Name) == ""; view.MayReplace {
		view.Replace = "/risks/appetite/new?measure=" + string(one.On) + "&replaces=" + one.ID
		if id == risk.Headline {
			view.Replace = "/risks/appetite#set"
		}
	}
	view.History, err = s.history(q, one.Ref())
	return view, err
}

// mentions are the things that the page names.
func (v *statementView) mentions() []ref.Ref {
	all := append(people(v.Statement.SetBy), refs("decision", v.Statement.Decision)...)
	if v.Statement.On == risk.OnService {
		all = append(all, ref.New("element", v.Statement.Of))
	}
	if v.Standing != nil {
		v.Rests = refs("risk", v.Standing.Scenarios...)
		all = append(all, v.Rests...)
		if v.Standing.Largest != "" {
			all = append(all, v.Standing.Largest)
		}
	}
	return all
}

func (v *statementView) fill(p ui.Page) {
	one := v.Statement
	if v.Standing == nil {
		v.Verdict = p.T("risk.appetite.say.not-in-force", "days", validity(p, one))
	} else {
		v.Verdict = standingSay(p, *v.Standing, v.Called)
		v.Figure = standingFigure(p, *v.Standing, v.Called)
	}
	v.Facts = []ui.Fact{
		{Term: p.T("risk.appetite.measure"), Text: p.T("risk.appetite.measure." + string(one.On))},
		{Term: p.T("risk.appetite.of"), Text: subjectWords(p, one, v.Called)},
		{Term: p.T("risk.appetite.warning"), Text: thresholdWords(p, one, one.Warning)},
		{Term: p.T("risk.appetite.limit"), Text: thresholdWords(p, one, one.Breach)},
		{Term: p.T("risk.appetite.tolerance"), Text: toleranceWords(p, one)},
		{Term: p.T("risk.appetite.validity"), Text: validity(p, one)},
		{Term: p.T("risk.appetite.set-by"), Text: setter(p, one.SetBy, v.Called) + ", " + dayWords(p.Lang, one.SetOn)},
		{Term: p.T("risk.appetite.way"), Text: wayWords(p, one)},
	}
	if one.Decision != "" {
		name := ref.New("decision", one.Decision)
		v.Facts = append(v.Facts, ui.Fact{Term: p.T("risk.appetite.decision"), Text: v.Called.of(p.Lang, name), Href: itemHref(name)})
	}
	if v.Standing != nil && v.Standing.Largest != "" {
		v.Facts = append(v.Facts, ui.Fact{Term: p.T("risk.appetite.largest"), Text: v.Called.of(p.Lang, v.Standing.Largest), Href: itemHref(v.Standing.Largest)})
	}
}

// standingFigure is the figure of a statement with what it rests on.
func standingFigure(p ui.Page, s risk.Standing, called names) ui.Figure {
	figure := ui.Figure{
		Label: subjectWords(p, s.Statement, called), State: positionLook[s.Position], Word: p.T("risk.position." + string(s.Position)), AsOf: s.At, Href: "#rests",
		N: p.N("risk.appetite.rests", len(s.Scenarios)),
	}
	if s.Figure == nil {
		figure.Unknown, figure.Interval = true, reasonFor(p, s)
		return figure
	}
	write := func(x float64) string { return measureWords(p, s.Statement, x) }
	figure.Value = write(s.Figure.Value)
	figure.Interval = p.T("risk.appetite.interval", "low", write(s.Figure.Low), "high", write(s.Figure.High))
	return figure
}

func toleranceWords(p ui.Page, s risk.Statement) string {
	if s.Tolerance == nil {
		return p.T("risk.appetite.tolerance.none")
	}
	return p.N("risk.appetite.tolerance.words", s.Tolerance.Days, "limit", measureWords(p, s, s.Tolerance.UpTo))
}

// wayWords names the offices that an escalation reaches, with their working days.
func wayWords(p ui.Page, s risk.Statement) string {
	var parts []string
	for _, step := range s.Way() {
		parts = append(parts, p.N("risk.escalation.step.clock", s.Clock(step.Level), "office", officesWords(p, step.Offices)))
	}
	return strings.Join(parts, " → ")
}

func officesWords(p ui.Page, offices []string) string {
	words := make([]string, len(offices))
	for i, office := range offices {
		words[i] = p.T("office." + office)
	}
	if len(words) == 0 {
		return "–"
	}
	return listed(p, words)
}

// newStatementView is the form of a new statement on one measure.
type newStatementView struct {
	On       risk.Measure
	Tabs     []ui.Tab
	Replaces *risk.Statement
	Fields   []ui.Input
	Err      error
	Refused  string
}

// riskStatementNew shows the form of a new statement; the address says of which measure, and which one it replaces.
func (s *Server) riskStatementNew(w http.ResponseWriter, q *request) error {
	view, err := s.newStatementView(q, q.URL.Query(), nil, nil)
	if err != nil {
		return err
	}
	return q.render(w, statementNewPage(q.Page, view))
}

func (s *Server) newStatementView(q *request, from, typed url.Values, wrong error) (newStatementView, error) {
	view := newStatementView{On: risk.Measure(from.Get("measure")), Err: wrong, Refused: s.refusal(q, risk.OpSetStatement.Name)}
	if !slices.Contains(risk.Measures, view.On) {
		view.On = risk.OnCurve
	}
	subjects, err := op.Ask(q.Context(), s.Run, q.Actor, risk.OpSubjects, struct{}{})
	if err != nil {
		return view, err
	}
	called, err := s.called(q, refs("element", subjects.Services...)...)
	if err != nil {
		return view, err
	}
	q.title("risks", q.T("risk.appetite.new"), ui.Crumb{Title: q.T("risk.list.title"), Href: "/risks"}, ui.Crumb{Title: q.T("risk.appetite.title"), Href: "/risks/appetite"})
	start := url.Values{"measure": {string(view.On)}}
	if id := from.Get("replaces"); id != "" {
		old, err := s.statement(q, id)
		if err != nil {
			return view, err
		}
		view.Replaces, start = &old, statementValues(q.Lang(), old)
	}
	for _, on := range risk.Measures {
		if view.Replaces == nil {
			view.Tabs = append(view.Tabs, ui.Tab{Title: q.T("risk.appetite.measure." + string(on)), Href: "/risks/appetite/new?measure=" + string(on), Current: on == view.On})
		}
	}
	view.Fields = fill(q.Page, typedOr(typed, start), wrong, statementFields(q.Page, view.On, subjects, called))
	return view, nil
}

// statementFields are the fields of a statement on one measure; their names are those under which the area names what is wrong.
func statementFields(p ui.Page, on risk.Measure, subjects risk.Subjects, called names) []ui.Input {
	label := func(name string) string { return p.T("risk.appetite.f." + name) }
	number := func(name string) ui.Input {
		return ui.Input{Name: name, Label: label(name), Hint: p.T("risk.appetite.hint." + string(on)), Mode: "decimal", Required: true}
	}
	fields := []ui.Input{
		{Name: "sentence", Label: label("sentence"), Hint: p.T("risk.appetite.f.sentence.hint"), Required: true, Wide: true},
		{Name: "sentence_it", Label: label("sentence_it"), Wide: true},
	}
	switch on {
	case risk.OnCurve:
		fields = append(fields, ui.Input{Name: "amount_eur", Label: label("amount_eur"), Mode: "decimal", Required: true})
	case risk.OnService:
		var services []ui.Option
		for _, id := range subjects.Services {
			services = append(services, ui.Option{Value: id, Text: called.of(p.Lang, ref.New("element", id))})
		}
		fields = append(fields, ui.Input{Name: "of", Label: label("of.service"), Type: "select", Options: services, Required: true},
			ui.Input{Name: "reading", Label: label("reading"), Type: "select", Options: choices(p, "risk.appetite.reading.", risk.Expected, risk.OneInTwenty), Required: true})
	case risk.OnConcentration:
		fields = append(fields, ui.Input{Name: "of", Label: label("of.concentration"), Type: "select", Options: choices(p, "risk.appetite.holder.", risk.Holders...), Required: true})
	case risk.OnArea:
		var areas []ui.Option
		for _, area := range subjects.Areas {
			by, name, _ := strings.Cut(area, ":")
			areas = append(areas, ui.Option{Value: area, Text: p.T("risk.appetite.area."+by, "name", name)})
		}
		fields = append(fields, ui.Input{Name: "of", Label: label("of.area"), Type: "select", Options: areas, Required: true})
	}
	return append(fields,
		number("warning"), number("breach"),
		ui.Input{Name: "tolerance.up_to", Label: label("tolerance.up_to"), Hint: p.T("risk.appetite.f.tolerance.hint"), Mode: "decimal"},
		ui.Input{Name: "tolerance.days", Label: label("tolerance.days"), Mode: "numeric"},
		ui.Input{Name: "from", Label: label("from"), Hint: p.T("risk.appetite.f.from.hint"), Type: "date"},
		ui.Input{Name: "until", Label: label("until"), Type: "date"},
		ui.Input{Name: "last_office", Label: label("last_office"), Type: "select", Options: choices(p, "office.", risk.LastOffices...)},
		ui.Input{Name: "decision", Label: label("decision"), Hint: p.T("risk.appetite.f.decision.hint")},
		ui.Input{Name: "measure", Type: "hidden"}, ui.Input{Name: "replaces", Type: "hidden"},
	)
}

// shown is how a threshold is typed: a share as per cent.
func shown(s risk.Statement) float64 {
	if s.IsShare() {
		return 100
	}
	return 1
}

// statementValues are the fields of a statement that is replaced.
func statementValues(lang i18n.Lang, s risk.Statement) url.Values {
	number := func(x float64) []string {
		x = math.Round(x*1e9) / 1e9 // 0.07 × 100 is 7
		return []string{written(lang, &x)}
	}
	values := url.Values{
		"measure": {string(s.On)}, "replaces": {s.ID}, "sentence": {s.Sentence}, "sentence_it": {s.SentenceIT}, "amount_eur": number(s.AmountEUR), "of": {s.Of},
		"reading": {s.Reading}, "warning": number(s.Warning * shown(s)), "breach": number(s.Breach * shown(s)), "last_office": {s.LastOffice},
	}
	if s.Tolerance != nil {
		values["tolerance.up_to"], values["tolerance.days"] = number(s.Tolerance.UpTo*shown(s)), []string{strconv.Itoa(s.Tolerance.Days)}
	}
	return values
}

// statement is what the form says.
func (f *form) statement() risk.Statement {
	s := risk.Statement{
		Sentence: f.text("sentence"), SentenceIT: f.text("sentence_it"), On: risk.Measure(f.text("measure")), Of: f.text("of"), Reading: f.text("reading"),
		From: f.text("from"), Until: f.text("until"), LastOffice: f.text("last_office"), Decision: f.text("decision"),
	}
	if s.On == risk.OnCurve {
		s.AmountEUR = f.number("amount_eur")
	}
	s.Warning, s.Breach = f.number("warning")/shown(s), f.number("breach")/shown(s)
	if upTo := f.maybe("tolerance.up_to"); upTo != nil {
		s.Tolerance = &risk.Tolerance{UpTo: *upTo / shown(s), Days: f.whole("tolerance.days")}
	}
	return s
}

// riskStatementSet sets a statement of the board.
func (s *Server) riskStatementSet(w http.ResponseWriter, q *request) error {
	f, err := q.form()
	if err != nil {
		return err
	}
	one, err := s.setStatement(q, f)
	if err != nil {
		view, failed := s.newStatementView(q, f.Values, f.Values, err)
		if failed != nil {
			return failed
		}
		return q.again(w, err, statementNewPage(q.Page, view))
	}
	return q.redirect(w, "/risks/appetite/"+one.ID, "risk.notice.statement")
}

func (s *Server) setStatement(q *request, f *form) (risk.Statement, error) {
	in := risk.SetStatementIn{Statement: f.statement(), Replaces: f.text("replaces")}
	if err := f.err(); err != nil {
		return in.Statement, err
	}
	return op.Do(q.Context(), s.Run, q.Actor, risk.OpSetStatement, in)
}

// riskStatementEnd ends a statement today.
func (s *Server) riskStatementEnd(w http.ResponseWriter, q *request) error {
	id := q.PathValue("id")
	if _, err := op.Do(q.Context(), s.Run, q.Actor, risk.OpEndStatement, risk.EndStatementIn{ID: id}); err != nil {
		return err
	}
	return q.redirect(w, "/risks/appetite/"+id, "risk.notice.statement-ended")
}
