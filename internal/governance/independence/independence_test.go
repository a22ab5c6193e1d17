package independence_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"accordo.dev/internal/governance"
	"accordo.dev/internal/governance/independence"
	"accordo.dev/internal/i18n"
)

// sound is an organisation under all rules of which no rule has anything to say: eva is CEO, olga COO, carla CIO, dario CISO,
// rita CRO, ivo audits, anna sits on the board, vera watches suppliers, dina protects data, nino and nora are contacts of
// the authority, piera is public referent and paolo digital officer.
func sound() independence.Snapshot {
	return independence.Snapshot{
		Day: "2026-12-01", Profiles: []string{"bank_it", "dora_simple", "nis2_digital", "nis2_it", "pa_it", "gdpr", "crd", "generic"},
		Holders: map[string][]string{
			"board": {"anna"}, "ceo": {"eva"}, "coo": {"olga"}, "cio": {"carla"}, "ciso": {"dario"}, "cro": {"rita"}, "ict-risk-control": {"renzo"},
			"internal-audit": {"ivo"}, "dpo": {"dina"}, "third-party-risk": {"vera"}, "nis-contact": {"nino"}, "nis-contact-substitute": {"nora"},
			"csirt-contact": {"nora"}, "cyber-referent": {"piera"}, "rtd": {"paolo"},
		},
		People: map[string]independence.Person{
			"anna": {"Anna", "Board", "board", nil}, "eva": {"Eva", "Direction", "board", nil}, "olga": {"Olga", "Operations", "eva", nil},
			"carla": {"Carla", "IT", "olga", nil}, "dario": {"Dario", "Security", "eva", []string{"board"}}, "rita": {"Rita", "Risk", "eva", nil},
			"renzo": {"Renzo", "ICT risk", "rita", nil}, "ivo": {"Ivo", "Audit", "board", nil}, "dina": {"Dina", "Privacy", "board", nil},
			"vera": {"Vera", "Operations", "olga", nil}, "nino": {"Nino", "Security", "dario", nil}, "nora": {"Nora", "Networks", "carla", nil},
			"piera": {"Piera", "Security", "dario", nil}, "paolo": {"Paolo", "IT", "carla", nil},
		},
		Units: map[string]independence.Unit{
			"Board": {"", "none", "board"}, "Direction": {"", "none", "support"}, "Operations": {"Direction", "first", "support"}, "IT": {"Operations", "first", "it"},
			"Networks": {"IT", "", ""}, "Security": {"Direction", "first", "security"}, "Risk": {"Direction", "second", "risk"}, "ICT risk": {"Risk", "", ""},
			"Audit": {"Board", "third", "audit"}, "Privacy": {"Board", "second", "compliance"},
		},
		Facts: []independence.Fact{
			{ID: "a", Kind: "audit", Day: "2026-06-01", People: []string{"ivo"}, Unit: "IT", Values: map[string]string{"worked-there-until": "never"}},
			{ID: "i", Kind: "dpo-instructions", Day: "2026-06-01", Values: map[string]string{"received": "no"}},
			{ID: "c", Kind: "change", Day: "2026-06-01", People: []string{"dario"}, Values: map[string]string{"asked-by": "business", "built-by": "it"}},
			{ID: "t", Kind: "test", Day: "2026-06-01", System: "core", Values: map[string]string{"operate-it": "no"}},
			{ID: "p", Kind: "tlpt", Day: "2026-06-01", Values: map[string]string{"testers": "external"}},
			{ID: "r", Kind: "plan-review", Day: "2026-06-01", People: []string{"ivo"}, Values: map[string]string{"reviewed": "yes"}},
			{ID: "s", Kind: "csirt-skills", Day: "2026-06-01", People: []string{"nora"}, Values: map[string]string{"security-skills": "yes", "knows-systems": "yes"}},
			{ID: "v", Kind: "review", Day: "2026-06-01", People: []string{"ivo"}, Unit: "IT"},
			{ID: "m", Kind: "pay", Day: "2026-06-01", People: []string{"renzo", "rita", "ivo"}, Values: map[string]string{"variable-pay": "own-objectives"}},
			{ID: "o", Kind: "outsourced-verification", Day: "2026-06-01", Values: map[string]string{"outsourced": "no"}},
			{ID: "f", Kind: "training", Day: "2026-06-01", People: []string{"anna"}},
		},
		Approvals: approvals("2026-06-01"),
	}
}

