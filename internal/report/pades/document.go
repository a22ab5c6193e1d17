package pades

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
)

// document is a PDF file as the list of its revisions, oldest first.
type document struct {
	data      []byte
	revisions []revision
	cache     map[int]numbered // objects by offset
	budget    int              // bytes that may still be parsed, against files made to be slow
}

// revision is one incremental update (the first: the original file): the bytes from start to end
// hold its objects, its cross-reference table at xref, and its trailer.
type revision struct {
	start, xref, end int
	entries          map[int]xrefEntry
	trailer          dict
}

type xrefEntry struct {
	offset, gen int
	inUse       bool
}

// open reads the revisions of a file by following its cross-reference tables from the last one.
func open(data []byte) (*document, error) {
	if len(data) > MaxFileSize {
		return nil, ErrTooLarge
	}
	at := bytes.LastIndex(data, []byte("startxref"))
	if !bytes.HasPrefix(data, []byte("%PDF-")) || at < 0 {
		return nil, fmt.Errorf("%w: no header or no startxref", ErrMalformed)
	}
	p := &parser{data: data, pos: at + len("startxref")}
	pos, err := p.unsigned()
	if err != nil {
		return nil, err
	}
	d := &document{data: data, cache: map[int]numbered{}, budget: 8*len(data) + 1<<20}
	for pos >= 0 {
		var r revision
		if r, pos, err = d.readRevision(pos); err != nil {
			return nil, err
		}
		if d.revisions = append(d.revisions, r); len(d.revisions) > maxRevisions {
			return nil, fmt.Errorf("%w: too many revisions", ErrUnsupported)
		}
	}
	slices.Reverse(d.revisions)
	return d, d.checkOrder()
}

// readRevision reads the table at pos, its trailer, and the end of its revision; prev is the place
// of the table before it, or -1.
func (d *document) readRevision(pos int) (r revision, prev int, err error) {
	p := &parser{data: d.data, pos: pos}
	if pos >= len(d.data) {
		return r, 0, p.fail()
	}
	if !bytes.HasPrefix(d.data[pos:], []byte("xref")) {
		if o, err := d.parseAt(pos, nil); err == nil && o.isXref() {
			return r, 0, fmt.Errorf("%w: cross-reference stream", ErrUnsupported)
		}
		return r, 0, p.fail()
	}
	r = revision{xref: pos, entries: map[int]xrefEntry{}}
	if err = p.xrefTable(r.entries); err != nil {
		return r, 0, err
	}
	trailer, err := p.object()
	if err != nil {
		return r, 0, err
	}
	var ok bool
	if r.trailer, ok = trailer.(dict); !ok {
		return r, 0, p.fail()
	}
	if r.end, err = p.endOfRevision(pos); err != nil {
		return r, 0, err
	}
	prev, err = previous(r)
	return r, prev, err
}

func (o numbered) isXref() bool {
	s, ok := o.obj.(*stream)
	return ok && s.dict.get("Type") == name("XRef")
}

func previous(r revision) (int, error) {
	if r.trailer.get("Encrypt") != nil || r.trailer.get("XRefStm") != nil {
		return 0, fmt.Errorf("%w: encrypted or hybrid file", ErrUnsupported)
	}
	prev := r.trailer.get("Prev")
	if prev == nil {
		return -1, nil
	}
	n, ok := prev.(number)
	if at, whole := n.int(); ok && whole && at >= 0 && at < r.xref {
		return at, nil
	}
	return 0, fmt.Errorf("%w: bad place of previous table", ErrMalformed)
}

// xrefTable reads up to and including the word trailer.
func (p *parser) xrefTable(entries map[int]xrefEntry) error {
	p.pos += len("xref")
	for p.blanks(); isDigit(p.peek()); p.blanks() {
		first, err := p.unsigned()
		if err != nil {
			return err
		}
		count, err := p.unsigned()
		if err != nil {
			return err
		}
		if first+count > maxObjects || count > (len(p.data)-p.pos)/20 {
			return p.fail()
		}
		p.blanks()
		for i := range count {
			if _, twice := entries[first+i]; twice {
				return p.fail()
			}
			e, err := p.xrefLine()
			if err != nil {
				return err
			}
			entries[first+i] = e
		}
	}
	if p.token() != "trailer" {
		return p.fail()
	}
	return nil
}

