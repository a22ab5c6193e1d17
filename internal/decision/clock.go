package decision

import (
	"time"

	"accordo.dev/internal/organisation"
)

// Clock is what the policy of a kind says about time, with the days on which people work.
type Clock struct {
	Days        map[string]int // working days for the keys, by materiality; each step up has as many
	Settle      int            // working days in which the two may settle a deadlock between themselves
	RatifyHours int            // in which an emergency is ratified
	ValidDays   int            // in which an area uses an approval; zero: without end
	First       string         // office that a deadlock reaches first
	Second      string         // and last
	Working     organisation.Calendar
}

func (c Clock) deadline(from time.Time, materiality string) time.Time {
	return c.Working.Add(from, c.Days[materiality])
}

// way is how a deadlock goes up that begins at a moment: the two settle it, or it reaches the first step, then the last.
func (c Clock) way(from time.Time, materiality string) Way {
	return c.steps(c.Working.Add(from, c.Settle), materiality)
}

// steps is the way of a deadlock that reaches the first step at a moment.
func (c Clock) steps(up time.Time, materiality string) Way {
	higher := c.deadline(up, materiality)
	return Way{First: c.First, Up: up, Second: c.Second, Higher: higher, Last: c.deadline(higher, materiality)}
}