func approvals(day string) map[string]string {
	days := map[string]string{}
	for _, n := range []int{1, 2, 3, 4, 5, 6, 17, 18, 19, 20, 21, 22, 23, 24, 25} {
		days[fmt.Sprintf("CAL-%02d", n)] = day
	}
	return days
}

// change is one way in which an organisation differs from a sound one.
type change func(*independence.Snapshot)

func line(person, superior string) change {
	return func(s *independence.Snapshot) {
		*s = s.After(independence.Move{Kind: "line", Of: person, To: superior})
	}
}

func try(moves ...string) change {
	return func(s *independence.Snapshot) {
		for _, text := range moves {
			move, ok := independence.ParseMove(text)
			if !ok {
				panic(text)
			}
			*s = s.After(move)
		}
	}
}

func nobody(office string) change {
	return func(s *independence.Snapshot) { *s = s.After(); delete(s.Holders, office) }
}

func noOffices(s *independence.Snapshot) { s.Holders = map[string][]string{"administrator": {"nino"}} }

// fact takes the place of all facts of its kind; without a day nothing is said any more.
func fact(kind, day string, people []string, values ...string) change {
	return func(s *independence.Snapshot) {
		f := independence.Fact{ID: "x", Kind: kind, Day: day, People: people, Unit: "IT", System: "core", Values: map[string]string{}}
		for i := 0; i+1 < len(values); i += 2 {
			f.Values[values[i]] = values[i+1]
		}
		s.Facts = slices.DeleteFunc(slices.Clone(s.Facts), func(old independence.Fact) bool { return old.Kind == kind })
		if day != "" {
			s.Facts = append(s.Facts, f)
		}
	}
}

func approved(id, day string) change {
	return func(s *independence.Snapshot) {
		if s.Approvals[id] = day; day == "-" {
			delete(s.Approvals, id)
		}
	}
}

func accepted(a independence.Acceptance) change {
	return func(s *independence.Snapshot) { s.Acceptances = []independence.Acceptance{a} }
}

func cited(c independence.Citation) change {
	return func(s *independence.Snapshot) { s.Citations = []independence.Citation{c} }
}

// ruleCase is one organisation of which a rule says something and one of which it cannot tell; some have another way to
// speak, and what looks like it and is not.
type ruleCase struct {
	rule         string
	speaks, cant change
	severity     independence.Severity
	speaks2      change // another way to speak, if any
	cannotSpeak  change // what looks like it and is not
}

