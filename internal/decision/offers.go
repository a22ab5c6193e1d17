package decision

import (
	"context"
	"slices"
	"time"

	"accordo.dev/internal/db"
	"accordo.dev/internal/op"
)

// Offer is something that the reader may do with a decision now.
type Offer struct {
	Do     string `json:"do"`               // the operation, without its area: give-key, refuse, …
	Office string `json:"office,omitempty"` // whose key it is, or the side of the memo
	For    string `json:"for,omitempty"`    // person in whose place it is done
	Person string `json:"person,omitempty"` // whose challenge it answers
}

// Offers are what one reader may do now.
type Offers []Offer

// May tells whether something is offered; office may be empty: for whatever office.
func (o Offers) May(do, office string) bool { return o.Find(do, office) != nil }

// Find gives an offer; nil when it is not there.
func (o Offers) Find(do, office string) *Offer {
	at := slices.IndexFunc(o, func(one Offer) bool { return one.Do == do && (office == "" || one.Office == office) })
	if at < 0 {
		return nil
	}
	return &o[at]
}

// OffersOf says what the actor may do with a decision now: each rule is tried on a copy, so that what is offered is
// exactly what would be accepted.
func OffersOf(ctx context.Context, r db.Reader, in GetIn) (Offers, error) {
	d, err := Get(ctx, r, in)
	if err != nil {
		return nil, err
	}
	clock, err := clockOf(ctx, r, d.Kind)
	if err != nil {
		return nil, err
	}
	out := Offers{}
	for _, office := range d.Offices() {
		h, err := handOf(ctx, r, office)
		if err != nil {
			return nil, err
		}
		out = append(out, d.offersFor(h, office, clock, r.Now())...)
	}
	h, err := handOf(ctx, r, "")
	if err != nil {
		return nil, err
	}
	return append(out, d.offers(h, clock, r.Now())...), nil
}

// OpOffers says what the actor may do with a decision now.
var OpOffers = op.Query[GetIn, Offers]{Name: "decision.offers", Route: "GET /api/decision-offers/{id}", Func: OffersOf}

// copied is a decision that a rule may be tried on without touching this one.
func (d Decision) copied() *Decision {
	if d.Emergency != nil {
		e := *d.Emergency
		d.Emergency = &e
	}
	d.Keys, d.Challenges, d.Conflicts, d.Revisions = slices.Clone(d.Keys), slices.Clone(d.Challenges), slices.Clone(d.Conflicts), slices.Clone(d.Revisions)
	return &d
}

// typed stands for what a form asks for.
const typed = "–"

func (d Decision) offersFor(h Hand, office string, clock Clock, now time.Time) Offers {
	var out Offers
	offer := func(do string, err error) {
		if err != nil {
			return
		}
		one := Offer{Do: do, Office: office}
		if h.For != nil && !h.holds(office) {
			one.For = h.For.From
		}
		out = append(out, one)
	}
	hash := d.Hash()
	offer("give-key", d.copied().Give(h, office, hash, clock, now))
	offer("refuse", d.copied().Refuse(h, office, hash, typed, typed, clock, now))
	offer("act-in-emergency", d.copied().ActInEmergency(h, office, hash, typed, clock, now))
	return out
}

func (d Decision) offers(h Hand, clock Clock, now time.Time) Offers {
	var out Offers
	offer := func(one Offer, err error) {
		if err == nil {
			out = append(out, one)
		}
	}
	hash := d.Hash()
	offer(Offer{Do: "arbitrate"}, d.copied().Arbitrate(h, hash, true, typed, clock, now))
	offer(Offer{Do: "escalate"}, d.copied().Escalate(h, clock, now))
	offer(Offer{Do: "counter"}, d.copied().Revise(h, d.Text(), clock, now))
	offer(Offer{Do: "submit"}, d.copied().Submit(h, clock, now))
	offer(Offer{Do: "withdraw"}, d.copied().Withdraw(h, now))
	for _, side := range []string{IT, Security} {
		offer(Offer{Do: "write-memo", Office: side}, d.copied().Write(h, side, Memo{}, now))
	}
	offer(Offer{Do: "challenge"}, d.copied().Challenge(h, hash, typed, false, clock, now))
	offer(Offer{Do: "veto"}, d.copied().Challenge(h, hash, typed, true, clock, now))
	offer(Offer{Do: "lift"}, d.copied().Lift(h, clock, now))
	for _, c := range d.Challenges {
		if c.LiftedAt == nil {
			offer(Offer{Do: "answer", Person: c.Person}, d.copied().Answer(h, c.Person, typed))
		}
	}
	offer(Offer{Do: "declare-interest"}, d.copied().DeclareConflict(h, typed, clock, now))
	offer(Offer{Do: "review"}, d.copied().Grade(h, Review{Grade: "reached", Note: typed}, now))
	return out
}
