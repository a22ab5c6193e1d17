package committee

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"

	ics "github.com/arran4/golang-ical"

	"accordo.dev/internal/db"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/op"
	"accordo.dev/internal/organisation"
	"accordo.dev/internal/problem"
)

// Attachment is a file to be kept or sent.
type Attachment struct {
	Name    string `json:"name"`
	Type    string `json:"type"`
	Content []byte `json:"content"`
}

// FileIn asks for a file about a sitting, in a language.
type FileIn struct {
	ID   string    `path:"id" json:"id"`
	Lang i18n.Lang `query:"lang" json:"lang,omitempty" enum:"en,it" doc:"en unless told"`
}

// zone is the time zone in which people read the clock; its clocks change with those of the European Union.
const zone = "Europe/Rome"

// Invitation gives a sitting as an iCalendar file (RFC 5545): always under the same UID, and with a higher SEQUENCE
// each time what was sent out became different, so that calendars replace what they have. One that was cancelled
// takes the entry away.
func Invitation(ctx context.Context, r db.Reader, in FileIn) (Attachment, error) {
	page, err := GetSitting(ctx, r, SittingIn{ID: in.ID})
	if err != nil {
		return Attachment{}, err
	}
	if page.CalledAt == nil && page.State != Cancelled {
		return Attachment{}, problem.New(problem.Conflict, "committee.error.not-called")
	}
	people, err := identity.People(ctx, r)
	if err != nil {
		return Attachment{}, err
	}
	own, err := organisation.Get(ctx, r, struct{}{})
	if err != nil {
		return Attachment{}, err
	}
	lang := i18n.ParseLang(string(in.Lang))
	text := page.calendar(lang, people, own.Name).Serialize(ics.WithLineLength(75), ics.WithNewLine("\r\n"))
	return Attachment{Name: fmt.Sprintf("%s-%d.ics", page.Committee, page.Number), Type: "text/calendar; charset=utf-8", Content: []byte(text)}, nil
}

// OpInvitation gives the invitation to a sitting.
var OpInvitation = op.Query[FileIn, Attachment]{Name: "committee.invitation", Route: "GET /api/sittings/{id}/invitation", Func: Invitation}

func (p SittingPage) calendar(lang i18n.Lang, people map[string]identity.Person, organisation string) *ics.Calendar {
	cal := ics.NewCalendar()
	cal.SetProductId("-//" + oneLine(organisation) + "//accordo//" + strings.ToUpper(string(lang)))
	cal.SetMethod(ics.MethodPublish)
	romeTimes(cal)
	event := cal.AddEvent(p.UID)
	event.SetSequence(p.Sequence)
	event.SetStatus(ics.ObjectStatusConfirmed)
	if p.State == Cancelled {
		cal.SetMethod(ics.MethodCancel)
		event.SetStatus(ics.ObjectStatusCancelled)
	}
	if p.ChangedAt != nil {
		event.SetDtStampTime(*p.ChangedAt)
	} else {
		event.SetDtStampTime(p.Start)
	}
	local := func(t time.Time) string { return t.In(i18n.Rome).Format("20060102T150405") }
	event.SetProperty(ics.ComponentPropertyDtStart, local(p.Start), ics.WithTZID(zone))
	event.SetProperty(ics.ComponentPropertyDtEnd, local(p.End), ics.WithTZID(zone))
	event.SetSummary(oneLine(i18n.T(lang, "committee.invitation.summary", "committee", p.Of.Title(), "n", p.Number)))
	if where := p.Location().In(lang); where != "" {
		event.SetLocation(oneLine(where))
	}
	if p.Link != "" {
		event.SetURL(oneLine(p.Link))
	}
	event.SetDescription(p.agendaText(lang))
	for _, seat := range p.Seats {
		person := people[seat.Person]
		if person.Email == "" {
			continue
		}
		if seat.Role.Chairs() && event.GetProperty(ics.ComponentPropertyOrganizer) == nil {
			event.SetOrganizer(person.Email, ics.WithCN(paramText(person.Name)))
		}
		event.AddAttendee(person.Email, ics.WithCN(paramText(person.Name)), roleParameter(seat.Role), ics.ParticipationStatusNeedsAction, ics.WithRSVP(false))
	}
	return cal
}

func roleParameter(r Role) ics.PropertyParameter {
	switch {
	case r.Chairs():
		return ics.ParticipationRoleChair
	case r == Guest:
		return ics.ParticipationRoleNonParticipant
	default:
		return ics.ParticipationRoleReqParticipant
	}
}

// agendaText is the agenda as the invitation tells it.
func (p SittingPage) agendaText(lang i18n.Lang) string {
	lines := []string{i18n.T(lang, "committee.agenda") + ":"}
	for n, i := range p.Standing() {
		lines = append(lines, i18n.T(lang, "committee.invitation.item", "n", n+1, "title", i.Name(), "minutes", i.Minutes))
	}
	if p.State == Cancelled {
		lines = []string{i18n.T(lang, "committee.invitation.cancelled", "why", p.Why)}
	}
	return strings.Join(lines, "\n")
}

// romeTimes says when clocks change in Rome.
func romeTimes(cal *ics.Calendar) {
	rome := cal.AddTimezone(zone)
	rule := func(c *ics.ComponentBase, start, from, to, name, month string) {
		c.SetProperty(ics.ComponentPropertyDtStart, start)
		c.SetProperty(ics.ComponentProperty(ics.PropertyTzoffsetfrom), from)
		c.SetProperty(ics.ComponentProperty(ics.PropertyTzoffsetto), to)
		c.SetProperty(ics.ComponentProperty(ics.PropertyTzname), name)
		c.SetProperty(ics.ComponentPropertyRrule, "FREQ=YEARLY;BYMONTH="+month+";BYDAY=-1SU")
	}
	summer := &ics.Daylight{}
	rule(&summer.ComponentBase, "19960331T020000", "+0100", "+0200", "CEST", strconv.Itoa(int(time.March)))
	rome.Components = append(rome.Components, summer)
	rule(&rome.AddStandard().ComponentBase, "19961027T030000", "+0200", "+0100", "CET", strconv.Itoa(int(time.October)))
}

// oneLine takes out what would break a line of the file.
func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, text)
}

// paramText is a name as a parameter may hold it without quotes.
func paramText(text string) string {
	return strings.NewReplacer(",", " ", ";", " ", ":", " ", `"`, "’").Replace(oneLine(text))
}