func ruleCases() []ruleCase {
	const day, old = "2026-06-01", "2025-01-01"
	ivo, carla, dario := []string{"ivo"}, []string{"carla"}, []string{"dario"}
	return []ruleCase{
		{"IND-01", nobody("ict-risk-control"), noOffices, "high", nil, nil},
		{"IND-02", try("unit:renzo=Networks"), try("unit:renzo="), "high", try("appoint:ict-risk-control=carla"), nil},
		{"IND-03", line("rita", "carla"), line("rita", ""), "high", try("appoint:ict-risk-control=dario", "dario=olga"), try("appoint:ict-risk-control=dario")},
		{"IND-04", try("unit:renzo=Audit"), try("unit:renzo="), "high", try("appoint:internal-audit=renzo"), nil},
		{"IND-05", line("ivo", "rita"), line("ivo", ""), "high", fact("audit", day, ivo, "worked-there-until", "2026-01-01"), fact("audit", day, ivo, "worked-there-until", "2024-01-01")},
		{"IND-06", line("dario", "carla"), line("dario", ""), "medium", line("dario", "ivo"), func(s *independence.Snapshot) {
			line("dario", "carla")(s)
			s.Compensations = independence.Compensations
		}},
		{"IND-07", try("no-functional:dario=board"), try("no-functional:dario=board", "dario="), "high", nil, func(s *independence.Snapshot) {
			try("no-functional:dario=board")(s)
			s.Compensations = []string{"written-channel"}
		}},
		{"IND-08a", try("vacate:ciso=dario", "appoint:ciso=carla"), nobody("ciso"), "high", nil, nil},
		{"IND-08b", try("vacate:ciso=dario", "appoint:ciso=carla"), nobody("cio"), "medium", nil, nil},
		{"IND-08c", try("vacate:rtd=paolo", "appoint:rtd=piera"), nobody("rtd"), "info", nil, nil},
		{"IND-09", try("appoint:dpo=carla"), nobody("dpo"), "high", func(s *independence.Snapshot) {
			try("appoint:dpo=dario")(s)
			fact("dpo-assessment", day, dario, "decides-on-processing", "yes")(s)
		}, func(s *independence.Snapshot) {
			try("appoint:dpo=dario")(s)
			fact("dpo-assessment", day, dario, "decides-on-processing", "no")(s)
		}},
		{"IND-10", line("dina", "carla"), line("dina", ""), "high", fact("dpo-instructions", day, nil, "received", "yes"), line("dina", "eva")},
		{"IND-11", fact("change", day, carla, "asked-by", "business", "built-by", "it"), fact("change", "", nil), "high", nil, fact("change", day, []string{"carla", "dario"}, "asked-by", "it", "built-by", "it")},
		{"IND-12", fact("test", day, carla, "operate-it", "yes"), fact("test", "", nil), "high", nil, fact("test", day, carla, "operate-it", "yes", "conflict-assessed", "yes")},
		{
			"IND-13", fact("tlpt", day, nil, "testers", "internal", "significant-bank", "yes", "intelligence", "external"), fact("tlpt", "", nil), "high",
			fact("tlpt", day, nil, "testers", "internal", "intelligence", "internal"), fact("tlpt", day, nil, "testers", "internal", "intelligence", "external"),
		},
		{"IND-14", nobody("third-party-risk"), noOffices, "high", nil, nil},
		{"IND-15", fact("plan-review", day, nil, "reviewed", "no"), fact("plan-review", "", nil), "medium", fact("plan-review", day, carla, "reviewed", "yes"), nil},
		{
			"IND-16", accepted(independence.Acceptance{ID: "a", By: "nora", Day: day}), accepted(independence.Acceptance{ID: "a", By: "who", Day: day}), "high",
			accepted(independence.Acceptance{ID: "a", By: "carla", Offices: []string{"cio"}, Day: day, ReviewOn: "2026-11-01"}),
			accepted(independence.Acceptance{ID: "a", By: "carla", Offices: []string{"cio"}, Day: day, ReviewOn: "2026-12-20"}),
		},
		{"IND-17", approved("CAL-03", ""), approved("CAL-03", "-"), "high", approved("CAL-01", old), approved("CAL-02", old)},
		{"IND-18", nobody("nis-contact-substitute"), noOffices, "high", try("vacate:nis-contact-substitute=nora", "appoint:nis-contact-substitute=nino"), nil},
		{"IND-19", nobody("csirt-contact"), fact("csirt-skills", "", nil), "high", fact("csirt-skills", day, []string{"nora"}, "security-skills", "no", "knows-systems", "yes"), nil},
		{"IND-20", approved("CAL-21", ""), approved("CAL-21", "-"), "high", approved("CAL-18", old), approved("CAL-19", old)},
		{"IND-21", try("unit:renzo=Security"), try("unit:renzo="), "high", try("unit:renzo=IT"), try("unit:renzo=Privacy")},
		{"IND-22", fact("review", day, carla), fact("review", "", nil), "high", fact("review", day, []string{"olga"}), fact("review", day, carla, "other-measure", "yes")},
		{"IND-23", fact("pay", day, []string{"renzo", "rita", "ivo"}, "variable-pay", "results-of-area"), fact("pay", "", nil), "high", nil, nil},
		{"IND-24", try("unit:dario=Risk"), try("unit:dario="), "medium", func(s *independence.Snapshot) { s.Keys = []independence.Turn{{"D-1", "rita"}} }, func(s *independence.Snapshot) { s.Keys = []independence.Turn{{"D-1", "carla"}} }},
		{"IND-25", cited(independence.Citation{Policy: "P", Text: "EBA/GL/2019/04", Until: "2025"}), cited(independence.Citation{Policy: "P", Text: "1/1#1", Unknown: true}), "low", nil, cited(independence.Citation{Policy: "P", Text: "x", Until: "2027-01-01"})},
		{"IND-26", fact("outsourced-verification", day, nil, "outsourced", "yes"), fact("outsourced-verification", "", nil), "medium", nil, fact("outsourced-verification", day, nil, "outsourced", "yes", "responsibility-kept", "yes")},
		{"IND-27", fact("training", old, []string{"anna"}), fact("training", "", nil), "medium", nil, nil},
	}
}

