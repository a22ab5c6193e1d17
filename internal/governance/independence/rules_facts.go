package independence

import "slices"

// testersApart: who tests is not who runs what is tested, unless the conflict was assessed.
func testersApart(v *view) []verdict {
	tests := v.declared("test")
	if len(tests) == 0 {
		return []verdict{{suffix: ".unknown"}}
	}
	var found []verdict
	told := map[string]bool{}
	for _, test := range tests {
		if told[test.System] || test.Day < yearBefore(v.Day) {
			continue
		}
		told[test.System] = true
		one := v.about("", test.People)
		one.args["system"], one.args["day"] = test.System, test.Day
		switch {
		case test.Values["operate-it"] == yes && test.Values["conflict-assessed"] != yes:
		case test.Values["operate-it"] == "":
			one.suffix = ".unknown.testers"
		default:
			continue
		}
		found = append(found, one)
	}
	if len(told) == 0 {
		return []verdict{{suffix: ".unknown"}}
	}
	return found
}

// penetrationTests: a significant bank has external testers only; every third test has them; internal testers go with
// intelligence from outside.
func penetrationTests(v *view) []verdict {
	tests := v.declared("tlpt")
	if len(tests) == 0 {
		return []verdict{{suffix: ".unknown"}}
	}
	last := tests[0]
	internal := func(f Fact) bool { return f.Values["testers"] == "internal" }
	args := map[string]any{"day": last.Day}
	switch {
	case last.Values["testers"] == "":
		return []verdict{{suffix: ".unknown.testers", args: args}}
	case !internal(last):
		return nil
	}
	var found []verdict
	if last.Values["significant-bank"] == yes {
		found = append(found, verdict{args: args})
	}
	if len(tests) >= 3 && !slices.ContainsFunc(tests[:3], func(f Fact) bool { return !internal(f) }) {
		found = append(found, verdict{suffix: ".third", args: args})
	}
	switch last.Values["intelligence"] {
	case "external":
	case "":
		found = append(found, verdict{suffix: ".unknown.intelligence", args: args})
	default:
		found = append(found, verdict{suffix: ".intelligence", args: args})
	}
	return found
}

// plansReviewed: response and recovery plans are looked at by auditors.
func plansReviewed(v *view) []verdict {
	said, known := v.last("plan-review", "")
	switch {
	case !known || said.Values["reviewed"] == "":
		return []verdict{{suffix: ".unknown"}}
	case said.Values["reviewed"] == no:
		return []verdict{{args: map[string]any{"day": said.Day}}}
	case len(said.People) == 0:
		return []verdict{{suffix: ".unknown.reviewers", args: map[string]any{"day": said.Day}}}
	}
	others := slices.DeleteFunc(slices.Clone(said.People), func(person string) bool { return v.holds(person, audit) || v.unit(person).Function == "audit" })
	if len(others) == 0 {
		return nil
	}
	one := v.about(".reviewers", others)
	one.args["day"] = said.Day
	return []verdict{one}
}

// due is one approval that a body owes: the obligation, and within how many months it is renewed; none: when it changes.
type due struct {
	id     string
	months int
}

// byBoard are the approvals of the management body of a financial entity; byBodies the nine of the bodies of an Italian NIS
// entity, with the reviews that the agency sets. law: 2022/2554#5.2 law: 379907/2025#GV.RR-02.1
var (
	byBoard  = []due{{"CAL-01", 12}, {"CAL-02", 0}, {"CAL-03", 0}, {"CAL-04", 0}, {"CAL-05", 0}, {"CAL-06", 0}}
	byBodies = []due{{"CAL-17", 24}, {"CAL-18", 12}, {"CAL-19", 24}, {"CAL-20", 0}, {"CAL-21", 0}, {"CAL-22", 0}, {"CAL-23", 24}, {"CAL-24", 0}, {"CAL-25", 24}}
)

// obligations are the ids of what bodies approve.
func obligations() []string {
	var ids []string
	for _, d := range append(slices.Clone(byBoard), byBodies...) {
		ids = append(ids, d.id)
	}
	return ids
}

// boardApproved: the management body approves what is its own, and the framework is reviewed every year.
func boardApproved(v *view) []verdict { return v.approved(byBoard) }

// bodiesApproved: the same of the bodies of an Italian NIS entity.
func bodiesApproved(v *view) []verdict { return v.approved(byBodies) }

