package ingest

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
)

// markup walks an XML file token by token, so that a file of any size needs the memory of its largest text. It refuses
// document type declarations: they are where entities that open other files, or grow without end, are declared.
type markup struct {
	src    *Source
	d      *xml.Decoder
	depth  int
	record int // the record being read; 0 before the first
	at     At  // of the element that began last
}

func newMarkup(src *Source) *markup {
	d := xml.NewDecoder(src)
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil } // a Source has converted it already
	return &markup{src: src, d: d}
}

// next gives the next start or end of an element, or text; io.EOF after the root.
func (m *markup) next() (xml.Token, error) {
	for {
		line, _ := m.d.InputPos()
		at := At{Record: m.record, Line: line, Offset: m.d.InputOffset()}
		t, err := m.d.Token()
		if err != nil {
			return nil, m.failed(at, err)
		}
		m.src.advance(m.d.InputOffset())
		switch t := t.(type) {
		case xml.StartElement:
			if m.depth++; m.depth > m.src.limits.Depth {
				return nil, m.src.tooLarge(at, "ingest.error.depth", "limit", m.src.limits.Depth)
			}
			m.at = at
			return t, nil
		case xml.EndElement:
			m.depth--
			return t, nil
		case xml.CharData:
			return t, nil
		case xml.Directive:
			return nil, m.src.wrong(at, "", "ingest.error.xml.dtd")
		}
	}
}

// failed turns an error of the decoder into one that a person can act on; what the decoder quotes of the file is dropped.
func (m *markup) failed(at At, err error) error {
	if m.src.err != nil {
		return m.src.err
	}
	if err == io.EOF {
		return io.EOF
	}
	var syntax *xml.SyntaxError
	if errors.As(err, &syntax) {
		at.Line = syntax.Line
		if strings.HasPrefix(syntax.Msg, "unexpected EOF") {
			return m.src.wrong(at, "", "ingest.error.truncated")
		}
	}
	return m.src.wrong(at, "", "ingest.error.xml.syntax")
}

// root gives the first element.
func (m *markup) root() (xml.StartElement, error) {
	for {
		t, err := m.next()
		if err == io.EOF {
			return xml.StartElement{}, m.src.wrong(At{}, "", "ingest.error.empty")
		}
		if err != nil {
			return xml.StartElement{}, err
		}
		if start, ok := t.(xml.StartElement); ok {
			return start, nil
		}
		if text, ok := t.(xml.CharData); ok && strings.TrimSpace(string(text)) != "" {
			return xml.StartElement{}, m.src.wrong(At{Line: 1}, "", "ingest.error.xml.syntax")
		}
	}
}

// end makes sure that nothing follows the root.
func (m *markup) end() error {
	for {
		t, err := m.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if text, ok := t.(xml.CharData); !ok || strings.TrimSpace(string(text)) != "" {
			line, _ := m.d.InputPos()
			return m.src.wrong(At{Line: line}, "", "ingest.error.xml.syntax")
		}
	}
}

// children calls each for every element inside the one that has begun; each must read it to its end.
func (m *markup) children(each func(xml.StartElement) error) error {
	for {
		t, err := m.next()
		if err != nil {
			return err
		}
		switch t := t.(type) {
		case xml.StartElement:
			if err := each(t); err != nil {
				return err
			}
		case xml.EndElement:
			return nil
		}
	}
}

// skip reads to the end of the element that has begun.
func (m *markup) skip() error {
	for within := m.depth; m.depth >= within; {
		if _, err := m.next(); err != nil {
			return err
		}
	}
	return nil
}

// text is what stands in the element that has begun, without the elements in it.
func (m *markup) text() (string, error) {
	var b strings.Builder
	for {
		t, err := m.next()
		if err != nil {
			return "", err
		}
		switch t := t.(type) {
		case xml.CharData:
			if b.Len()+len(t) > m.src.limits.Field {
				return "", m.src.tooLarge(m.at, "ingest.error.field-size", "limit", m.src.limits.Field)
			}
			b.Write(t)
		case xml.StartElement:
			if err := m.skip(); err != nil {
				return "", err
			}
		case xml.EndElement:
			return strings.TrimSpace(b.String()), nil
		}
	}
}

// attribute is the value of an attribute that belongs to no namespace; empty when there is none.
func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Space == "" && a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// foreignAttribute is the value of an attribute of some namespace, such as xsi:type or xml:lang.
func foreignAttribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Space != "" && a.Name.Space != "xmlns" && a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}
