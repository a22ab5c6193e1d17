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
		{"2024/2690#annex.1.1.1.k", "Implementing Regulation (EU) 2024/2690, annex, point 1.1.1(k)", "Regolamento di esecuzione (UE) 2024/2690, allegato, punto 1.1.1, lett. k)"},
		{"379907/2025#GV.RR-02.1", "ACN Determination 379907/2025, GV.RR-02, point 1", "Determinazione ACN 379907/2025, GV.RR-02, punto 1"},
		{"285/40", "Banca d'Italia Circular 285, 40th update (ICT and security risk)", "Circolare 285 della Banca d'Italia, 40° aggiornamento (rischi ICT e di sicurezza)"},
		{"2013/36#92.2.e", "Directive 2013/36/EU (CRD), art. 92(2)(e)", "Direttiva 2013/36/UE (CRD), art. 92, par. 2, lett. e)"},
		{"138/2024#7", "Legislative Decree 138/2024 (NIS2 in Italy), art. 7", "D.Lgs. 138/2024 (NIS2), art. 7"},
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
	}{{"2022/2554#99", problem.NotFound}, {"1999/1#1", problem.NotFound}, {"DORA 6", problem.Invalid}, {"2022/2554#", problem.Invalid}, {"379907/2025#XX.YY-01.1", problem.NotFound}} {
		if _, err := c.cite.Find(); !problem.Is(err, c.kind) {
			t.Errorf("%s: got %v, want %v", c.cite, err, c.kind)
		}
	}
}

func TestAProvisionSaysSinceWhenAndUntilWhenItApplies(t *testing.T) {
	if since, until := law.Citation("379907/2025#GV.RR-02.1").Since(); since != "2026-01-15" || until != "" {
		t.Errorf("got %v to %v, want since 2026-01-15", since, until)
	}
	if since, until := law.Citation("1999/1#1").Since(); since+until != "" {
		t.Errorf("got %v to %v, want nothing of an unknown provision", since, until)
	}
}

func TestAnInstrumentThatIsNoLongerInForceNamesItsSuccessor(t *testing.T) {
	byID := map[string]law.Instrument{}
	for _, i := range law.All() {
		byID[i.ID] = i
	}
	for _, i := range byID {
		if _, known := byID[i.Successor]; i.Successor != "" && !known {
			t.Errorf("%s: got the successor %s, which is unknown", i.ID, i.Successor)
		}
		if i.ValidTo != "" && i.Successor == "" {
			t.Errorf("%s ended and has no successor", i.ID)
		}
	}
	for id, want := range map[string]bool{"EBA/GL/2019/04": true, "285/40": true, "164179/2025": true, "2022/2554": false, "285/51": false} {
		if got := byID[id].Historic("2026-12-01"); got != want {
			t.Errorf("%s historic: got %v, want %v", id, got, want)
		}
	}
	if byID["EBA/GL/2019/04"].Historic("2025-08-01") {
		t.Error("of an instrument that ended in a year, that year is not over yet")
	}
}
