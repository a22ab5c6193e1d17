package archtest

import (
	"regexp"
	"strings"
	"testing"

	"accordo.dev/internal/access"
	"accordo.dev/internal/db"
	"accordo.dev/internal/identity"
)

var declared = regexp.MustCompile(`op\.(Query|Command)\[.*\]\{\s*Name:\s*"([^"]+)"`)

// operations maps the names of all operations to whether they only read.
func operations(t *testing.T) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	for _, path := range goFiles(t) {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		for _, m := range declared.FindAllStringSubmatch(read(t, path), -1) {
			found[m[2]] = m[1] == "Query"
		}
	}
	return found
}

// nobodys are the operations that no office may run, with the reason.
var nobodys = map[string]string{"decision.watch": "the system alone: it notes what the clock did"}

func TestEveryOperationIsSomebodys(t *testing.T) {
	policies, err := access.Load(identity.Offices)
	if err != nil {
		t.Fatal(err)
	}
	for name, query := range operations(t) {
		if got, want := len(officesFor(policies, name, query)) == 0, nobodys[name] != ""; got != want {
			t.Errorf("%s is for nobody: got %v, want %v; write a policy, or the reason here", name, got, want)
		}
	}
}

func officesFor(policies *access.Policies, name string, query bool) (who []string) {
	for _, office := range identity.Offices {
		r := access.Request{
			Actor: db.Actor{Ref: "person:somebody", Offices: []string{office}}, Operation: name, Query: query,
			Context: map[string]string{"office": office},
		}
		if policies.Check(r) == nil {
			who = append(who, office)
		}
	}
	return who
}

func TestPoliciesNameOperationsThatExist(t *testing.T) {
	all := operations(t)
	for _, m := range regexp.MustCompile(`Action::"([a-z-]+)\.([a-z-]+)"`).FindAllStringSubmatch(access.Text(), -1) {
		if _, exists := all[m[1]+"."+m[2]]; !exists && hasArea(all, m[1]) {
			t.Errorf("a policy speaks of %s.%s, which does not exist", m[1], m[2])
		}
	}
	for _, m := range regexp.MustCompile(`Action::"area:([a-z-]+)"`).FindAllStringSubmatch(access.Text(), -1) {
		if m[1] != "access" && m[1] != "indicator" && !hasArea(all, m[1]) {
			t.Errorf("a policy speaks of the area %s, which has no operation", m[1])
		}
	}
}

func hasArea(operations map[string]bool, area string) bool {
	for name := range operations {
		if strings.HasPrefix(name, area+".") {
			return true
		}
	}
	return false
}
