package pades

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"io"
)

// Limits on attached files.
const (
	maxAttachments     = 1000
	maxAttachmentBytes = 64 << 20 // of one file, and of all together
)

// Attachment is a file embedded in a PDF, such as the manifest of a report.
type Attachment struct {
	Name        string
	Description string
	Content     []byte
}

// Attachments reads the files embedded in the document as a whole (the name tree EmbeddedFiles).
// It does not verify any signature.
func Attachments(pdf []byte) ([]Attachment, error) {
	doc, err := open(pdf)
	if err != nil {
		return nil, err
	}
	v := doc.latest()
	catalog, err := v.catalog()
	if err != nil {
		return nil, err
	}
	names, err := v.dict(catalog.get("Names"))
	if err != nil {
		return nil, err
	}
	specs, err := v.nameTree(names.get("EmbeddedFiles"))
	if err != nil {
		return nil, err
	}
	var all []Attachment
	left := maxAttachmentBytes
	for _, spec := range specs {
		a, err := v.attachment(spec, left)
		if err != nil {
			return nil, err
		}
		left -= len(a.Content)
		all = append(all, a)
	}
	return all, nil
}

// nameTree lists the values of a name tree in their order.
func (v view) nameTree(root any) ([]any, error) {
	var found []any
	err := v.walk(root, map[ref]bool{}, func(_ any, d dict) (any, error) {
		names, err := v.array(d.get("Names"))
		for i := 1; i < len(names); i += 2 {
			found = append(found, names[i])
		}
		if len(found) > maxAttachments {
			return nil, fmt.Errorf("attachments: %w", ErrTooLarge)
		}
		return d.get("Kids"), err
	})
	return found, err
}

func (v view) attachment(spec any, limit int) (Attachment, error) {
	d, err := v.dict(spec)
	if err != nil {
		return Attachment{}, err
	}
	files, err := v.dict(d.get("EF"))
	if err != nil {
		return Attachment{}, err
	}
	file, err := v.resolve(files.get("F"))
	if err != nil {
		return Attachment{}, err
	}
	s, ok := file.(*stream)
	if !ok {
		return Attachment{}, fmt.Errorf("attachment without content: %w", ErrMalformed)
	}
	content, err := s.decode(limit)
	if err != nil {
		return Attachment{}, err
	}
	title, _ := d.get("UF").(str)
	if title.raw == "" {
		title, _ = d.get("F").(str)
	}
	description, _ := d.get("Desc").(str)
	return Attachment{title.text(), description.text(), content}, nil
}

// decode undoes the filter of a stream, up to limit bytes.
func (s *stream) decode(limit int) ([]byte, error) {
	switch s.dict.get("Filter") {
	case nil:
		if len(s.data) > limit {
			return nil, ErrTooLarge
		}
		return s.data, nil
	case name("FlateDecode"):
		return inflate(s.data, limit)
	}
	return nil, fmt.Errorf("stream filter: %w", ErrUnsupported)
}

func inflate(data []byte, limit int) ([]byte, error) {
	r, err := zlib.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("%w: attachment does not inflate", ErrMalformed)
	}
	out, err := io.ReadAll(io.LimitReader(r, int64(limit)+1))
	if err != nil {
		return nil, fmt.Errorf("%w: attachment does not inflate", ErrMalformed)
	}
	if len(out) > limit {
		return nil, ErrTooLarge
	}
	return out, nil
}
