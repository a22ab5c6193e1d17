package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"accordo.dev/internal/evidence"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
	"accordo.dev/internal/web/ui"
)

// minuteLayout is how a browser sends a day and a minute.
const minuteLayout = "2006-01-02T15:04"

// instant is a day and a minute on the clock of the organisation; it may be left out.
func (f *form) instant(name string) time.Time {
	text := f.text(name)
	if text == "" {
		return time.Time{}
	}
	for _, layout := range []string{minuteLayout, minuteLayout + ":05", "2006-01-02 15:04"} {
		if at, err := time.ParseInLocation(layout, text, i18n.Rome); err == nil {
			return at.UTC()
		}
	}
	f.wrong = append(f.wrong, problem.Field(name, "evidence.error.minute", "value", text))
	return time.Time{}
}

func instantTyped(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(i18n.Rome).Format(minuteLayout)
}

// incidentPoints are the time points of the form, by the name under which the area names what is wrong.
func incidentPoints(i *evidence.Incident) []struct {
	name string
	at   *time.Time
} {
	return []struct {
		name string
		at   *time.Time
	}{
		{"occurred", &i.Occurred},
		{"detected", &i.Detected},
		{"acknowledged", &i.Acknowledged},
		{"aware", &i.Aware},
		{"evidence", &i.Evidenced},
		{"classified", &i.Classified},
		{"contained", &i.Contained},
		{"restored", &i.Restored},
		{"mbco_reached", &i.MBCO},
		{"resolved", &i.Resolved},
		{"root_cause_fixed", &i.RootCauseFixed},
	}
}

func incidentFields(p ui.Page, services []ui.Option) []ui.Input {
	label := func(name string) string { return p.T("evidence.f." + name) }
	fields := []ui.Input{
		{Name: "title", Label: label("title"), Required: true},
		{Name: "title_it", Label: label("title_it")},
		{Name: "service", Label: p.T("evidence.service"), Type: "select", Options: services},
		{Name: "severity", Label: p.T("evidence.severity"), Hint: label("severity.hint"), Type: "select", Options: append([]ui.Option{{Text: p.T("evidence.not-said")}}, sameWords("1", "2", "3", "4", "5")...)},
	}
	for _, point := range incidentPoints(&evidence.Incident{}) {
		fields = append(fields, ui.Input{Name: point.name, Label: p.T("evidence.point." + point.name), Type: "datetime-local", Required: point.name == "detected"})
	}
	return append(fields,
		ui.Input{Name: "notify", Label: p.T("evidence.incident.notify"), Type: "select", Options: chosen(p, "evidence.not-said", "evidence.notify.", "none-due", "in-time", "late", "missing")},
		ui.Input{Name: "users_share", Label: label("users"), Hint: label("users.hint"), Mode: "decimal"},
		ui.Input{Name: "loss_eur", Label: label("loss"), Mode: "decimal"}, ui.Input{Name: "minutes_lost", Label: p.T("evidence.incident.minutes"), Mode: "decimal"},
		ui.Input{Name: "cause", Label: p.T("evidence.incident.cause"), Type: "textarea", Rows: 3, Wide: true})
}

func sameWords(values ...string) []ui.Option {
	options := make([]ui.Option, len(values))
	for i, value := range values {
		options[i] = ui.Option{Value: value, Text: value}
	}
	return options
}

// incidentValues are the fields of an incident as it stands.
func incidentValues(lang i18n.Lang, i evidence.Incident) url.Values {
	v := url.Values{
		"title": {i.Title}, "title_it": {i.TitleIT}, "service": {i.Service}, "notify": {i.Notify}, "cause": {i.Cause},
		"loss_eur": {written(lang, i.LossEUR)}, "minutes_lost": {written(lang, i.MinutesLost)},
	}
	if i.Severity != nil {
		v.Set("severity", strconv.Itoa(*i.Severity))
	}
	if i.UsersShare != nil {
		percent := *i.UsersShare * 100
		v.Set("users_share", written(lang, &percent))
	}
	for _, point := range incidentPoints(&i) {
		v.Set(point.name, instantTyped(*point.at))
	}
	return v
}

// incident reads an incident out of the form; the share of users is typed as a percentage.
func (f *form) incident(i evidence.Incident) evidence.Incident {
	i.Title, i.TitleIT, i.Service, i.Notify, i.Cause = f.text("title"), f.text("title_it"), f.text("service"), f.text("notify"), f.text("cause")
	i.Severity = nil
	if f.text("severity") != "" {
		severity := f.whole("severity")
		i.Severity = &severity
	}
	for _, point := range incidentPoints(&i) {
		if typed := f.text(point.name); typed != instantTyped(*point.at) { // a stated second is not lost by looking at it
			*point.at = f.instant(point.name)
		}
	}
	if i.UsersShare = f.maybe("users_share"); i.UsersShare != nil {
		*i.UsersShare /= 100
	}
	i.LossEUR, i.MinutesLost = f.maybe("loss_eur"), f.maybe("minutes_lost")
	return i
}

func (e *evidencePages) incidentForm(q *request, id string, typed url.Values, wrong error) (evidenceForm, error) {
	services, err := e.serviceOptions(q, q.T("evidence.not-said"))
	if err != nil {
		return evidenceForm{}, err
	}
	form := evidenceForm{
		Title: q.T("evidence.incident.new"), Lead: q.T("evidence.incident.form"), Action: "/evidence/incidents/new", Back: "/evidence/incidents",
		Button: q.T("evidence.form.save"), Err: wrong, Refused: e.refusal(q, evidence.OpRecordIncident.Name),
		Fields: fill(q.Page, typed, wrong, incidentFields(q.Page, services)),
	}
	if id != "" {
		form.Title, form.Action, form.Back = q.T("evidence.edit"), "/evidence/incidents/"+id+"/edit", "/evidence/incidents/"+id
	}
	q.formTitle(form.Title, "/evidence/incidents", "evidence.tab.incidents")
	return form, nil
}

