package rules

import "slices"

// one: exactly one role answers for an activity.
func one(j *judge) {
	var none, many []Place
	for a := range j.Activities {
		switch row := j.row(a); letters(row, A) {
		case 1:
		case 0:
			none = append(none, j.whole(a))
		default:
			for r, s := range row {
				if s.Has(A) {
					many = append(many, j.cell(a, r))
				}
			}
		}
	}
	j.say(1, Error, "raci.rule.1.none", none, nil)
	j.say(1, Error, "raci.rule.1.many", many, nil)
}

// two: somebody does it.
func two(j *judge) {
	var none []Place
	for a := range j.Activities {
		if letters(j.row(a), R) == 0 {
			none = append(none, j.whole(a))
		}
	}
	j.say(2, Error, "raci.rule.2", none, nil)
}

// three: who does it or answers for it is there, and is one of us.
func three(j *judge) {
	var vacant, external []Place
	for a := range j.Activities {
		for r, s := range j.row(a) {
			switch role := j.Roles[r]; {
			case !s.Has(R | A):
			case role.Vacant:
				vacant = append(vacant, j.cell(a, r))
			case role.External:
				external = append(external, j.cell(a, r))
			}
		}
	}
	j.say(3, Error, "raci.rule.3.vacant", vacant, nil)
	j.say(3, Error, "raci.rule.3.external", external, nil)
}

// four: nobody answers both for doing something and for checking it.
func four(j *judge) {
	var both []Place
	j.checks(func(checking, checked int) {
		done := j.row(checked)
		for r, s := range j.row(checking) {
			if s.Has(A) && done[r].Has(A) {
				both = append(both, Place{Activity: j.Activities[checking].ID, Role: j.Roles[r].ID, Other: j.Activities[checked].ID})
			}
		}
	})
	j.say(4, Error, "raci.rule.4", both, nil)
}

// checks goes through the pairs of an activity that checks and one that it checks.
func (j *judge) checks(do func(checking, checked int)) {
	for a, activity := range j.Activities {
		for _, id := range activity.Checks {
			if checked, known := j.activity[id]; known && checked != a {
				do(a, checked)
			}
		}
	}
}

// five: a function that has to stand apart does not run what it monitors.
func five(j *judge) {
	var runs []Place
	seen := map[Place]bool{}
	j.checks(func(checking, checked int) {
		for _, f := range j.Apart {
			if !j.does(checking, f) {
				continue
			}
			for r, s := range j.row(checked) {
				place := Place{Activity: j.Activities[checked].ID, Role: j.Roles[r].ID, Other: j.Activities[checking].ID}
				if s.Has(R) && j.Roles[r].Function == f && !seen[place] {
					seen[place] = true
					runs = append(runs, place)
				}
			}
		}
	})
	j.say(5, Error, "raci.rule.5", runs, nil)
}

// does tells whether a role of a function does an activity.
func (j *judge) does(activity int, f Function) bool {
	for r, s := range j.row(activity) {
		if s.Has(R) && j.Roles[r].Function == f {
			return true
		}
	}
	return false
}

// six: a key belongs to somebody who is involved in the matter, and joint decisions have two of them.
func six(j *judge) {
	var idle, count []Place
	for a, activity := range j.Activities {
		row := j.row(a)
		keys := letters(row, K)
		if (keys > 0 || activity.Joint) && keys != 2 {
			count = append(count, j.whole(a))
		}
		for r, s := range row {
			if s.Has(K) && !s.Has(R|A|C) {
				idle = append(idle, j.cell(a, r))
			}
		}
	}
	j.say(6, Error, "raci.rule.6", idle, nil)
	j.say(6, Error, "raci.rule.6.count", count, nil)
}

// seven: nobody answers for more than they can look after. One finding a person.
func seven(j *judge) {
	cells, order := map[string][]Place{}, []string{}
	for a := range j.Activities {
		counted := map[string]bool{}
		for r, s := range j.row(a) {
			if !s.Has(A) {
				continue
			}
			for _, person := range j.Roles[r].Persons {
				if counted[person] {
					continue
				}
				counted[person] = true
				if cells[person] == nil {
					order = append(order, person)
				}
				cells[person] = append(cells[person], j.cell(a, r))
			}
		}
	}
	slices.Sort(order)
	for _, person := range order {
		if n := len(cells[person]) + j.Elsewhere[person]; n > j.MaxA {
			j.say(7, Warning, "raci.rule.7", cells[person], map[string]any{"person": person, "all": n, "max": j.MaxA})
		}
	}
}

