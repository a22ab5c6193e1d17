package decision

import (
	"fmt"
	"math"
	"slices"

	"accordo.dev/internal/db"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// check gives what is wrong with a decision alone, as it comes from a file or a form.
func (d Decision) check(field func(string) string) []*problem.Error {
	var wrong []*problem.Error
	add := func(e *problem.Error) {
		if e != nil {
			wrong = append(wrong, e)
		}
	}
	if !ref.ValidID(d.ID) {
		add(problem.Field(field("id"), "problem.required"))
	}
	for _, needed := range []struct{ name, value string }{{"title", d.Title}, {"proposed_by", d.ProposedBy}} {
		if needed.value == "" {
			add(problem.Field(field(needed.name), "problem.required"))
		}
	}
	if len(d.Title) > 300 || len(d.TitleIT) > 300 {
		add(problem.Field(field("title"), "problem.too-long", "max", 300))
	}
	kinds := make([]string, len(Kinds))
	for i, k := range Kinds {
		kinds[i] = string(k)
	}
	add(problem.Choice(field("kind"), string(d.Kind), kinds...))
	add(problem.Choice(field("materiality"), d.Materiality, "low", "medium", "high"))
	if d.About != "" {
		if _, err := ref.Parse(string(d.About)); err != nil {
			add(problem.Field(field("about"), "problem.ref", "value", d.About))
		}
	}
	return append(append(wrong, d.checkContent(field)...), d.checkKeys(field)...)
}

// checkContent holds the rules on what exactly is decided.
func (d Decision) checkContent(field func(string) string) []*problem.Error {
	var wrong []*problem.Error
	if d.Content == "" {
		wrong = append(wrong, problem.Field(field("content"), "problem.required"))
	}
	if len(d.Content) > 20_000 || len(d.ContentIT) > 20_000 {
		wrong = append(wrong, problem.Field(field("content"), "problem.too-long", "max", 20_000))
	}
	if len(d.Effect) > 5000 || len(d.EffectIT) > 5000 {
		wrong = append(wrong, problem.Field(field("effect"), "problem.too-long", "max", 5000))
	}
	wrong = append(wrong, figures(field, d.MoneyEUR, d.Minutes, d.ExposureDays)...)
	if d.ReviewOn != "" && !db.ValidDay(d.ReviewOn) {
		wrong = append(wrong, problem.Field(field("review_on"), "problem.day", "value", d.ReviewOn))
	}
	for _, one := range [][2]string{{"asked_by", d.AskedBy}, {"built_by", d.BuiltBy}} {
		if d.Kind == Change && one[1] == "" {
			wrong = append(wrong, problem.Field(field(one[0]), "problem.required"))
		} else if one[1] != "" {
			if err := problem.Choice(field(one[0]), one[1], IT, Security, Business); err != nil {
				wrong = append(wrong, err)
			}
		}
	}
	return append(wrong, d.checkOptions(field)...)
}

// most is the largest figure on any of the three scales: more is a slip of the pen, and what is no number has no hash.
const most = 1e12

// figures checks numbers on the three common scales; less than zero is a gain.
func figures(field func(string) string, money, minutes, exposure *float64) []*problem.Error {
	var wrong []*problem.Error
	for _, one := range []struct {
		name  string
		value *float64
	}{{"money_eur", money}, {"minutes", minutes}, {"exposure_days", exposure}} {
		if one.value != nil && !(math.Abs(*one.value) <= most) {
			wrong = append(wrong, problem.Field(field(one.name), "decision.error.range", "min", -most, "max", most))
		}
	}
	return wrong
}

func (d Decision) checkOptions(field func(string) string) []*problem.Error {
	var wrong []*problem.Error
	if len(d.Options) > 20 {
		wrong = append(wrong, problem.Field(field("options"), "decision.error.options", "max", 20))
	}
	seen := map[string]bool{}
	for _, o := range d.Options {
		at := func(name string) string { return fmt.Sprintf("%s[%s].%s", field("options"), o.ID, name) }
		if o.ID == "" || o.Title == "" {
			wrong = append(wrong, problem.Field(at("title"), "problem.required"))
		}
		wrong = append(wrong, figures(at, o.MoneyEUR, o.Minutes, o.ExposureDays)...)
		if len(o.ID) > 100 {
			wrong = append(wrong, problem.Field(field("options"), "problem.too-long", "max", 100))
		}
		if len(o.Title) > 500 || len(o.TitleIT) > 500 {
			wrong = append(wrong, problem.Field(at("title"), "problem.too-long", "max", 500))
		}
		if seen[o.ID] {
			wrong = append(wrong, problem.Field(at("id"), "problem.twice", "value", o.ID))
		}
		seen[o.ID] = true
	}
	if d.Chosen != "" && !seen[d.Chosen] {
		wrong = append(wrong, problem.Field(field("chosen"), "problem.dangling", "value", d.Chosen))
	}
	return wrong
}

// checkKeys holds the rules between keys: one an office, two humans, a no with reason and counter-proposal.
func (d Decision) checkKeys(field func(string) string) []*problem.Error {
	var wrong []*problem.Error
	people, given := map[string]bool{}, map[string]bool{}
	for _, k := range d.Keys {
		if err := problem.Choice(field("keys"), k.Office, d.Offices()...); err != nil {
			wrong = append(wrong, err)
		}
		if err := problem.Choice(field("keys"), k.Answer, "yes", "no"); err != nil {
			wrong = append(wrong, err)
		}
		if given[k.Office] {
			wrong = append(wrong, problem.Field(field("keys"), "problem.twice", "value", k.Office))
		}
		if people[k.Person] || k.For != "" && people[k.For] {
			wrong = append(wrong, problem.Field(field("keys"), "decision.error.same-person"))
		}
		if k.Answer == "no" && (k.Reason == "" || k.Counter == "") {
			wrong = append(wrong, problem.Field(field("keys"), "decision.error.reason"))
		}
		people[k.Person], given[k.Office] = true, true
		if k.For != "" {
			people[k.For] = true
		}
	}
	if a := d.Arbitration; a != nil && (people[a.Person] || a.Reason == "") {
		wrong = append(wrong, problem.Field(field("arbitration"), "decision.error.arbiter"))
	}
	return append(wrong, d.checkFurther(field)...)
}

// checkFurther holds the rules on challenges, interests and reviews of a file.
func (d Decision) checkFurther(field func(string) string) []*problem.Error {
	var wrong []*problem.Error
	for _, c := range d.Challenges {
		if !slices.Contains(Challengers, c.Office) || c.Reason == "" || c.Person == "" {
			wrong = append(wrong, problem.Field(field("challenges"), "decision.error.challenge"))
		}
	}
	for _, c := range d.Conflicts {
		if c.Person == "" || c.Reason == "" {
			wrong = append(wrong, problem.Field(field("conflicts"), "decision.error.interest"))
		}
	}
	if e := d.Emergency; e != nil && (e.Reason == "" || !e.fallen() && !slices.ContainsFunc(d.Keys, func(k Key) bool { return k.Office == e.Office })) {
		wrong = append(wrong, problem.Field(field("emergency"), "decision.error.emergency"))
	}
	for _, m := range []*Memo{d.ITMemo, d.SecurityMemo} {
		if m != nil {
			wrong = append(wrong, figures(field, m.MoneyEUR, m.Minutes, m.ExposureDays)...)
		}
	}
	if r := d.Review; r != nil {
		wrong = append(wrong, figures(field, r.MoneyEUR, r.Minutes, r.ExposureDays)...)
		if err := problem.Choice(field("review.grade"), r.Grade, "reached", "partly", "missed", "unknown"); err != nil {
			wrong = append(wrong, err)
		}
	}
	return wrong
}
