package web_test

import (
	"net/http"
	"strings"
	"testing"

	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
)

func TestMatrixIsEditedByCellRowAndColumnAndUndone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := decidingSite(t, d)
		v := s.signedIn("dario@example.org")
		want(t, v.get("/roles/raci/m"), http.StatusOK, `id="c:risk-acceptance:ciso"`, `data-letters="RK"`, "Accept a risk")
		want(t, v.post("/roles/raci/m/cell", "version", "1", "activity", "risk-acceptance", "role", "ciso", "letters", "K"), http.StatusOK, `id="raci-board"`, `data-version="2"`, "rule 6")
		want(t, v.post("/roles/raci/m/cell", "version", "1", "activity", "risk-acceptance", "role", "ciso", "letters", "R"), http.StatusConflict, "Somebody changed this")
		want(t, v.post("/roles/raci/m", "do", "undo", "version", "2"), http.StatusOK, `data-version="3"`)
		want(t, v.post("/roles/raci/m/row", "version", "3", "was", "risk-acceptance", "activity_id", "risk-acceptance", "title", "", "title_it", "Kept <so>"), http.StatusBadRequest, "Kept &lt;so&gt;", `id="f-title-error"`)
		want(t, v.post("/roles/raci/m/row", "version", "3", "was", "risk-acceptance", "activity_id", "risk-acceptance", "title", "Accept", "cell.ceo", "A", "cell.cio", "R", "cell.cio", "K"), http.StatusOK, `data-letters="RK"`, "Accept")
		want(t, v.post("/roles/raci/m/column", "version", "4", "role_id", "cab", "kind", "committee", "title", "Change board", "function", "it"), http.StatusOK, `id="r:cab"`)
		want(t, v.post("/roles/raci/m/column", "version", "5", "was", "cab", "do", "remove"), http.StatusOK)
		csv := v.get("/roles/raci/m?format=csv")
		want(t, csv, http.StatusOK, "id,title,title_it", "policy-exception")
		p := v.post("/roles/raci/import", "do", "preview", "id", "m", "table", csv.body)
		want(t, p, http.StatusOK, "0 rows would change, 2 stay as they are")
		want(t, v.post("/roles/raci/import", "do", "preview", "new_id", "n", "title", "N", "process", "change", "table", "Activity,CIO\nx,Q"), http.StatusBadRequest, "Line 2, column “CIO”")
		want(t, v.post("/roles/raci/import", "do", "import", "new_id", "n", "title", "N", "process", "change", "version", "0", "table", "Activity,CIO\nx,RA"), http.StatusOK, `data-letters="RA"`)
		want(t, s.signedIn("bruna@example.org").post("/roles/raci/m/cell", "version", "6", "activity", "risk-acceptance", "role", "ciso", "letters", "R"), http.StatusForbidden)
		if p := s.signedIn("bruna@example.org").get("/roles/raci/m"); strings.Contains(p.body, "data-raci=") {
			t.Error("the board is offered the keyboard")
		}
		want(t, v.post("/roles/raci/m", "do", "remove", "version", "6"), http.StatusOK, "The matrix is removed")
	})
}
