package risk_test

import (
	"testing"
	"time"

	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/decision"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/risk"
)

func TestAcceptanceEndsWithTheEmergencyItRestsOn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d, calm())
		one := do(h, cio, decision.OpPropose, decision.ProposeIn{Title: "Accept", Terms: decision.Terms{Content: "It is borne."}, About: "risk:fraud", Kind: decision.AcceptRisk, Materiality: "medium"})
		do(h, ciso, decision.OpEmergency, decision.EmergencyIn{ID: one.ID, Office: "ciso", Hash: one.Hash(), Reason: "tonight"})
		in := risk.AcceptIn{About: "risk:fraud", ReviewOn: "2027-01-10", ExpiresOn: "2027-02-01"}
		do(h, ciso, risk.OpAccept, in)
		h.now = h.now.Add(72 * time.Hour)
		if out := h.watch(); len(out.Transitions) != 0 {
			t.Errorf("got %+v, want the acceptance to stand to the last hour", out.Transitions)
		}
		h.now = h.now.Add(time.Minute)
		if out := h.watch(); len(out.Transitions) != 1 || out.Transitions[0].What != "expired" {
			t.Errorf("got %+v, want the end of the acceptance noted", out.Transitions)
		}
		if out := h.watch(); len(out.Transitions) != 0 {
			t.Errorf("got %+v, want it noted once", out.Transitions)
		}
		refuses(h, ciso, risk.OpAccept, in, problem.Conflict) // it needs a new decision, and may then be accepted again
		h.accepts("risk:fraud")
		do(h, ciso, risk.OpAccept, in)
	})
}
