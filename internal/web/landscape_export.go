package web

import (
	"net/http"

	"accordo.dev/internal/landscape"
	"accordo.dev/internal/op"
	"accordo.dev/internal/web/ui"
)

// exportForm is what can be chosen, and what was.
type exportForm struct {
	In      landscape.ExtractIn
	Choices landscape.ExtractChoices
	Err     error
}

// landscapeExport shows the choices; with a format in the address it gives the file.
func (s *Server) landscapeExport(w http.ResponseWriter, q *request) error {
	f := exportForm{In: wantedExport(q)}
	if f.In.Format != "" {
		out, err := op.Ask(q.Context(), s.Run, q.Actor, landscape.OpExtract, f.In)
		if err == nil {
			attach(w, out.Name, out.Type)
			_, err = w.Write(out.Data)
			return err
		}
		f.Err = err
	}
	var err error
	if f.Choices, err = op.Ask(q.Context(), s.Run, q.Actor, landscape.OpChooseExtract, struct{}{}); err != nil {
		return err
	}
	q.landscapeTitle(q.T("landscape.export.title"))
	if f.Err != nil {
		return q.again(w, f.Err, landscapeExportPage(q.Page, f))
	}
	return q.render(w, landscapeExportPage(q.Page, f))
}

func wantedExport(q *request) landscape.ExtractIn {
	form := q.URL.Query()
	return landscape.ExtractIn{
		Format: form.Get("format"), Kinds: form["kind"], Domain: form.Get("domain"), Name: form.Get("name"), Language: string(q.Lang()),
	}
}

func exportFormats(p ui.Page) (all []ui.Option) {
	for _, name := range landscape.ExportFormats() {
		all = append(all, ui.Option{Value: name, Text: p.T("landscape.export.format." + name), Hint: p.T("landscape.export.about." + name)})
	}
	return all
}

// chosenFormat is the format that is marked at first.
func (f exportForm) chosenFormat() string {
	if f.In.Format == "" {
		return landscape.ExportFormats()[0]
	}
	return f.In.Format
}

func exportDomains(p ui.Page, f exportForm) []ui.Option {
	all := []ui.Option{{Text: p.T("landscape.export.all-domains")}}
	for _, d := range f.Choices.Domains {
		all = append(all, ui.Option{Value: d.Name, Text: p.T("landscape.export.share", "name", d.Name, "n", d.Elements)})
	}
	return all
}

// exportVerdict says how large the map is.
func exportVerdict(p ui.Page, c landscape.ExtractChoices) string {
	return p.T("landscape.export.verdict", "elements", p.N("landscape.export.elements", c.Elements),
		"connections", p.N("landscape.export.connections", c.Connections), "agreements", p.N("landscape.export.agreements", c.Agreements))
}
