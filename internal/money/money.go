// Package money holds amounts as whole cents with a currency, so that sums are exact.
package money

import "accordo.dev/internal/problem"

// Currency is an ISO 4217 code.
type Currency string

// EUR is the currency that an organisation has unless it says otherwise.
const EUR Currency = "EUR"

// Amount is a sum of money in cents (hundredths) of its currency.
type Amount struct {
	Cents    int64    `json:"cents"`
	Currency Currency `json:"currency"`
}

// Float is the amount in units of the currency, for statistics; never for sums that must be exact.
func (a Amount) Float() float64 { return float64(a.Cents) / 100 }

// Add sums two amounts of the same currency; it refuses different currencies and overflow.
func (a Amount) Add(b Amount) (Amount, error) {
	if a.Currency != b.Currency {
		return Amount{}, problem.New(problem.Invalid, "problem.currency", "a", a.Currency, "b", b.Currency)
	}
	sum := a.Cents + b.Cents
	if (sum > a.Cents) != (b.Cents > 0) {
		return Amount{}, problem.New(problem.Invalid, "problem.overflow")
	}
	return Amount{Cents: sum, Currency: a.Currency}, nil
}
