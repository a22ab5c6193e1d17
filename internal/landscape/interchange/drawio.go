package interchange

import (
	"encoding/xml"
	"io"
	"strconv"
	"strings"
)

// Diagram is a drawing of boxes and arrows.
type Diagram struct {
	Name   string
	Boxes  []Box
	Arrows []Arrow
}

// Box is a rectangle with a label and what hovering over it shows.
type Box struct {
	ID, Label  string
	X, Y, W, H float64
	Fill, Line string // colours as #rrggbb
	Dashed     bool
	Properties []Property // names are NCNames
}

// Arrow runs between two boxes; an end may be an arrow.
type Arrow struct {
	ID, From, To string
	Label        string
	Dashed       bool
	Properties   []Property
}

type (
	mxFile struct {
		XMLName xml.Name `xml:"mxfile"`
		Host    string   `xml:"host,attr"`
		Diagram struct {
			ID    string `xml:"id,attr"`
			Name  string `xml:"name,attr"`
			Graph struct {
				Grid int `xml:"grid,attr"`
				Page int `xml:"page,attr"`
				Root struct {
					Cells   []mxCell
					Objects []mxObject
				} `xml:"root"`
			} `xml:"mxGraphModel"`
		} `xml:"diagram"`
	}
	mxObject struct {
		XMLName xml.Name   `xml:"object"`
		Attrs   []xml.Attr `xml:",any,attr"`
		Cell    mxCell
	}
	mxCell struct {
		XMLName  xml.Name    `xml:"mxCell"`
		ID       string      `xml:"id,attr,omitempty"`
		Style    string      `xml:"style,attr,omitempty"`
		Vertex   string      `xml:"vertex,attr,omitempty"`
		Edge     string      `xml:"edge,attr,omitempty"`
		Parent   string      `xml:"parent,attr,omitempty"`
		Source   string      `xml:"source,attr,omitempty"`
		Target   string      `xml:"target,attr,omitempty"`
		Geometry *mxGeometry `xml:"mxGeometry"`
	}
	mxGeometry struct {
		X        string `xml:"x,attr,omitempty"`
		Y        string `xml:"y,attr,omitempty"`
		W        string `xml:"width,attr,omitempty"`
		H        string `xml:"height,attr,omitempty"`
		Relative string `xml:"relative,attr,omitempty"`
		As       string `xml:"as,attr"`
	}
)

// WriteDrawio writes a drawing that draw.io (diagrams.net) opens, uncompressed. Labels are plain text, never HTML.
func WriteDrawio(w io.Writer, d Diagram) error {
	var f mxFile
	f.Host = "accordo"
	f.Diagram.ID, f.Diagram.Name, f.Diagram.Graph.Grid = "map", d.Name, 1
	root := &f.Diagram.Graph.Root
	root.Cells = []mxCell{{ID: "0"}, {ID: "1", Parent: "0"}}
	for _, b := range d.Boxes {
		cell := mxCell{Style: b.style(), Vertex: "1", Parent: "1", Geometry: &mxGeometry{
			X: measure(b.X), Y: measure(b.Y), W: measure(b.W), H: measure(b.H), As: "geometry",
		}}
		root.Objects = append(root.Objects, mxObject{Attrs: attrs(b.ID, b.Label, b.Properties), Cell: cell})
	}
	for _, a := range d.Arrows {
		cell := mxCell{Style: a.style(), Edge: "1", Parent: "1", Source: a.From, Target: a.To, Geometry: &mxGeometry{Relative: "1", As: "geometry"}}
		root.Objects = append(root.Objects, mxObject{Attrs: attrs(a.ID, a.Label, a.Properties), Cell: cell})
	}
	out := xml.NewEncoder(w)
	out.Indent("", "  ")
	if err := out.Encode(f); err != nil {
		return err
	}
	return out.Close()
}

// attrs are the attributes of an object; draw.io shows them as its data.
func attrs(id, label string, properties []Property) []xml.Attr {
	all := []xml.Attr{{Name: xml.Name{Local: "id"}, Value: id}, {Name: xml.Name{Local: "label"}, Value: label}}
	for _, p := range properties {
		if IsNCName(p.Name) && p.Name != "id" && p.Name != "label" {
			all = append(all, xml.Attr{Name: xml.Name{Local: p.Name}, Value: p.Value})
		}
	}
	return all
}

func (b Box) style() string {
	style := []string{"rounded=1", "arcSize=8", "whiteSpace=wrap", "html=0", "fontSize=11", "fillColor=" + b.Fill, "strokeColor=" + b.Line}
	if b.Dashed {
		style = append(style, "dashed=1")
	}
	return strings.Join(style, ";") + ";"
}

func (a Arrow) style() string {
	style := "edgeStyle=orthogonalEdgeStyle;rounded=1;html=0;fontSize=9;endArrow=block;endFill=1;endSize=4;strokeColor=#5c6670;"
	if a.Dashed {
		style += "dashed=1;"
	}
	return style
}

func measure(f float64) string { return strconv.FormatFloat(f, 'f', 0, 64) }
