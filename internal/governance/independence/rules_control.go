package independence

import "slices"

// controlMissing: somebody must be responsible for overseeing ICT risk. Before any office was entered nobody can tell.
func controlMissing(v *view) []verdict {
	switch {
	case !v.vacant(control):
		return nil
	case !v.manned:
		return []verdict{{suffix: ".unknown"}}
	}
	return []verdict{{}}
}

// controlInIT: whoever controls ICT risk is not of those who build, run or buy ICT.
func controlInIT(v *view) []verdict {
	var found []verdict
	for _, person := range v.Holders[control] {
		switch unit := v.unit(person); {
		case v.holds(person, cio, cto, itStaff) || unit.Function == "it" || v.sharesUnit(person, cio):
			found = append(found, v.of("", person))
		case unit.Function == "":
			found = append(found, v.of(".unknown", person))
		}
	}
	return found
}

// sharesUnit tells whether a person is in the unit of a holder of an office.
func (v *view) sharesUnit(person, office string) bool {
	unit := v.People[person].Unit
	return unit != "" && slices.ContainsFunc(v.Holders[office], func(holder string) bool { return holder != person && v.People[holder].Unit == unit })
}

// controlBelowCIO: nor does it stand below the CIO; a CISO who is the control function has further lines that are not
// admitted, to who operates or audits.
func controlBelowCIO(v *view) []verdict {
	var found []verdict
	for _, person := range v.Holders[control] {
		if v.holds(person, cio) {
			continue // IND-02
		}
		below, known := v.below(person, cio)
		to := v.reportsAs(person)
		switch {
		case below:
			found = append(found, v.of("", person))
		case !known && !v.vacant(cio):
			found = append(found, v.of(".unknown", person))
		case v.holds(person, ciso) && controlLines[to] == NotAdmitted:
			found = append(found, v.of(".line", person, "to", Word("office."+to)))
		}
	}
	return found
}

// controlIsAudit: control and internal audit are two.
func controlIsAudit(v *view) []verdict {
	var found []verdict
	for _, person := range v.Holders[control] {
		unit := v.unit(person)
		switch {
		case v.holds(person, audit) || unit.Function == "audit" || v.sharesUnit(person, audit):
			found = append(found, v.of("", person))
		case unit.Function == "" && !v.vacant(audit):
			found = append(found, v.of(".unknown", person))
		}
	}
	return found
}

// auditApart: internal audit stands below none of those whom it audits, and auditors stay off what they lately worked on.
func auditApart(v *view) []verdict {
	var found []verdict
	for _, person := range v.Holders[audit] {
		below, known := v.below(person, cio, ciso, cro)
		if below {
			found = append(found, v.of("", person))
		} else if !known {
			found = append(found, v.of(".unknown", person))
		}
	}
	return append(found, v.ownWorkAudited()...)
}

// ownWorkAudited finds audits by people who worked in what they audited within the twelve months before, as was declared,
// or as the offices say that they held: of audits in units for IT or security.
func (v *view) ownWorkAudited() []verdict {
	audits := v.declared("audit")
	if len(audits) == 0 {
		return []verdict{{suffix: ".unknown.audits"}}
	}
	var found []verdict
	told := map[string]bool{}
	for _, fact := range audits {
		if fact.Day < yearBefore(v.Day) {
			continue
		}
		until := fact.Values["worked-there-until"]
		for _, person := range fact.People {
			switch {
			case told[person]:
				continue
			case until != "" && until != never && until > yearBefore(fact.Day), v.heldLately(person, v.units[fact.Unit].Function, fact.Day):
				found = append(found, v.of(".own-work", person, "day", fact.Day))
			case until == "":
				found = append(found, v.of(".unknown.auditor", person, "day", fact.Day))
			}
			told[person] = true
		}
	}
	return found
}

// heldLately tells whether somebody held an office of a function within the twelve months before a day.
func (v *view) heldLately(person, function, day string) bool {
	offices := map[string][]string{"it": {cio, cto, itStaff}, "security": {ciso, securityStaff, otSecurity}}[function]
	return v.holds(person, offices...) || slices.ContainsFunc(v.Former, func(t Tenure) bool {
		return t.Person == person && slices.Contains(offices, t.Office) && t.Until > yearBefore(day)
	})
}

// cisoBelowCIO: a first-line CISO may report to the CIO, if other measures give the independence that the line does
// not. A CISO who is the control function falls under IND-03.
func cisoBelowCIO(v *view) []verdict {
	var found []verdict
	for _, person := range v.Holders[ciso] {
		if v.holds(person, control, cio) {
			continue
		}
		missing := v.missingCompensations()
		below, known := v.below(person, cio)
		switch {
		case below && len(missing) > 0:
			words := make([]Word, len(missing))
			for i, one := range missing {
				words[i] = Word("governance.compensation." + one)
			}
			found = append(found, v.of("", person, "missing", words, "n", len(missing), "of", len(Compensations)))
		case !known && !v.vacant(cio):
			found = append(found, v.of(".unknown", person))
		case v.reportsAs(person) == audit && slices.Contains(v.profiles, "dora_fe"):
			found = append(found, v.of(".audit", person))
		}
	}
	return found
}

// securityReachesBoard: one person at least reports on security to the management bodies themselves; a written channel of
// the CISO to the board is such a line.
func securityReachesBoard(v *view) []verdict {
	var people []string
	open := false
	for _, office := range []string{ciso, otSecurity, securityStaff} {
		for _, person := range v.Holders[office] {
			if v.reachesBoard(person) || office == ciso && slices.Contains(v.Compensations, "written-channel") {
				return nil
			}
			open = open || v.People[person].Superior == ""
			people = append(people, person)
		}
	}
	if open || len(people) == 0 && !v.manned {
		return []verdict{v.about(".unknown", people)}
	}
	return []verdict{v.about("", people)}
}

// oneHolder makes a rule on two offices that one person holds; with one of them vacant nobody can tell.
func oneHolder(first, second string) func(*view) []verdict {
	return func(v *view) []verdict {
		if v.vacant(first) || v.vacant(second) {
			return []verdict{{suffix: ".unknown"}}
		}
		var found []verdict
		for _, person := range v.Holders[second] {
			if v.holds(person, first) {
				found = append(found, v.of("", person))
			}
		}
		return found
	}
}

// controlPlaced: where in a bank the control function may sit.
func controlPlaced(v *view) []verdict {
	var found []verdict
	for _, person := range v.Holders[control] {
		unit := v.unit(person)
		switch where, told := Placement(unit); {
		case !told:
			found = append(found, v.of(".unknown", person))
		case where == NotAdmitted:
			found = append(found, v.of("", person, "unit", v.People[person].Unit))
		}
	}
	if v.vacant(control) {
		return []verdict{{suffix: ".unknown.vacant"}}
	}
	return found
}

// secondLineWithKey: who controls gives a challenge or a veto on the record, and does not decide with those who run.
func secondLineWithKey(v *view) []verdict {
	people := append(slices.Clone(v.Holders[cio]), v.Holders[ciso]...)
	for _, turn := range v.Keys {
		people = append(people, turn.Person)
	}
	slices.Sort(people)
	var found []verdict
	for _, person := range slices.Compact(people) {
		switch line := v.unit(person).Line; {
		case line == "second" || v.holds(person, control, cro, riskStaff, compliance):
			found = append(found, v.of("", person))
		case line == "":
			found = append(found, v.of(".unknown", person))
		}
	}
	return found
}
