package law_test

import (
	"testing"

	"accordo.dev/internal/i18n"
	"accordo.dev/internal/law"
	"accordo.dev/internal/problem"
)

func TestCitationIsWrittenAsEachLanguageCites(t *testing.T) {
	for _, c := range []struct {
		cite   law.Citation
		en, it string
	}{
		{"2022/2554#6.4", "Regulation (EU) 2022/2554 (DORA), art. 6(4)", "Regolamento (UE) 2022/2554 (DORA), art. 6, par. 4"},
		{"2024/1774#2.2.g", "Delegated Regulation (EU) 2024/1774, art. 2(2)(g)", "Regolamento delegato (UE) 2024/1774, art. 2, par. 2, lett. g)"},
		{"2016/679#32", "Regulation (EU) 2016/679 (GDPR), art. 32", "Regolamento (UE) 2016/679 (GDPR), art. 32"},
	} {
		if got := c.cite.In(i18n.EN); got != c.en {
			t.Errorf("got %q, want %q", got, c.en)
		}
		if got := c.cite.In(i18n.IT); got != c.it {
			t.Errorf("got %q, want %q", got, c.it)
		}
	}
}

func TestUnknownCitationsAreRefused(t *testing.T) {
	for _, c := range []struct {
		cite law.Citation
		kind problem.Kind
	}{{"2022/2554#99", problem.NotFound}, {"1999/1#1", problem.NotFound}, {"DORA 6", problem.Invalid}, {"2022/2554#", problem.Invalid}} {
		if _, err := c.cite.Find(); !problem.Is(err, c.kind) {
			t.Errorf("%s: got %v, want %v", c.cite, err, c.kind)
		}
	}
}