// formTitle names a form below a list of this area.
func (q *request) formTitle(title, list, key string) {
	q.evidenceTitle(title)
	q.Page.Crumbs = slices.Insert(q.Page.Crumbs, len(q.Page.Crumbs)-1, ui.Crumb{Title: q.T(key), Href: list})
}

func (e *evidencePages) incidentNew(w http.ResponseWriter, q *request) error {
	form, err := e.incidentForm(q, "", url.Values{}, nil)
	if err != nil {
		return err
	}
	return q.render(w, evidenceFormPage(q.Page, form))
}

func (e *evidencePages) incidentEdit(w http.ResponseWriter, q *request) error {
	i, err := op.Ask(q.Context(), e.Run, q.Actor, evidence.OpIncident, evidence.IncidentQuery{ID: q.PathValue("id")})
	if err != nil {
		return err
	}
	form, err := e.incidentForm(q, i.ID, incidentValues(q.Lang(), i), nil)
	if err != nil {
		return err
	}
	return q.render(w, evidenceFormPage(q.Page, form))
}

// incidentSave enters an incident, or corrects the one of the address.
func (e *evidencePages) incidentSave(w http.ResponseWriter, q *request) error {
	f, err := q.form()
	if err != nil {
		return err
	}
	i := evidence.Incident{ID: ref.NewID()}
	id := q.PathValue("id")
	if id != "" {
		if i, err = op.Ask(q.Context(), e.Run, q.Actor, evidence.OpIncident, evidence.IncidentQuery{ID: id}); err != nil {
			return err
		}
	}
	i = f.incident(i)
	if err = f.err(); err == nil {
		_, err = op.Do(q.Context(), e.Run, q.Actor, evidence.OpRecordIncident, i)
	}
	if err != nil {
		form, formErr := e.incidentForm(q, id, f.Values, err)
		if formErr != nil {
			return formErr
		}
		return q.again(w, err, evidenceFormPage(q.Page, form))
	}
	return q.redirect(w, "/evidence/incidents/"+i.ID, "evidence.incident.saved")
}

func recoveryFields(p ui.Page, services []ui.Option) []ui.Input {
	label := func(name string) string { return p.T("evidence.f." + name) }
	minutes := func(name string) ui.Input {
		return ui.Input{Name: name, Label: label(name), Mode: "numeric"}
	}
	return []ui.Input{
		{Name: "title", Label: label("title"), Required: true},
		{Name: "title_it", Label: label("title_it")},
		{Name: "service", Label: p.T("evidence.service"), Type: "select", Required: true, Options: services},
		{Name: "kind", Label: p.T("evidence.recovery.kind"), Type: "select", Required: true, Options: choices(p, "evidence.recovery.", "full-failover", "restore-test", "tabletop", "real")},
		{Name: "day", Label: p.T("evidence.recovery.day"), Type: "date", Required: true},
		{Name: "recovered", Label: label("recovered"), Type: "checkbox"},
		minutes("time_min"), minutes("data_loss_min"), minutes("rto_min"), minutes("rpo_min"), minutes("mtpd_min"), minutes("mtdl_min"),
	}
}

func (f *form) recovery() evidence.RecoveryTest {
	return evidence.RecoveryTest{
		ID: ref.NewID(), Title: f.text("title"), TitleIT: f.text("title_it"), Service: f.text("service"), Kind: f.text("kind"), Day: f.text("day"),
		Recovered: f.text("recovered") == "true", TimeMin: maybeWhole(f, "time_min"), DataLossMin: maybeWhole(f, "data_loss_min"),
		RTOMin: maybeWhole(f, "rto_min"), RPOMin: maybeWhole(f, "rpo_min"), MTPDMin: maybeWhole(f, "mtpd_min"), MTDLMin: maybeWhole(f, "mtdl_min"),
	}
}

func (e *evidencePages) recoveryForm(q *request, typed url.Values, wrong error) (evidenceForm, error) {
	services, err := e.serviceOptions(q, q.T("evidence.match.choose"))
	if err != nil {
		return evidenceForm{}, err
	}
	q.formTitle(q.T("evidence.recovery.new"), "/evidence/recoveries", "evidence.tab.recoveries")
	return evidenceForm{
		Title: q.T("evidence.recovery.new"), Lead: q.T("evidence.recovery.form"), Action: "/evidence/recoveries/new", Back: "/evidence/recoveries",
		Button: q.T("evidence.form.save"), Err: wrong, Refused: e.refusal(q, evidence.OpRecordRecovery.Name),
		Fields: fill(q.Page, typed, wrong, recoveryFields(q.Page, services)),
	}, nil
}

func (e *evidencePages) recoveryNew(w http.ResponseWriter, q *request) error {
	form, err := e.recoveryForm(q, url.Values{}, nil)
	if err != nil {
		return err
	}
	return q.render(w, evidenceFormPage(q.Page, form))
}

// recoveryAdd enters a recovery.
func (e *evidencePages) recoveryAdd(w http.ResponseWriter, q *request) error {
	f, err := q.form()
	if err != nil {
		return err
	}
	t := f.recovery()
	if err = f.err(); err == nil {
		_, err = op.Do(q.Context(), e.Run, q.Actor, evidence.OpRecordRecovery, t)
	}
	if err != nil {
		form, formErr := e.recoveryForm(q, f.Values, err)
		if formErr != nil {
			return formErr
		}
		return q.again(w, err, evidenceFormPage(q.Page, form))
	}
	return q.redirect(w, "/evidence/recoveries", "evidence.recovery.saved")
}
