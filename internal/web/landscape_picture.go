package web

import (
	"fmt"
	"strconv"
	"strings"

	"accordo.dev/internal/landscape"
	"accordo.dev/internal/web/ui"
)

// picture is the neighbourhood of an element as it is drawn: what hangs on it above, what it hangs on below.
type picture struct {
	W, H  int
	Nodes []pictureNode
	Edges []pictureEdge
	Desc  string
}

// pictureNode is a box with up to two lines of a name and a line of facts.
type pictureNode struct {
	X, Y  int
	Lines []string
	Sub   string
	Href  string
	Full  string
	Focus bool
	Ring  bool // an essential point
}

// pictureEdge runs from a consumer down to its provider.
type pictureEdge struct {
	Path string
	X, Y int // the tip
	Soft bool
}

// The measures of the drawing, in pixels.
const (
	boxW, boxH   = 138, 62
	boxGap       = 10
	rowGap       = 54
	boxesPerRow  = 5
	pictureTextW = boxW - 18
)

// draw lays out an element between what needs it and what it needs. More than a row holds becomes one box that counts.
func draw(p ui.Page, v landscape.ElementView) picture {
	up, down := neighbours(p, v.NeededBy, v.Element.ID+"#needed-by"), neighbours(p, v.Needs, v.Element.ID+"#needs")
	widest := max(len(up), len(down), 1)
	pic := picture{W: widest*(boxW+boxGap) - boxGap + 2, H: 2}
	focus := elementBox(p, v.Element.ID, p.In(v.Element.Title()), v.Element.Kind, v.Element.RTO)
	focus.Focus, focus.Href = true, ""
	upY := pic.place(up)
	focusRow := []neighbour{{node: focus}}
	focusY := pic.place(focusRow)
	downY := pic.place(down)
	pic.H -= rowGap - 2
	center := pic.W / 2
	for i, n := range pic.Nodes[:len(up)] {
		pic.link(n.X+boxW/2, upY+boxH, center, focusY, up[i].soft)
	}
	for i, n := range pic.Nodes[len(up)+1:] {
		pic.link(center, focusY+boxH, n.X+boxW/2, downY, down[i].soft)
	}
	pic.Desc = p.T("landscape.picture.desc", "name", v.Element.Title(), "up", len(v.NeededBy), "down", len(v.Needs))
	return pic
}

type neighbour struct {
	node pictureNode
	soft bool
}

// neighbours makes the boxes of a row; the hard needs come first.
func neighbours(p ui.Page, links []landscape.Link, more string) []neighbour {
	var hard, soft []neighbour
	for _, link := range links {
		o := link.Other
		n := neighbour{node: elementBox(p, o.ID, p.In(o.Name), o.Kind, o.RTO), soft: link.Connection.Strength == landscape.Soft}
		if n.soft {
			soft = append(soft, n)
		} else {
			hard = append(hard, n)
		}
	}
	all := append(hard, soft...)
	if len(all) <= boxesPerRow {
		return all
	}
	rest := len(all) - boxesPerRow + 1
	text := p.T("landscape.picture.more", "n", rest)
	_, anchor, _ := strings.Cut(more, "#")
	return append(all[:boxesPerRow-1:boxesPerRow-1], neighbour{node: pictureNode{Lines: fit(text, 2), Full: text, Href: "#" + anchor}})
}

func elementBox(p ui.Page, id, name string, kind landscape.Kind, rto *int64) pictureNode {
	sub := kindWord(p, kind)
	if rto != nil {
		sub += " · " + span(p, rto)
	}
	return pictureNode{Lines: fit(name, 2), Sub: fit(sub, 1)[0], Href: "/landscape/" + id, Full: name + ", " + sub}
}

// place puts a row of boxes into the middle of the next line; it gives the height of the line.
func (pic *picture) place(row []neighbour) int {
	y := pic.H
	if len(row) == 0 {
		return y
	}
	x := (pic.W - len(row)*(boxW+boxGap) + boxGap) / 2
	for _, n := range row {
		n.node.X, n.node.Y = x, y
		pic.Nodes = append(pic.Nodes, n.node)
		x += boxW + boxGap
	}
	pic.H += boxH + rowGap
	return y
}

func (pic *picture) link(x1, y1, x2, y2 int, soft bool) {
	middle, tip := (y1+y2)/2, y2-6
	pic.Edges = append(pic.Edges, pictureEdge{Path: fmt.Sprintf("M%d %dC%d %d %d %d %d %d", x1, y1, x1, middle, x2, middle, x2, tip), X: x2, Y: y2, Soft: soft})
}

// fit breaks words into lines that fit a box, and ends what does not fit with dots.
func fit(text string, lines int) []string {
	out, line := []string{}, ""
	words := strings.Fields(text)
	for i, word := range words {
		joined := strings.TrimSpace(line + " " + word)
		if textWidth(joined) <= pictureTextW {
			line = joined
			continue
		}
		if len(out) == lines-1 || line == "" && len(out) == lines-1 {
			return append(out, clipText(strings.TrimSpace(line+" "+strings.Join(words[i:], " "))))
		}
		if line != "" {
			out = append(out, line)
		}
		line = word
		if textWidth(line) > pictureTextW && len(out) < lines {
			line = clipText(line)
		}
	}
	return append(out, line)
}

func clipText(text string) string {
	letters := []rune(text)
	for len(letters) > 1 && textWidth(string(letters)+"…") > pictureTextW {
		letters = letters[:len(letters)-1]
	}
	if len(letters) == len([]rune(text)) && textWidth(text) <= pictureTextW {
		return text
	}
	return strings.TrimSpace(string(letters)) + "…"
}

// textWidth is about how wide text of 12 pixels is, on the safe side.
func textWidth(text string) int {
	tenths := 0
	for _, c := range text {
		switch {
		case strings.ContainsRune("iljtfr.,:;'|!()[] ·", c):
			tenths += 46
		case strings.ContainsRune("mwMW@%", c):
			tenths += 122
		case c >= 'A' && c <= 'Z':
			tenths += 94
		case c > 0x2E80:
			tenths += 125
		default:
			tenths += 82
		}
	}
	return tenths / 10
}

func px(n int) string { return strconv.Itoa(n) }

func arrow(e pictureEdge) string {
	return fmt.Sprintf("M%d %dl-3.5 -7h7z", e.X, e.Y)
}

func edgeClass(e pictureEdge) string {
	if e.Soft {
		return "e soft"
	}
	return "e"
}

func nodeClass(n pictureNode) string {
	class := "nd"
	if n.Focus {
		class += " foc"
	}
	if n.Ring {
		class += " ring"
	}
	return class
}

// lineY is the height of a line of a name; with one line it stands lower.
func lineY(n pictureNode, i int) string {
	if len(n.Lines) == 1 {
		return px(n.Y + 26)
	}
	return px(n.Y + 20 + 15*i)
}
