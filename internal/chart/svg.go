package chart

import (
	"fmt"
	"html"
	"strconv"
	"strings"
)

// SVG gives the chart as an inline SVG element. It uses classes (chart.css) and
// presentation attributes only, so that it passes a strict content security policy
// and still shows where no style sheet is.
func (c Chart) SVG() string {
	f := c.frame()
	var s svg
	id := html.EscapeString(clean(f.ID))
	fmt.Fprintf(&s.b, `<svg class="ch" viewBox="0 0 %s %s" role="img"`, num(f.Width), num(f.Height))
	if id != "" {
		fmt.Fprintf(&s.b, ` aria-labelledby="%s-t %s-d"`, id, id)
	}
	s.b.WriteString(` xmlns="http://www.w3.org/2000/svg">`)
	s.described("title", id, "-t", f.Title)
	s.described("desc", id, "-d", f.Desc)
	c.Draw(&s)
	s.b.WriteString("</svg>")
	return s.b.String()
}

// svg is the canvas that writes SVG text.
type svg struct{ b strings.Builder }

func (s *svg) described(tag, id, suffix, text string) {
	s.b.WriteString("\n<" + tag)
	if id != "" {
		s.b.WriteString(` id="` + id + suffix + `"`)
	}
	s.b.WriteString(">" + html.EscapeString(clean(text)) + "</" + tag + ">\n")
}

func (s *svg) Polyline(ps []Point, k Stroke) {
	fmt.Fprintf(&s.b, `<polyline class="ks-%s" fill="none" stroke="%s" stroke-width="%s"`, k.Role.Name(), hex(k.Role), num(k.Width))
	if d := k.Dash.Pattern(); d != nil {
		fmt.Fprintf(&s.b, ` stroke-dasharray="%s %s"`, num(d[0]), num(d[1]))
	}
	fmt.Fprintf(&s.b, ` points="%s"/>`+"\n", points(ps))
}

func (s *svg) Area(ps []Point, r Role) {
	fmt.Fprintf(&s.b, `<polygon class="kf-%s" %s points="%s"/>`+"\n", r.Name(), fill(r), points(ps))
}

func (s *svg) Rect(b Box, r Role) {
	fmt.Fprintf(&s.b, `<rect class="kf-%s" %s x="%s" y="%s" width="%s" height="%s"/>`+"\n",
		r.Name(), fill(r), num(b.X), num(b.Y), num(b.W), num(b.H))
}

func (s *svg) Hatch(b Box) {
	fmt.Fprintf(&s.b, `<rect class="kh" fill="none" stroke="%s" stroke-width="0.75" x="%s" y="%s" width="%s" height="%s"/>`,
		hex(Unknown), num(b.X), num(b.Y), num(b.W), num(b.H))
	fmt.Fprintf(&s.b, `<path class="kh" fill="none" stroke="%s" stroke-width="1.25" d="`, hex(Unknown))
	for _, l := range HatchLines(b) {
		fmt.Fprintf(&s.b, "M%s %sL%s %s", num(l[0].X), num(l[0].Y), num(l[1].X), num(l[1].Y))
	}
	s.b.WriteString("\"/>\n")
}

func (s *svg) Dot(c Point, radius float64, r Role, hollow bool) {
	if hollow {
		fmt.Fprintf(&s.b, `<circle class="kf-surface ks-%s" fill="%s" stroke="%s" stroke-width="1.75" cx="%s" cy="%s" r="%s"/>`+"\n",
			r.Name(), hex(Surface), hex(r), num(c.X), num(c.Y), num(radius))
		return
	}
	fmt.Fprintf(&s.b, `<circle class="kf-%s" fill="%s" cx="%s" cy="%s" r="%s"/>`+"\n", r.Name(), hex(r), num(c.X), num(c.Y), num(radius))
}

func (s *svg) Text(t Text) {
	class := "kt kf-" + t.Role.Name()
	attr := fmt.Sprintf(`fill="%s" font-size="%s"`, hex(t.Role), num(t.Size))
	if t.Size < textSize {
		class += " kt-s"
	}
	if t.Bold {
		class += " kt-b"
		attr += ` font-weight="600"`
	}
	if t.Halo {
		class += " kt-h"
	}
	if t.Anchor != Start {
		attr += ` text-anchor="` + [...]string{"start", "middle", "end"}[t.Anchor] + `"`
	}
	fmt.Fprintf(&s.b, `<text class="%s" %s x="%s" y="%s">%s</text>`+"\n", class, attr, num(t.At.X), num(t.At.Y), html.EscapeString(t.S))
}

func fill(r Role) string {
	if r == Band {
		return fmt.Sprintf(`fill="%s" fill-opacity="%s"`, hex(r), num2(BandAlpha))
	}
	return `fill="` + hex(r) + `"`
}

func points(ps []Point) string {
	var b strings.Builder
	for i, q := range ps {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(num(q.X) + "," + num(q.Y))
	}
	return b.String()
}

func hex(r Role) string {
	a, b, c := r.RGB()
	return fmt.Sprintf("#%02x%02x%02x", a, b, c)
}

func num2(v float64) string { return strconv.FormatFloat(v, 'f', 2, 64) }

// num writes a coordinate with at most one digit after the point.
func num(v float64) string {
	s := strings.TrimSuffix(strconv.FormatFloat(v, 'f', 1, 64), ".0")
	if s == "-0" {
		return "0"
	}
	return s
}
