package document

import (
	"html"
	"strconv"
	"strings"
	"unicode"
)

// HTML renders the document as a fragment of sheets, with the classes of the design.
// It holds no style and no script.
func HTML(d Document) string {
	w := &writer{words: d.Words, traced: traced(d)}
	sheets := split(d.Blocks)
	for i, blocks := range sheets {
		w.open("section", "class", "sheet", "lang", d.Lang)
		for _, b := range blocks {
			b.html(w)
		}
		w.open("div", "class", "pf")
		w.el("span", "", d.Running)
		w.el("span", "", d.ID)
		w.el("span", "", strconv.Itoa(i+1)+"/"+strconv.Itoa(len(sheets)))
		w.close("div")
		w.close("section")
	}
	return w.b.String()
}

// split cuts the blocks into sheets: at page breaks and after a cover.
func split(blocks []Block) [][]Block {
	var sheets [][]Block
	var sheet []Block
	flush := func() {
		if len(sheet) > 0 {
			sheets = append(sheets, sheet)
		}
		sheet = nil
	}
	for _, b := range blocks {
		if _, ok := b.(PageBreak); ok {
			flush()
			continue
		}
		sheet = append(sheet, b)
		if _, ok := b.(Cover); ok {
			flush()
		}
	}
	flush()
	return sheets
}

// traced lists the trace ids that the document explains.
func traced(d Document) map[string]bool {
	ids := map[string]bool{}
	for _, b := range d.Blocks {
		if t, ok := b.(Traces); ok {
			for _, it := range t.Items {
				ids[it.ID] = true
			}
		}
	}
	return ids
}

// writer writes escaped HTML.
type writer struct {
	b      strings.Builder
	words  Words
	traced map[string]bool
}

// open writes a start tag; attributes come in pairs, empty ones are left out.
func (w *writer) open(tag string, attrs ...string) {
	w.b.WriteString("<" + tag)
	for i := 0; i+1 < len(attrs); i += 2 {
		if attrs[i+1] != "" {
			w.b.WriteString(" " + attrs[i] + `="` + escape(attrs[i+1]) + `"`)
		}
	}
	w.b.WriteString(">")
}

func (w *writer) close(tag string) { w.b.WriteString("</" + tag + ">\n") }

func (w *writer) text(s string) { w.b.WriteString(escape(s)) }

// escape makes a text safe in elements and attributes, without control characters.
func escape(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, " "))
	return html.EscapeString(s)
}

// el writes a whole element, unless it would be empty.
func (w *writer) el(tag, class, text string) {
	if text == "" {
		return
	}
	w.open(tag, "class", class)
	w.text(text)
	w.close(tag)
}

// trace writes the mark that leads from a figure to what it rests on.
func (w *writer) trace(id string) {
	if id == "" {
		return
	}
	if !w.traced[id] {
		w.el("span", "tr", "["+id+"]")
		return
	}
	w.open("a", "class", "tr", "href", "#"+anchor(id), "aria-label", strings.TrimSpace(w.words.Evidence+" "+id))
	w.text("[" + id + "]")
	w.close("a")
}

func (w *writer) state(s State, word string) {
	if word == "" {
		return
	}
	w.open("span", "class", strings.TrimSpace("st "+stateClass(s)))
	w.b.WriteString(stateIcon(s))
	w.text(word)
	w.close("span")
}

func stateClass(s State) string {
	return [...]string{"", "t-ok", "t-warn", "t-bad", "t-unk"}[s.index()]
}

func (s State) index() int { return min(max(int(s), 0), int(NotKnown)) }

// stateIcon is a shape per state, so that states differ without colour.
func stateIcon(s State) string {
	shape := [...]string{
		"",
		`<circle cx="8" cy="8" r="6"/><path d="m5.3 8.2 2 2 3.4-4.1"/>`,
		`<path d="M8 2.2 14.3 13H1.7zM8 6.4v3M8 11v.3"/>`,
		`<path d="M5.5 2h5L14 5.5v5L10.5 14h-5L2 10.5v-5zM8 5v3.6M8 10.8v.3"/>`,
		`<circle cx="8" cy="8" r="6" stroke-dasharray="2.4 2"/><path d="M6.3 6.4a1.7 1.7 0 1 1 2.3 1.5c-.4.2-.6.5-.6 1M8 11v.3"/>`,
	}[s.index()]
	if shape == "" {
		return ""
	}
	return `<svg class="i" viewBox="0 0 16 16" aria-hidden="true">` + shape + `</svg>`
}

// disc writes the sign of the product; a half is filled when its office has signed.
func (w *writer) disc(cio, ciso bool) {
	on := func(class string, filled bool) string {
		if filled {
			return class + " on"
		}
		return class
	}
	w.b.WriteString(`<svg class="disc" viewBox="0 0 16 16" aria-hidden="true"><path class="` + on("l", cio) +
		`" d="M7.2 1.3a6.7 6.7 0 0 0 0 13.4z"/><path class="` + on("rr", ciso) + `" d="M8.8 1.3a6.7 6.7 0 0 1 0 13.4z"/></svg>`)
}

func anchor(id string) string { return "trace-" + strings.ReplaceAll(id, " ", "-") }

func officeClass(o Office) string { return [...]string{"", "cio", "ciso"}[min(max(int(o), 0), 2)] }