// eight: an activity in which everybody has a say is nobody's.
func eight(j *judge) {
	var asked, full []Place
	for a := range j.Activities {
		row := j.row(a)
		if letters(row, C) > j.MaxC {
			asked = append(asked, j.whole(a))
		}
		if len(row) > 1 && !slices.Contains(row, 0) {
			full = append(full, j.whole(a))
		}
	}
	j.say(8, Warning, "raci.rule.8.asked", asked, map[string]any{"max": j.MaxC})
	j.say(8, Warning, "raci.rule.8.full", full, nil)
}

// nine: a role that neither does nor answers for anything may be one too many.
func nine(j *judge) {
	active := make([]Set, len(j.Roles))
	for n, s := range j.Cells {
		active[n%len(j.Roles)] |= s
	}
	var idle []Place
	for r, s := range active {
		if !s.Has(R | A) {
			idle = append(idle, Place{Role: j.Roles[r].ID})
		}
	}
	j.say(9, Information, "raci.rule.9", idle, nil)
}

// ten: where the profile asks for it, risk or the board hears of what is material. Whoever is involved hears of it.
func ten(j *judge) {
	if len(j.Informed) == 0 {
		return
	}
	var unheard []Place
	for a, activity := range j.Activities {
		if activity.Material && !j.hears(a) {
			unheard = append(unheard, j.whole(a))
		}
	}
	j.say(10, Warning, "raci.rule.10", unheard, nil)
}

func (j *judge) hears(activity int) bool {
	for r, s := range j.row(activity) {
		if s != 0 && holds(j.Informed, j.Roles[r].Function) {
			return true
		}
	}
	return false
}

// eleven: every critical service has a row about it.
func eleven(j *judge) {
	covered := map[string]bool{}
	for _, a := range j.Activities {
		for _, element := range a.About {
			covered[element] = true
		}
	}
	var without []Place
	for _, service := range j.Critical {
		if !covered[service] {
			without = append(without, Place{Other: service})
		}
	}
	j.say(11, Error, "raci.rule.11", without, nil)
}

// twelve: those who act are those who should. One finding an activity.
func twelve(j *judge) {
	for _, r := range Reality(j.Matrix, j.Settings) {
		args := map[string]any{"share": r.Share(), "acts": len(r.Acts), "differ": len(r.Differ), "min": j.MinActs}
		place := []Place{{Activity: r.Activity}}
		switch {
		case r.Unknown && len(r.Differ) > 0:
			j.found = append(j.found, Finding{Rule: 12, Severity: Information, Key: "raci.rule.12.unknown", Args: args, Places: place, Unknown: true})
		case !r.Unknown && r.Share() > j.Differs:
			j.say(12, Warning, "raci.rule.12", place, args)
		}
	}
}

// Real is what the records tell of one activity: who acted, and which of the acts the matrix does not foresee.
type Real struct {
	Activity string
	Acts     []Act
	Differ   []Act
	Unknown  bool // fewer acts than the settings ask for
}

// Share is the part of the acts that differ; 0 without acts.
func (r Real) Share() float64 {
	if len(r.Acts) == 0 {
		return 0
	}
	return float64(len(r.Differ)) / float64(len(r.Acts))
}

// Reality sets the acts against the matrix, for each activity with acts, in the order of the rows. An act is foreseen
// when one of the roles of who acted has its letter; who answers for an activity may also do it.
func Reality(m Matrix, s Settings) []Real {
	j := newJudge(m, s)
	byRow := make(map[int]*Real)
	for _, act := range m.Acts {
		a, known := j.activity[act.Activity]
		if !known {
			continue
		}
		if byRow[a] == nil {
			byRow[a] = &Real{Activity: act.Activity}
		}
		byRow[a].Acts = append(byRow[a].Acts, act)
		if !j.foreseen(a, act) {
			byRow[a].Differ = append(byRow[a].Differ, act)
		}
	}
	all := []Real{}
	for a := range m.Activities {
		if r := byRow[a]; r != nil {
			r.Unknown = len(r.Acts) < s.MinActs
			all = append(all, *r)
		}
	}
	return all
}

func (j *judge) foreseen(activity int, act Act) bool {
	letters := act.As
	if letters.Has(R) {
		letters |= A
	}
	for _, id := range act.Roles {
		if r, known := j.role[id]; known && j.At(activity, r).Has(letters) {
			return true
		}
	}
	return false
}