// TestEachRuleSpeaksIsSilentAndCannotTell: of the sound organisation every rule is silent.
func TestEachRuleSpeaksIsSilentAndCannotTell(t *testing.T) {
	for _, c := range ruleCases() {
		t.Run(c.rule, func(t *testing.T) {
			if got := of(c.rule, nil); len(got) > 0 {
				t.Errorf("sound: got %v, want silence", got[0].Key)
			}
			for _, one := range []struct {
				change  change
				unknown bool
			}{{c.speaks, false}, {c.cant, true}, {c.speaks2, false}} {
				if one.change == nil {
					continue
				}
				got := of(c.rule, one.change)
				if !slices.ContainsFunc(got, func(f independence.Finding) bool { return f.Unknown == one.unknown }) {
					t.Errorf("got %+v, want one that cannot tell: %v", got, one.unknown)
					continue
				}
				if !one.unknown && got[0].Severity != c.severity {
					t.Errorf("severity: got %v, want %v", got[0].Severity, c.severity)
				}
			}
			if c.cannotSpeak != nil {
				if got := of(c.rule, c.cannotSpeak); len(got) > 0 {
					t.Errorf("got %v, want silence", got[0].Key)
				}
			}
		})
	}
}

// of gives what one rule says of a sound organisation with one change.
func of(rule string, change change) []independence.Finding {
	s := sound()
	if change != nil {
		change(&s)
	}
	return slices.DeleteFunc(independence.Check(s), func(f independence.Finding) bool { return f.Rule != rule })
}

func TestRulesFollowTheProfiles(t *testing.T) {
	for profile, want := range map[string]int{"": 1, "generic": 1, "gdpr": 2, "crd": 1, "pa_it": 1, "dora_simple": 1, "nis2_digital": 3, "nis2_it": 4, "dora_fe": 18, "bank_it": 19} {
		profiles := []string{profile}
		if profile == "" {
			profiles = nil
		}
		if got := len(independence.Speaking(profiles)); got != want {
			t.Errorf("%q: got %d rules, want %d", profile, got, want)
		}
	}
	if got := len(independence.Rules); got != 29 {
		t.Errorf("got %d rules, want 29", got)
	}
}

func TestCISOBelowCIONamesWhatIsMissing(t *testing.T) {
	got := of("IND-06", func(s *independence.Snapshot) {
		line("dario", "carla")(s)
		s.Compensations = []string{"own-budget"}
	})
	want := []independence.Word{"governance.compensation.written-channel", "governance.compensation.appointed-by-board", "governance.compensation.right-to-escalate"}
	if len(got) != 1 || !slices.Equal(got[0].Args["missing"].([]independence.Word), want) {
		t.Errorf("got %+v, want %v: the control function is there", got, want)
	}
}

func TestDataProtectionOfficerWhoIsCISOIsAskedForAnAssessment(t *testing.T) {
	got := of("IND-09", try("appoint:dpo=dario"))
	if len(got) != 1 || got[0].Severity != independence.Medium || got[0].Key != "governance.ind-09.ciso" {
		t.Errorf("got %+v, want one of medium severity", got)
	}
}

func TestThreeThreatLedTestsInARowNeedOneFromOutside(t *testing.T) {
	tests := func(testers ...string) change {
		return func(s *independence.Snapshot) {
			fact("tlpt", "", nil)(s)
			for i, who := range testers {
				s.Facts = append(s.Facts, independence.Fact{
					ID: fmt.Sprint(i), Kind: "tlpt", Day: fmt.Sprintf("202%d-01-01", i), Values: map[string]string{"testers": who, "intelligence": "external"},
				})
			}
		}
	}
	if got := of("IND-13", tests("external", "internal", "internal")); len(got) > 0 {
		t.Errorf("got %v, want silence", got)
	}
	if got := of("IND-13", tests("internal", "internal", "internal")); len(got) != 1 || got[0].Key != "governance.ind-13.third" {
		t.Errorf("got %v, want the third", got)
	}
}

func TestAuditorWhoHeldAnOfficeThereWithinAYear(t *testing.T) {
	for until, want := range map[string]int{"2026-01-01": 1, "2025-01-01": 0} {
		got := of("IND-05", func(s *independence.Snapshot) { s.Former = []independence.Tenure{{"it-staff", "ivo", until}} })
		if len(got) != want {
			t.Errorf("until %s: got %v, want %d", until, got, want)
		}
	}
}

