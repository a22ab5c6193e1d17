package governance_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/governance"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/organisation"
)

// lines: eva is CEO, carla CIO, dario CISO, rita CRO, ivo internal audit.
var lines = map[string]string{"eva": "board", "carla": "eva", "dario": "eva", "rita": "board", "ivo": "board"}

func with(changes map[string]string) map[string]string {
	out := map[string]string{}
	for person, superior := range lines {
		out[person] = superior
	}
	for person, superior := range changes {
		out[person] = superior
	}
	return out
}

func offices(more ...string) map[string][]string {
	held := map[string][]string{"ceo": {"eva"}, "cio": {"carla"}, "ciso": {"dario"}, "cro": {"rita"}, "internal-audit": {"ivo"}}
	for i := 0; i+1 < len(more); i += 2 {
		held[more[i]] = append(slices.Clone(held[more[i]]), more[i+1])
	}
	return held
}

func TestIndependenceRules(t *testing.T) {
	controlled := offices("ict-risk-control", "rita")
	for _, c := range []struct {
		name string
		s    governance.Situation
		want []string // "IND-06 medium", with "?" when it cannot be told
	}{
		{"all apart", governance.Situation{Holders: controlled, Lines: lines, Profiles: []string{"dora_fe", "gdpr"}}, nil},
		{"no control function", governance.Situation{Holders: offices(), Lines: lines, Profiles: []string{"dora_fe"}}, []string{"IND-01 high"}},
		{"a bank is a financial entity", governance.Situation{Holders: offices(), Lines: lines, Profiles: []string{"bank_it"}}, []string{"IND-01 high"}},
		{"an industry needs no control function", governance.Situation{Holders: offices(), Lines: lines}, nil},
		{"CIO controls", governance.Situation{Holders: offices("ict-risk-control", "carla"), Lines: lines, Profiles: []string{"dora_fe"}}, []string{"IND-02 high"}},
		{"control from the unit of the CIO", governance.Situation{Holders: controlled, Lines: lines, Units: map[string]string{"rita": "IT", "carla": "IT"}, Profiles: []string{"dora_fe"}}, []string{"IND-02 high"}},
		{"control below the CIO through others", governance.Situation{Holders: controlled, Lines: with(map[string]string{"rita": "tom", "tom": "carla"}), Profiles: []string{"dora_fe"}}, []string{"IND-03 high"}},
		{"CISO is the control function below the CIO", governance.Situation{Holders: offices("ict-risk-control", "dario"), Lines: with(map[string]string{"dario": "carla"}), Profiles: []string{"dora_fe"}}, []string{"IND-03 high"}},
		{"control line not known", governance.Situation{Holders: controlled, Lines: with(map[string]string{"rita": ""}), Profiles: []string{"dora_fe"}}, []string{"IND-03 high ?"}},
		{"audit controls", governance.Situation{Holders: offices("ict-risk-control", "ivo"), Lines: lines, Profiles: []string{"dora_simple"}}, []string{"IND-04 high"}},
		{"CISO below the CIO", governance.Situation{Holders: controlled, Lines: with(map[string]string{"dario": "carla"}), Profiles: []string{"dora_fe"}}, []string{"IND-06 medium"}},
		{"CISO below the CIO in any organisation", governance.Situation{Holders: offices(), Lines: with(map[string]string{"dario": "tom", "tom": "carla"})}, []string{"IND-06 medium"}},
		{"CISO below the CIO with all compensations", governance.Situation{Holders: offices(), Lines: with(map[string]string{"dario": "carla"}), Compensations: organisation.Compensations}, nil},
		{"CISO below the CIO in a public body", governance.Situation{Holders: offices(), Lines: with(map[string]string{"dario": "carla"}), Profiles: []string{"pa_it"}}, nil},
		{"CISO line not known", governance.Situation{Holders: offices(), Lines: with(map[string]string{"dario": ""})}, []string{"IND-06 medium ?"}},
		{"CISO line in a circle", governance.Situation{Holders: offices(), Lines: with(map[string]string{"dario": "tom", "tom": "dario"})}, []string{"IND-06 medium ?"}},
		{"CIO is CISO", governance.Situation{Holders: map[string][]string{"cio": {"carla"}, "ciso": {"carla"}, "ict-risk-control": {"rita"}}, Lines: lines, Profiles: []string{"dora_fe"}}, []string{"IND-08a high"}},
		{"DPO is CIO", governance.Situation{Holders: offices("dpo", "carla"), Lines: lines, Profiles: []string{"gdpr"}}, []string{"IND-09 high"}},
		{"DPO is CISO", governance.Situation{Holders: offices("dpo", "dario"), Lines: lines, Profiles: []string{"gdpr"}}, []string{"IND-09 medium"}},
	} {
		var got []string
		for _, f := range governance.Check(c.s) {
			text := f.Rule + " " + string(f.Severity)
			if f.Unknown {
				text += " ?"
			}
			got = append(got, text)
			if !i18n.Has(f.Key) || !i18n.Has(f.Key+".means") {
				t.Errorf("%s: no words for %s", c.name, f.Key)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}

func TestCISOBelowCIONamesWhatIsMissing(t *testing.T) {
	s := governance.Situation{
		Holders: offices("ict-risk-control", "rita"), Lines: with(map[string]string{"dario": "carla"}),
		Compensations: []string{"own-budget"},
	}
	found := governance.Check(s)
	if len(found) != 1 {
		t.Fatalf("findings: got %v, want one", found)
	}
	want := []string{"written-channel", "appointed-by-board", "right-to-escalate"} // the control function is there
	if got := found[0].Args["missing"]; !slices.Equal(got.([]string), want) {
		t.Errorf("missing: got %v, want %v", got, want)
	}
}

func TestCISOBelowCIOIsNeverCalledNonCompliant(t *testing.T) {
	for key, message := range i18n.Catalogue() {
		for _, text := range []string{message.EN, message.IT} {
			low := strings.ToLower(text)
			if strings.HasPrefix(key, "governance.ind-06") && (strings.Contains(low, "complian") || strings.Contains(low, "conform")) {
				t.Errorf("%s: got %q", key, text)
			}
		}
	}
}

func TestIndependenceReadsTheOrganisation(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		dbtest.Change(t, d, func(tx *db.Tx) error {
			if _, err := organisation.Apply(ctx, tx, organisation.Organisation{Name: "Banca", Sector: organisation.Bank, Profiles: []string{"bank_it"}}); err != nil {
				return err
			}
			_, err := identity.Apply(ctx, tx, identity.File{
				People: []identity.FilePerson{{ID: "carla", Name: "Carla Conti", ReportsTo: "board"}, {ID: "dario", Name: "Dario Dini", ReportsTo: "carla"}},
				Offices: []identity.FileHolding{
					{Office: "cio", Person: "carla", From: "2025-01-01"}, {Office: "ciso", Person: "dario", From: "2025-01-01"},
				},
			})
			return err
		})
		dbtest.View(t, d, func(r db.Reader) error {
			found, err := governance.Independence(ctx, r, governance.IndependenceInput{})
			var got []string
			for _, f := range found {
				got = append(got, f.Rule)
			}
			if want := []string{"IND-01", "IND-06"}; !slices.Equal(got, want) {
				t.Errorf("findings: got %v, want %v", got, want)
			}
			return err
		})
	})
}
