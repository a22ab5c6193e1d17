package independence

import "slices"

// dpoDecides: a data protection officer does not decide why and how data are processed. A CIO and a head of IT do; of a
// CISO it has to be assessed in writing (Court of Justice, C-453/21: case by case).
func dpoDecides(v *view) []verdict {
	if v.vacant(dpo) {
		return []verdict{{suffix: ".unknown"}}
	}
	var found []verdict
	for _, person := range v.Holders[dpo] {
		assessed, said := v.last("dpo-assessment", person)
		decides := assessed.Values["decides-on-processing"]
		switch {
		case v.holds(person, cio, cto):
			found = append(found, v.of("", person))
		case !v.holds(person, ciso) || said && decides == no:
		case decides == yes:
			found = append(found, v.of(".ciso-decides", person))
		default:
			one := v.of(".ciso", person)
			one.severity = Medium
			found = append(found, one)
		}
	}
	return found
}

// dpoReachesTop: a data protection officer reports to the highest management level and takes no instructions.
func dpoReachesTop(v *view) []verdict {
	if v.vacant(dpo) {
		return []verdict{{suffix: ".unknown"}}
	}
	var found []verdict
	for _, person := range v.Holders[dpo] {
		superior := v.People[person].Superior
		switch {
		case v.reachesBoard(person) || v.holds(superior, ceo, board):
		case superior == "":
			found = append(found, v.of(".unknown.line", person))
		default:
			found = append(found, v.of("", person, "superior", v.name(superior)))
		}
	}
	switch said, known := v.last("dpo-instructions", ""); {
	case !known:
		found = append(found, verdict{suffix: ".unknown.instructions", people: v.Holders[dpo]})
	case said.Values["received"] == yes:
		found = append(found, verdict{suffix: ".instructions", people: v.Holders[dpo], args: map[string]any{"day": said.Day}})
	}
	return found
}

// changeApprovedOutside: whoever approves a change is outside the functions that ask for it and build it. With two keys
// one of them must be.
func changeApprovedOutside(v *view) []verdict {
	changes := slices.Clone(v.Changes)
	for _, fact := range v.declared("change") {
		if fact.Day >= yearBefore(v.Day) {
			changes = append(changes, Approval{ID: fact.ID, Functions: []string{fact.Values["asked-by"], fact.Values["built-by"]}, By: fact.People})
		}
	}
	if len(changes) == 0 {
		return []verdict{{suffix: ".unknown"}}
	}
	var inside, unsaid []string
	n, open := 0, 0
	for _, change := range changes {
		switch outside, known := v.outside(change); {
		case outside:
		case known:
			inside, n = append(inside, change.By...), n+1
		default:
			unsaid, open = append(unsaid, change.By...), open+1
		}
	}
	var found []verdict
	if n > 0 {
		one := v.about("", inside)
		one.args["n"] = n
		found = append(found, one)
	}
	if open > 0 {
		one := v.about(".unknown.approver", unsaid)
		one.args["n"] = open
		found = append(found, one)
	}
	return found
}

// outside tells whether one who approved a change is outside the functions that asked for it and build it.
func (v *view) outside(change Approval) (outside, known bool) {
	known = len(change.By) > 0 && !slices.Contains(change.Functions, "") && len(change.Functions) > 0
	for _, person := range change.By {
		function := v.function(person)
		if function == "" {
			known = false
		} else if !slices.Contains(change.Functions, function) && !slices.Contains(change.Functions, "") && len(change.Functions) > 0 {
			return true, true
		}
	}
	return false, known
}

// function is the function for which a person stands: that of the office, or of the unit.
func (v *view) function(person string) string {
	switch {
	case v.holds(person, cio, cto, itStaff):
		return "it"
	case v.holds(person, ciso, securityStaff, otSecurity):
		return "security"
	case v.holds(person, "business-owner"):
		return "business"
	case v.holds(person, cro, control, riskStaff):
		return "risk"
	case v.holds(person, ceo, board):
		return "board"
	}
	return v.unit(person).Function
}

// suppliersWatched: one role, or a senior manager, watches the arrangements with ICT providers.
func suppliersWatched(v *view) []verdict {
	switch {
	case !v.vacant(suppliers):
		return nil
	case !v.manned:
		return []verdict{{suffix: ".unknown"}}
	}
	return []verdict{{}}
}

// risksAccepted: who bears a residual risk has the role to do so, and looks at it again within a year.
func risksAccepted(v *view) []verdict {
	var without, late, unsaid []string
	for _, a := range v.Acceptances {
		_, known := v.People[a.By]
		switch {
		case !known:
			unsaid = append(unsaid, a.ID)
		case !slices.ContainsFunc(a.Offices, func(office string) bool { return slices.Contains([]string{cio, ciso, cro, ceo, board}, office) }):
			without = append(without, a.By)
		case a.ReviewOn != "" && a.ReviewOn < v.Day || a.Day < yearBefore(v.Day):
			late = append(late, a.By)
		}
	}
	var found []verdict
	for _, c := range []struct {
		suffix string
		people []string
	}{{"", without}, {".late", late}} {
		if len(c.people) > 0 {
			one := v.about(c.suffix, c.people)
			one.args["n"] = len(c.people)
			found = append(found, one)
		}
	}
	if len(unsaid) > 0 {
		found = append(found, verdict{suffix: ".unknown", args: map[string]any{"n": len(unsaid)}})
	}
	return found
}

// contactAndSubstitute: the point of contact and one substitute at least, who is another person.
func contactAndSubstitute(v *view) []verdict {
	if !v.manned {
		return []verdict{{suffix: ".unknown"}}
	}
	var missing []Word
	if v.vacant(contact) {
		missing = append(missing, Word("office."+contact))
	}
	if !slices.ContainsFunc(v.Holders[substitute], func(person string) bool { return !v.holds(person, contact) }) {
		missing = append(missing, Word("office."+substitute))
	}
	if len(missing) == 0 {
		return nil
	}
	return []verdict{{args: map[string]any{"missing": missing}}}
}

// csirtContact: there is one, who knows security, incidents and the systems.
func csirtContact(v *view) []verdict {
	if v.vacant(csirt) {
		if !v.manned {
			return []verdict{{suffix: ".unknown"}}
		}
		return []verdict{{}}
	}
	var found []verdict
	for _, person := range v.Holders[csirt] {
		said, known := v.last("csirt-skills", person)
		security, systems := said.Values["security-skills"], said.Values["knows-systems"]
		switch {
		case security == no || systems == no:
			found = append(found, v.of(".skills", person))
		case !known || security == "" || systems == "":
			found = append(found, v.of(".unknown.skills", person))
		}
	}
	return found
}

// payApart: variable pay of those who control does not hang on the results of what they control.
func payApart(v *view) []verdict {
	var depends, unsaid []string
	people := map[string]bool{}
	for _, office := range []string{control, cro, compliance, audit, ciso} {
		for _, person := range v.Holders[office] {
			if people[person] || office == ciso && v.unit(person).Line != "second" {
				continue
			}
			people[person] = true
			switch said, _ := v.last("pay", person); said.Values["variable-pay"] {
			case "results-of-area":
				depends = append(depends, person)
			case "":
				unsaid = append(unsaid, person)
			}
		}
	}
	if len(people) == 0 {
		return []verdict{{suffix: ".unknown.nobody"}}
	}
	var found []verdict
	if len(depends) > 0 {
		found = append(found, v.about("", depends))
	}
	if len(unsaid) > 0 {
		found = append(found, v.about(".unknown", unsaid))
	}
	return found
}