func TestEveryFindingHasItsWordsAndNamesWhomItPointsTo(t *testing.T) {
	forms := []string{"", ".means", ".cure"}
	for _, rule := range independence.Rules {
		for _, form := range forms {
			if key := "governance." + strings.ToLower(rule.ID) + form; !i18n.Has(key) {
				t.Errorf("no sentence %s", key)
			}
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		s := wild(t)
		for _, f := range independence.Check(s) {
			for _, lang := range []i18n.Lang{i18n.EN, i18n.IT} {
				words := governance.Say(lang, f, s.Day)
				for _, text := range []string{words.Is, words.Means, words.Cure} {
					if text == "" || strings.HasPrefix(text, "governance.") || strings.ContainsAny(text, "{}") {
						t.Fatalf("%s: got %q", f.Key, text)
					}
				}
			}
			for _, person := range f.People {
				if _, known := s.People[person]; !known {
					t.Fatalf("%s points to %s, who is nobody", f.Key, person)
				}
			}
		}
	})
}

// TestNothingIsCalledCompliant holds the whole catalogue of findings to it: they are suggestions, never a verdict of law.
func TestNothingIsCalledCompliant(t *testing.T) {
	for key, message := range i18n.Catalogue() {
		if !strings.HasPrefix(key, "governance.") {
			continue
		}
		for _, text := range []string{message.EN, message.IT} {
			low := strings.ToLower(text)
			for _, word := range []string{"compliant", "noncomplian", "non-complian", "conforme", "conformi"} {
				if strings.Contains(low, word) {
					t.Errorf("%s: got %q", key, text)
				}
			}
		}
	}
}

// wild is a sound organisation with any moves, and some of what was said taken away.
func wild(t *rapid.T) independence.Snapshot {
	s := sound()
	people := []string{"anna", "eva", "olga", "carla", "dario", "rita", "renzo", "ivo", "dina", "vera", "nino", "nora", "piera", "paolo"}
	units := []string{"Board", "Direction", "Operations", "IT", "Networks", "Security", "Risk", "ICT risk", "Audit", "Privacy", ""}
	offices := []string{"board", "ceo", "coo", "cio", "ciso", "cro", "ict-risk-control", "internal-audit", "dpo", "third-party-risk", "nis-contact", "csirt-contact", "rtd"}
	for range rapid.IntRange(0, 12).Draw(t, "moves") {
		person, other := rapid.SampledFrom(people).Draw(t, "person"), rapid.SampledFrom(append([]string{"board", ""}, people...)).Draw(t, "other")
		m := independence.Move{Kind: rapid.SampledFrom(independence.Moves).Draw(t, "kind"), Of: person, To: other}
		switch m.Kind {
		case "unit":
			m.To = rapid.SampledFrom(units).Draw(t, "unit")
		case "appoint", "vacate":
			m.Of, m.To = rapid.SampledFrom(offices).Draw(t, "office"), person
		case "defence":
			m.Of, m.To = rapid.SampledFrom(units[:10]).Draw(t, "unit"), rapid.SampledFrom([]string{"first", "second", "third", "none", ""}).Draw(t, "line")
		case "function":
			m.Of, m.To = rapid.SampledFrom(units[:10]).Draw(t, "unit"), rapid.SampledFrom([]string{"it", "security", "risk", "audit", ""}).Draw(t, "function")
		case "parent":
			m.Of, m.To = rapid.SampledFrom(units[:10]).Draw(t, "unit"), rapid.SampledFrom(units).Draw(t, "parent")
		}
		s = s.After(m)
	}
	s.Facts = slices.DeleteFunc(s.Facts, func(independence.Fact) bool { return rapid.Bool().Draw(t, "unsaid") })
	for id := range approvals("") {
		if rapid.Bool().Draw(t, "approval") {
			delete(s.Approvals, id)
		}
	}
	return s
}

func TestAWhatIfThatChangesNothingChangesNoFinding(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := wild(t)
		var moves []independence.Move
		for id, p := range s.People {
			moves = append(moves, independence.Move{Kind: "line", Of: id, To: p.Superior}, independence.Move{Kind: "unit", Of: id, To: p.Unit})
		}
		for name, u := range s.Units {
			moves = append(moves, independence.Move{Kind: "defence", Of: name, To: u.Line}, independence.Move{Kind: "parent", Of: name, To: u.Parent})
		}
		for office, holders := range s.Holders {
			for _, person := range holders {
				moves = append(moves, independence.Move{Kind: "appoint", Of: office, To: person})
			}
		}
		d := independence.Compare(independence.Check(s), independence.Check(s.After(moves...)))
		if len(d.Gone)+len(d.New) > 0 || len(d.Stays) != len(independence.Check(s)) {
			t.Fatalf("got gone %v, new %v", d.Gone, d.New)
		}
	})
}

