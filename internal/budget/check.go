package budget

import (
	"fmt"

	"accordo.dev/internal/db"
	"accordo.dev/internal/problem"
)

// checker gathers what is wrong with one row of the area.
type checker struct {
	field func(string) string
	wrong []*problem.Error
}

func (c *checker) add(e *problem.Error) {
	if e != nil {
		c.wrong = append(c.wrong, e)
	}
}

func (c *checker) needed(name, text string) {
	if text == "" {
		c.add(problem.Field(c.field(name), "problem.required"))
	}
}

func (c *checker) short(name, text string) {
	const most = 4000
	if len(text) > most {
		c.add(problem.Field(c.field(name), "problem.too-long", "max", most))
	}
}

func (c *checker) year(name string, year int) {
	if year < 2000 || year > 2200 {
		c.add(problem.Field(c.field(name), "problem.range", "value", fmt.Sprint(year), "min", "2000", "max", "2200"))
	}
}

// amount refuses what is negative, no number, or more than all banks have.
func (c *checker) amount(name string, x float64) {
	if !(x >= 0) || x > 1e12 {
		c.add(problem.Field(c.field(name), "budget.error.amount"))
	}
}

func (c *checker) maybe(name string, x *float64) {
	if x != nil {
		c.amount(name, *x)
	}
}

func (c *checker) share(name string, x *float64) {
	if x != nil && !(*x >= 0 && *x <= 1) {
		c.add(problem.Field(c.field(name), "problem.range", "value", *x, "min", 0, "max", 1))
	}
}

func (c *checker) choice(name, value string, allowed ...string) {
	if err := problem.Choice(c.field(name), value, allowed...); err != nil {
		c.add(err)
	}
}

func (c *checker) day(name, day string) {
	if day != "" && !db.ValidDay(day) {
		c.add(problem.Field(c.field(name), "problem.day", "value", day))
	}
}