// xrefLine reads the fixed twenty bytes of an entry.
func (p *parser) xrefLine() (xrefEntry, error) {
	if len(p.data)-p.pos < 20 {
		return xrefEntry{}, p.fail()
	}
	line := p.data[p.pos : p.pos+20]
	offset, err1 := strconv.ParseUint(string(line[:10]), 10, 40)
	gen, err2 := strconv.ParseUint(string(line[11:16]), 10, 20)
	kind := line[17]
	if err1 != nil || err2 != nil || line[10] != ' ' || line[16] != ' ' || kind != 'n' && kind != 'f' ||
		!isSpace(line[18]) || !isSpace(line[19]) {
		return xrefEntry{}, p.fail()
	}
	p.pos += 20
	return xrefEntry{int(offset), int(gen), kind == 'n'}, nil
}

// endOfRevision is the place after the end-of-file mark and its line end.
func (p *parser) endOfRevision(xref int) (int, error) {
	if err := p.keyword("startxref"); err != nil {
		return 0, err
	}
	at, err := p.unsigned()
	if err != nil || at != xref {
		return 0, p.fail()
	}
	p.blanks()
	if !bytes.HasPrefix(p.data[p.pos:], []byte("%%EOF")) {
		return 0, p.fail()
	}
	p.pos += len("%%EOF")
	if p.peek() == '\r' {
		p.pos++
	}
	if p.peek() == '\n' {
		p.pos++
	}
	return p.pos, nil
}

// checkOrder: revisions follow each other, and the objects of each stand within it.
func (d *document) checkOrder() error {
	start := 0
	for i := range d.revisions {
		r := &d.revisions[i]
		r.start = start
		if r.xref < start || r.end <= r.xref {
			return fmt.Errorf("%w: revision %d out of order", ErrMalformed, i+1)
		}
		for num, e := range r.entries {
			if e.inUse && (e.offset < start || e.offset >= r.xref) {
				return fmt.Errorf("%w: object %d outside revision %d", ErrMalformed, num, i+1)
			}
		}
		start = r.end
	}
	return nil
}

func (d *document) last() revision { return d.revisions[len(d.revisions)-1] }
func (d *document) trailer() dict  { return d.last().trailer }
func (d *document) trailing() int  { return len(d.data) - d.last().end }
func (d *document) latest() view   { return view{d, len(d.revisions) - 1} }
func (d *document) version() string {
	return string(d.data[len("%PDF-"):min(len(d.data), len("%PDF-1.7"))])
}

// size is one more than the highest object number in use.
func (d *document) size() int {
	size := 0
	if n, ok := d.trailer().get("Size").(number); ok {
		size, _ = n.int()
	}
	size = min(max(size, 1), maxObjects)
	for _, r := range d.revisions {
		for num := range r.entries {
			size = max(size, num+1)
		}
	}
	return size
}

// view is the document as a reader of one revision saw it (index from 0).
type view struct {
	doc   *document
	index int
}

func (v view) entry(num int) (xrefEntry, bool) {
	for i := v.index; i >= 0; i-- {
		if e, ok := v.doc.revisions[i].entries[num]; ok {
			return e, e.inUse
		}
	}
	return xrefEntry{}, false
}

// get is the object a reference names; nil when there is none.
func (v view) get(r ref) (any, error) {
	e, ok := v.entry(r.num)
	if !ok || e.gen != r.gen {
		return nil, nil
	}
	o, ok := v.doc.cache[e.offset]
	if !ok {
		var err error
		if o, err = v.doc.parseAt(e.offset, v.directLength); err != nil {
			return nil, err
		}
		v.doc.cache[e.offset] = o
	}
	if o.ref != r {
		return nil, fmt.Errorf("%w: object %d is not at its place", ErrMalformed, r.num)
	}
	return o.obj, nil
}

func (d *document) parseAt(offset int, length func(ref) (int, bool)) (numbered, error) {
	if d.budget <= 0 {
		return numbered{}, fmt.Errorf("%w: objects overlap", ErrMalformed)
	}
	p := &parser{data: d.data, pos: offset, length: length}
	r, obj, err := p.indirect()
	d.budget -= p.pos - offset
	return numbered{r, obj}, err
}