func TestAWhatIfThereAndBackIsWhereItBegan(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := wild(t)
		before := fmt.Sprint(independence.Check(s))
		after := s.After(independence.Move{Kind: "line", Of: "dario", To: "carla"}, independence.Move{Kind: "appoint", Of: "dpo", To: "carla"})
		if fmt.Sprint(independence.Check(s)) != before {
			t.Fatal("trying changed the snapshot itself")
		}
		if s.People["dario"].Superior == "carla" {
			return
		}
		d := independence.Compare(independence.Check(s), independence.Check(after))
		back := independence.Compare(independence.Check(after), independence.Check(s))
		if len(d.Gone) != len(back.New) || len(d.New) != len(back.Gone) {
			t.Fatalf("there %d gone, %d new; back %d new, %d gone", len(d.Gone), len(d.New), len(back.New), len(back.Gone))
		}
	})
}

func TestMovesAreReadAsTheyAreWritten(t *testing.T) {
	for text, want := range map[string]bool{"dario=olga": true, "appoint:ciso=carla": true, "line:dario=": true, "dario": false, "king:dario=olga": false, "=olga": false} {
		move, ok := independence.ParseMove(text)
		if ok != want {
			t.Errorf("%q: got %v, want %v", text, ok, want)
		}
		if again, _ := independence.ParseMove(move.String()); ok && again != move {
			t.Errorf("%q: got %v after %v", text, again, move)
		}
	}
	s := sound()
	for text, want := range map[string]string{
		"dario=olga": "", "dario=dario": "governance.what-if.error.circle", "eva=dario": "governance.what-if.error.circle", "who=olga": "governance.what-if.error.person",
		"appoint:ciso=who": "governance.what-if.error.person", "defence:Nowhere=first": "governance.what-if.error.unit", "defence:IT=second": "",
	} {
		move, _ := independence.ParseMove(text)
		if got := move.Fault(s); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestAUnitTakesWhatItLeavesOpenFromTheOneAbove(t *testing.T) {
	units := independence.Snapshot{Units: map[string]independence.Unit{
		"A": {"", "first", "it"}, "B": {"A", "", ""}, "C": {"B", "second", ""}, "X": {"Y", "", ""}, "Y": {"X", "", "risk"},
	}}.Resolved()
	want := map[string]independence.Unit{"A": {"", "first", "it"}, "B": {"A", "first", "it"}, "C": {"B", "second", "it"}, "X": {"Y", "", "risk"}, "Y": {"X", "", "risk"}}
	for name, u := range want {
		if units[name] != u {
			t.Errorf("%s: got %+v, want %+v", name, units[name], u)
		}
	}
}

// BenchmarkAllRulesOn2000People checks all 29 rules on an organisation of 2,000 people, 200 units and 500 facts.
func BenchmarkAllRulesOn2000People(b *testing.B) {
	s := sound()
	for i := range 200 {
		s.Units[fmt.Sprint("U", i)] = independence.Unit{Parent: fmt.Sprint("U", i/3-1)}
	}
	for i := range 2000 {
		superior := "carla"
		if i > 0 {
			superior = fmt.Sprint("p", (i-1)/4)
		}
		s.People[fmt.Sprint("p", i)] = independence.Person{Name: fmt.Sprint("P ", i), Unit: fmt.Sprint("U", i%200), Superior: superior}
		s.Holders["it-staff"] = append(s.Holders["it-staff"], fmt.Sprint("p", i))
	}
	for i := range 500 {
		f := s.Facts[i%11]
		f.ID, f.People = fmt.Sprint("f", i), append(slices.Clone(f.People), fmt.Sprint("p", i))
		s.Facts = append(s.Facts, f)
		s.Keys = append(s.Keys, independence.Turn{Decision: fmt.Sprint("D", i), Person: fmt.Sprint("p", i)})
	}
	b.ResetTimer()
	for range b.N {
		independence.Check(s)
	}
}