// approved says which approvals are missing, overdue, or not known.
func (v *view) approved(all []due) []verdict {
	var missing, late, unsaid []Word
	for _, d := range all {
		day, said := v.approval(d.id)
		word := Word("governance.approval." + d.id)
		switch {
		case !said:
			unsaid = append(unsaid, word)
		case day == "":
			missing = append(missing, word)
		case d.months > 0 && day < monthsBefore(v.Day, d.months):
			late = append(late, word)
		}
	}
	var found []verdict
	for _, c := range []struct {
		suffix string
		words  []Word
	}{{"", missing}, {".late", late}, {".unknown", unsaid}} {
		if len(c.words) > 0 {
			found = append(found, verdict{suffix: c.suffix, args: map[string]any{"missing": c.words, "n": len(c.words)}})
		}
	}
	return found
}

// approval is the last day on which something was approved: as the register of obligations or a declared fact has it,
// whichever is later; empty when it never was. The last answer is false when nobody said.
func (v *view) approval(id string) (day string, said bool) {
	day, said = v.Approvals[id]
	for _, f := range v.declared("approval") {
		if f.Values["obligation"] != id {
			continue
		}
		if f.Values["approved"] == yes {
			return max(day, f.Day), true
		}
		return day, true
	}
	return day, said
}

// reviewersApart: who reviews security independently is not in the line of authority of what is reviewed.
func reviewersApart(v *view) []verdict {
	reviews := v.declared("review")
	if len(reviews) == 0 {
		return []verdict{{suffix: ".unknown"}}
	}
	var found []verdict
	told := map[string]bool{}
	for _, review := range reviews {
		if told[review.Unit] {
			continue
		}
		told[review.Unit] = true
		if review.Values["other-measure"] == yes {
			continue
		}
		var inside, unsaid []string
		for _, person := range review.People {
			switch in, known := v.commands(person, review.Unit); {
			case in:
				inside = append(inside, person)
			case !known:
				unsaid = append(unsaid, person)
			}
		}
		for suffix, people := range map[string][]string{"": inside, ".unknown.reviewer": unsaid} {
			if len(people) == 0 || suffix != "" && len(inside) > 0 {
				continue
			}
			one := v.about(suffix, people)
			one.units, one.args["unit"], one.args["day"] = []string{review.Unit}, review.Unit, review.Day
			found = append(found, one)
		}
	}
	return found
}

// commands tells whether a person belongs to a unit or stands above somebody in it.
func (v *view) commands(person, unit string) (in, known bool) {
	own := v.People[person].Unit
	if own != "" && v.within(own, unit) {
		return true, true
	}
	for member, p := range v.People {
		if p.Unit == "" || !v.within(p.Unit, unit) {
			continue
		}
		if line, _ := v.above(member); slices.Contains(line, person) {
			return true, true
		}
	}
	return false, own != ""
}

// deadProvisions: a policy that cites what is no longer in force.
func deadProvisions(v *view) []verdict {
	var found []verdict
	n, policies := 0, []string{}
	for _, c := range v.Citations {
		switch {
		case c.Unknown:
			n, policies = n+1, append(policies, c.Policy)
		case c.Until != "" && c.Until < v.Day:
			found = append(found, verdict{args: map[string]any{"policy": c.Policy, "provision": c.Text, "day": c.Until, "successor": c.Successor}})
		}
	}
	if n > 0 {
		slices.Sort(policies)
		found = append(found, verdict{suffix: ".unknown", args: map[string]any{"n": n, "policies": slices.Compact(policies)}})
	}
	return found
}

// verificationOutsourced: checking may be bought, answering for it may not.
func verificationOutsourced(v *view) []verdict {
	said, known := v.last("outsourced-verification", "")
	switch {
	case !known || said.Values["outsourced"] == "":
		return []verdict{{suffix: ".unknown"}}
	case said.Values["outsourced"] == no || said.Values["responsibility-kept"] == yes:
		return nil
	}
	return []verdict{{args: map[string]any{"day": said.Day}}}
}

// boardTrained: members of the management body keep up what they know of ICT risk; twelve months are our reading of
// "regularly".
func boardTrained(v *view) []verdict {
	facts := v.declared("training")
	if len(facts) == 0 || v.vacant(board) {
		return []verdict{v.about(".unknown", v.Holders[board])}
	}
	var late []string
	for _, person := range v.Holders[board] {
		if last, _ := v.last("training", person); last.Day < yearBefore(v.Day) {
			late = append(late, person)
		}
	}
	if len(late) == 0 {
		return nil
	}
	return []verdict{v.about("", late)}
}