// directLength reads an object that must be a plain number.
func (v view) directLength(r ref) (int, bool) {
	e, ok := v.entry(r.num)
	if !ok {
		return 0, false
	}
	o, err := v.doc.parseAt(e.offset, nil)
	n, isNumber := o.obj.(number)
	if err != nil || o.ref != r || !isNumber {
		return 0, false
	}
	return n.int()
}

// resolve follows references until it finds an object.
func (v view) resolve(obj any) (any, error) {
	for range maxDepth {
		r, ok := obj.(ref)
		if !ok {
			return obj, nil
		}
		var err error
		if obj, err = v.get(r); err != nil {
			return nil, err
		}
	}
	return nil, fmt.Errorf("%w: endless references", ErrMalformed)
}

// dict is empty for the null object.
func (v view) dict(obj any) (dict, error) {
	obj, err := v.resolve(obj)
	switch o := obj.(type) {
	case dict:
		return o, err
	case nil:
		return nil, err
	}
	return nil, fmt.Errorf("%w: not a dictionary", ErrMalformed)
}

// array is empty for the null object.
func (v view) array(obj any) (array, error) {
	obj, err := v.resolve(obj)
	switch o := obj.(type) {
	case array:
		return o, err
	case nil:
		return nil, err
	}
	return nil, fmt.Errorf("%w: not an array", ErrMalformed)
}

func (v view) catalog() (dict, error) {
	return v.dict(v.doc.revisions[v.index].trailer.get("Root"))
}

// page finds a page by its number, counted from 1.
func (v view) page(n int) (ref, error) {
	catalog, err := v.catalog()
	if err != nil {
		return ref{}, err
	}
	pages, err := v.pages(catalog.get("Pages"))
	if err != nil {
		return ref{}, err
	}
	if n < 1 || n > len(pages) {
		return ref{}, ErrPage
	}
	return pages[n-1], nil
}

// pages lists the leaves of the page tree.
func (v view) pages(root any) ([]ref, error) {
	var found []ref
	err := v.walk(root, map[ref]bool{}, func(node any, d dict) (any, error) {
		if r, ok := node.(ref); ok && d != nil && d.get("Kids") == nil {
			found = append(found, r)
		}
		return d.get("Kids"), nil
	})
	return found, err
}

// walk visits the nodes of a tree in order; visit returns the children. No node may occur twice.
func (v view) walk(node any, seen map[ref]bool, visit func(any, dict) (any, error)) error {
	if r, ok := node.(ref); ok {
		if seen[r] || len(seen) > maxNodes {
			return fmt.Errorf("%w: not a tree, or too large", ErrMalformed)
		}
		seen[r] = true
	}
	d, err := v.dict(node)
	if err != nil {
		return err
	}
	children, err := visit(node, d)
	if err != nil {
		return err
	}
	kids, err := v.array(children)
	if err != nil {
		return err
	}
	for _, kid := range kids {
		if err := v.walk(kid, seen, visit); err != nil {
			return err
		}
	}
	return nil
}

// signatureField is a form field for a signature; value is nil while it is unsigned.
type signatureField struct {
	ref   ref
	name  string
	dict  dict
	value dict
}

func (v view) signatureFields() ([]signatureField, error) {
	catalog, err := v.catalog()
	if err != nil {
		return nil, err
	}
	form, err := v.dict(catalog.get("AcroForm"))
	if err != nil {
		return nil, err
	}
	fields, err := v.array(form.get("Fields"))
	if err != nil {
		return nil, err
	}
	if len(fields) > maxNodes {
		return nil, fmt.Errorf("%w: too many form fields", ErrMalformed)
	}
	var found []signatureField
	for _, f := range fields {
		r, _ := f.(ref)
		d, err := v.dict(f)
		if err != nil {
			return nil, err
		}
		if d.get("FT") != name("Sig") {
			continue
		}
		value, err := v.dict(d.get("V"))
		if err != nil {
			return nil, err
		}
		title, _ := d.get("T").(str)
		found = append(found, signatureField{r, title.text(), d, value})
	}
	return found, nil
}
