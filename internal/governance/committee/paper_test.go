package committee_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	ics "github.com/arran4/golang-ical"

	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/governance/committee"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
)

func TestInvitationReadsBackAndGrowsInSequence(t *testing.T) {
	h := open(t, dbtest.SQLite(t))
	s := do(h, "carla", committee.OpPlan, committee.PlanIn{Committee: "joint"})
	_, err := op.Ask(ctx, h.run, h.actor("rita"), committee.OpInvitation, committee.FileIn{ID: s.ID})
	refused(h, err, problem.Conflict, "not-called")
	do(h, "carla", committee.OpAddItem, committee.AddItemIn{ID: s.ID, Title: "Budget; plan, and more", TitleIT: "Bilancio", Minutes: 20})
	do(h, "carla", committee.OpCall, committee.SittingIn{ID: s.ID})
	read := func(lang i18n.Lang) (*ics.Calendar, *ics.VEvent) {
		t.Helper()
		file := ask(h, "rita", committee.OpInvitation, committee.FileIn{ID: s.ID, Lang: lang})
		for _, line := range strings.Split(string(file.Content), "\r\n") {
			if len(line) > 75 {
				t.Errorf("got a line of %d bytes, want 75 at most: %s", len(line), line)
			}
		}
		cal, err := ics.ParseCalendar(bytes.NewReader(file.Content))
		if err != nil || len(cal.Events()) != 1 {
			t.Fatalf("got %v, %v, want one event", cal, err)
		}
		return cal, cal.Events()[0]
	}
	cal, event := read(i18n.IT)
	value := func(e *ics.VEvent, p ics.ComponentProperty) string {
		if found := e.GetProperty(p); found != nil {
			return found.Value
		}
		return ""
	}
	start, err := event.GetStartAt()
	if err != nil || !start.Equal(s.Start) || event.GetProperty(ics.ComponentPropertyDtStart).ICalParameters["TZID"][0] != "Europe/Rome" || len(cal.Timezones()) != 1 {
		t.Errorf("got %v, %v, want %v in Europe/Rome with its rules", start, err, s.Start)
	}
	if got := len(event.Attendees()); got != 6 {
		t.Errorf("got %d attendees, want 6", got)
	}
	if got := value(event, ics.ComponentPropertyDescription); !strings.Contains(got, "Bilancio") {
		t.Errorf("got the agenda %q, want it in Italian", got)
	}
	if _, english := read(i18n.EN); !strings.Contains(value(english, ics.ComponentPropertyDescription), "Budget; plan, and more") {
		t.Error("got another agenda, want the English title as it was written")
	}
	uid := event.Id()
	do(h, "dario", committee.OpMove, committee.MoveIn{ID: s.ID, When: committee.When{Start: s.Start.Add(48 * time.Hour)}})
	if _, event = read(i18n.EN); event.Id() != uid || value(event, ics.ComponentPropertySequence) != "1" {
		t.Errorf("got %s %s, want the same UID and sequence 1", event.Id(), value(event, ics.ComponentPropertySequence))
	}
	do(h, "dario", committee.OpCancel, committee.CancelIn{ID: s.ID, Why: "Strike"})
	cal, event = read(i18n.EN)
	method := ""
	for _, p := range cal.CalendarProperties {
		if p.IANAToken == "METHOD" {
			method = p.Value
		}
	}
	if method != "CANCEL" || event.Id() != uid || value(event, ics.ComponentPropertySequence) != "2" || value(event, ics.ComponentPropertyStatus) != "CANCELLED" {
		t.Errorf("got %s %s, want it cancelled under sequence 2", method, value(event, ics.ComponentPropertySequence))
	}
}

func TestMinutesOnPaperHoldResolutionsInBothLanguages(t *testing.T) {
	program, err := exec.LookPath("pdftotext")
	if err != nil {
		t.Skip("pdftotext not found, skipped")
	}
	h := open(t, dbtest.SQLite(t))
	s := h.held("cio", "ciso", "cro", "dpo")
	in := resolution(s, 3)
	in.Resolution.Against, in.Resolution.Dissents = 1, []committee.Dissent{{Person: "dora", Reason: "Too seldom", ReasonIT: "Troppo di rado"}}
	do(h, "sergio", committee.OpResolve, in)
	do(h, "sergio", committee.OpClose, committee.SittingIn{ID: s.ID})
	hash := ask(h, "rita", committee.OpSitting, committee.SittingIn{ID: s.ID}).Hash
	do(h, "carla", committee.OpApprove, committee.ApproveIn{ID: s.ID, Seat: "office:cio", Hash: hash})
	for lang, wanted := range map[i18n.Lang][]string{
		i18n.EN: {"Copies are tested every quarter.", "Dissent of Dora, Rossi: Too seldom", "3 for, 1 against", "CISO: not yet approved", hash[:16]},
		i18n.IT: {"Le copie si provano ogni trimestre.", "Dissenso di Dora, Rossi: Troppo di rado", "3 a favore, 1 contrari", "CISO: non ancora approvato", hash[:16]},
	} {
		paper := ask(h, "rita", committee.OpPaper, committee.FileIn{ID: s.ID, Lang: lang})
		path := filepath.Join(t.TempDir(), paper.Name)
		if err := os.WriteFile(path, paper.Content, 0o600); err != nil {
			t.Fatal(err)
		}
		text, err := exec.Command(program, "-layout", path, "-").Output()
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range wanted {
			if !strings.Contains(strings.Join(strings.Fields(string(text)), " "), word) {
				t.Errorf("%s: got no %q in\n%s", lang, word, text)
			}
		}
	}
}
