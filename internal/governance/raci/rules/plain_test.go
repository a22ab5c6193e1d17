package rules_test

import (
	"fmt"
	"slices"
	"strings"

	"accordo.dev/internal/governance/raci/rules"
)

// plainly reads the twelve rules word by word, on texts, without any cleverness: the reference of the judge.
func plainly(m rules.Matrix, s rules.Settings) map[string]bool {
	found := map[string]bool{}
	say := func(key, person string, p rules.Place) {
		if person == "" {
			found[fmt.Sprint(key, nil, p)] = true
		} else {
			found[fmt.Sprint(key, person, p)] = true
		}
	}
	has := func(a, r int, letter string) bool {
		return strings.Contains(m.Cells[a*len(m.Roles)+r].String(), letter)
	}
	count := func(a int, letter string) (n int) {
		for r := range m.Roles {
			if has(a, r, letter) {
				n++
			}
		}
		return n
	}
	for a, activity := range m.Activities {
		whole := rules.Place{Activity: activity.ID}
		if count(a, "A") == 0 {
			say("raci.rule.1.none", "", whole)
		}
		if count(a, "R") == 0 {
			say("raci.rule.2", "", whole)
		}
		if k := count(a, "K"); k != 2 && (k != 0 || activity.Joint) {
			say("raci.rule.6.count", "", whole)
		}
		if count(a, "C") > s.MaxC {
			say("raci.rule.8.asked", "", whole)
		}
		empty, heard := false, len(s.Informed) == 0
		for r, role := range m.Roles {
			here := rules.Place{Activity: activity.ID, Role: role.ID}
			cell := m.Cells[a*len(m.Roles)+r].String()
			empty = empty || cell == ""
			heard = heard || cell != "" && slices.Contains(s.Informed, role.Function)
			if count(a, "A") > 1 && has(a, r, "A") {
				say("raci.rule.1.many", "", here)
			}
			if has(a, r, "A") || has(a, r, "R") {
				if role.Vacant {
					say("raci.rule.3.vacant", "", here)
				} else if role.External {
					say("raci.rule.3.external", "", here)
				}
			}
			if has(a, r, "K") && !has(a, r, "A") && !has(a, r, "R") && !has(a, r, "C") {
				say("raci.rule.6", "", here)
			}
			for b, other := range m.Activities {
				if a == b || !slices.Contains(activity.Checks, other.ID) {
					continue
				}
				if has(a, r, "A") && has(b, r, "A") {
					say("raci.rule.4", "", rules.Place{Activity: activity.ID, Role: role.ID, Other: other.ID})
				}
				if slices.Contains(s.Apart, role.Function) && has(b, r, "R") && doneBy(m, role.Function, a) {
					say("raci.rule.5", "", rules.Place{Activity: other.ID, Role: role.ID, Other: activity.ID})
				}
			}
		}
		if !empty && len(m.Roles) > 1 {
			say("raci.rule.8.full", "", whole)
		}
		if activity.Material && !heard {
			say("raci.rule.10", "", whole)
		}
	}
	plainPeople(m, s, has, say)
	plainRest(m, s, say)
	return found
}

// plainPeople are the rules about persons and columns.
func plainPeople(m rules.Matrix, s rules.Settings, has func(int, int, string) bool, say func(string, string, rules.Place)) {
	for _, person := range []string{"p1", "p2", "p3"} {
		n, first := m.Elsewhere[person], []rules.Place{}
		for a, activity := range m.Activities {
			for r, role := range m.Roles {
				if has(a, r, "A") && slices.Contains(role.Persons, person) {
					first = append(first, rules.Place{Activity: activity.ID, Role: role.ID})
					n++
					break
				}
			}
		}
		for _, p := range first {
			if n > s.MaxA {
				say("raci.rule.7", person, p)
			}
		}
	}
	for r, role := range m.Roles {
		idle := true
		for a := range m.Activities {
			idle = idle && !has(a, r, "R") && !has(a, r, "A")
		}
		if idle {
			say("raci.rule.9", "", rules.Place{Role: role.ID})
		}
	}
}

// plainRest are the rules about what stands outside the matrix.
func plainRest(m rules.Matrix, s rules.Settings, say func(string, string, rules.Place)) {
	for _, service := range m.Critical {
		if !slices.ContainsFunc(m.Activities, func(a rules.Activity) bool { return slices.Contains(a.About, service) }) {
			say("raci.rule.11", "", rules.Place{Other: service})
		}
	}
	for a, activity := range m.Activities {
		n, differ := 0, 0
		for _, act := range m.Acts {
			if act.Activity != activity.ID {
				continue
			}
			n++
			fits := false
			for r, role := range m.Roles {
				cell := m.Cells[a*len(m.Roles)+r].String()
				right := strings.Contains(cell, act.As.String()) || act.As == rules.R && strings.Contains(cell, "A")
				fits = fits || right && slices.Contains(act.Roles, role.ID)
			}
			if !fits {
				differ++
			}
		}
		switch {
		case n > 0 && n < s.MinActs && differ > 0:
			say("raci.rule.12.unknown", "", rules.Place{Activity: activity.ID})
		case n >= s.MinActs && float64(differ)/float64(n) > s.Differs:
			say("raci.rule.12", "", rules.Place{Activity: activity.ID})
		}
	}
}

// doneBy tells whether a role of a function does an activity.
func doneBy(m rules.Matrix, f rules.Function, a int) bool {
	for r, role := range m.Roles {
		if role.Function == f && strings.Contains(m.Cells[a*len(m.Roles)+r].String(), "R") {
			return true
		}
	}
	return false
}
