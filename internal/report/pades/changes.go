package pades

import (
	"maps"
	"slices"
)

// What may follow a signature: revisions that each add exactly one signature, and nothing else.
// A revision that adds more could show other content than the signer saw (a shadow attack), while
// the signer's bytes are all still there.

// judgeLater adds to each signature the findings of the revisions after it.
func (d *document) judgeLater(found []signed, rep *Report) {
	if d.trailing() > 0 {
		rep.Findings = append(rep.Findings, Finding{Reason: BytesAfterEnd})
	}
	if len(found) == 0 {
		return
	}
	later := make([][]Finding, len(d.revisions))
	for i := found[0].revision + 1; i < len(d.revisions); i++ {
		later[i] = d.changes(i)
	}
	for i := range rep.Signatures {
		s := &rep.Signatures[i]
		for _, findings := range later[found[i].revision+1:] {
			s.Findings = append(s.Findings, findings...)
		}
		if s.Certification == 1 && found[i].revision < len(d.revisions)-1 {
			s.Findings = append(s.Findings, Finding{Reason: ChangesForbidden, Revision: found[i].revision + 2})
		}
	}
}

// changes judges the revision with the given index against the one before it.
func (d *document) changes(index int) []Finding {
	c := &comparison{old: view{d, index - 1}, new: view{d, index}, rev: d.revisions[index]}
	if !c.wholly() {
		c.find(HiddenBytes, 0)
	}
	if !c.sameTrailer() {
		c.find(ObjectChanged, 0)
	}
	fields, err := c.addedFields()
	if err != nil || len(fields) != 1 {
		c.find(UnsignedRevision, 0)
	}
	if len(fields) == 1 {
		c.field = fields[0]
	}
	c.objects()
	c.widget()
	return c.findings
}

type comparison struct {
	old, new view
	rev      revision
	field    signatureField // the field the revision adds
	findings []Finding
}

func (c *comparison) find(r Reason, object int) {
	c.findings = append(c.findings, Finding{Reason: r, Revision: c.new.index + 1, Object: object})
}

// wholly: the revision is its objects, one after the other, each named by the table, and nothing
// else but white space.
func (c *comparison) wholly() bool {
	p := &parser{data: c.new.doc.data, pos: c.rev.start, length: c.new.directLength}
	seen := 0
	for p.blanks(); p.pos < c.rev.xref; p.blanks() {
		at := p.pos
		r, _, err := p.indirect()
		e, named := c.rev.entries[r.num]
		if err != nil || !named || !e.inUse || e.offset != at || e.gen != r.gen || !isDigit(p.data[at]) {
			return false
		}
		seen++
	}
	for num, e := range c.rev.entries {
		if e.inUse {
			seen--
		} else if num != 0 {
			return false
		}
	}
	return p.pos == c.rev.xref && seen == 0
}

func (c *comparison) sameTrailer() bool {
	old := c.old.doc.revisions[c.old.index].trailer.without("Prev", "Size")
	now := c.rev.trailer.without("Prev", "Size")
	if old.get("ID") != nil { // the second half of the identifier changes with each revision
		a, _ := old.get("ID").(array)
		b, _ := now.get("ID").(array)
		if len(a) != 2 || len(b) != 2 || !equal(a[0], b[0]) {
			return false
		}
	}
	return equalDicts(old.without("ID"), now.without("ID"))
}

// addedFields are fields that were not there before, with a signature value made in this revision.
func (c *comparison) addedFields() ([]signatureField, error) {
	old, err := c.old.signatureFields()
	if err != nil {
		return nil, err
	}
	now, err := c.new.signatureFields()
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(now, func(f signatureField) bool {
		contents, ok := f.value.get("Contents").(str)
		made := ok && contents.at >= c.rev.start && contents.at < c.rev.xref
		return !made || slices.ContainsFunc(old, func(o signatureField) bool { return o.ref == f.ref })
	}), nil
}

// objects judges every object the revision writes.
func (c *comparison) objects() {
	needed := map[int]bool{}
	c.closure(c.field.ref, needed, 0)
	for _, num := range slices.Sorted(maps.Keys(c.rev.entries)) {
		e := c.rev.entries[num]
		if !e.inUse {
			continue // the table's head; wholly refuses any other
		}
		now, err := c.new.get(ref{num, e.gen})
		if err != nil {
			c.find(MalformedDocument, num)
			continue
		}
		before, existed := c.old.entry(num)
		switch {
		case !existed && !needed[num]:
			c.find(ObjectAdded, num)
		case existed && (before.gen != e.gen || !c.mayChange(ref{num, e.gen}, now)):
			c.find(ObjectChanged, num)
		}
	}
	if c.field.dict != nil && !allowedField(c.field.dict) {
		c.find(ObjectAdded, c.field.ref.num)
	}
}

// closure collects the new objects that the new field needs.
func (c *comparison) closure(obj any, needed map[int]bool, depth int) {
	if depth > maxDepth {
		return
	}
	switch o := obj.(type) {
	case ref:
		if _, existed := c.old.entry(o.num); existed || needed[o.num] || o.num == 0 {
			return
		}
		needed[o.num] = true
		target, _ := c.new.get(o) // an unreadable object is found when it is judged
		c.closure(target, needed, depth+1)
	case array:
		for _, v := range o {
			c.closure(v, needed, depth+1)
		}
	case dict:
		for _, e := range o {
			c.closure(e.value, needed, depth+1)
		}
	case *stream:
		c.closure(o.dict, needed, depth+1)
	}
}

// allowedField: a signature field has no actions, no children and no parent.
func allowedField(d dict) bool {
	allowed := []name{"Type", "Subtype", "FT", "T", "TU", "F", "Ff", "P", "V", "Rect", "AP", "MK", "DA", "Q", "BS", "Border", "Lock", "SV", "M", "NM"}
	return !slices.ContainsFunc(d, func(e entry) bool { return !slices.Contains(allowed, e.key) })
}

// mayChange: the catalog may get a form, the form and the page may get the new field.
func (c *comparison) mayChange(r ref, now any) bool {
	before, err := c.old.get(r)
	if err != nil {
		return false
	}
	if equal(before, now) {
		return true
	}
	root := c.rev.trailer.get("Root")
	catalog, err := c.old.catalog()
	a, okA := before.(dict)
	b, okB := now.(dict)
	switch {
	case err != nil || c.field.dict == nil || !okA || !okB:
		return false
	case r == root:
		return equalDicts(a.without("AcroForm"), b.without("AcroForm")) && c.formGrows(a.get("AcroForm"), b.get("AcroForm"))
	case r == catalog.get("AcroForm"):
		return c.formGrows(r, r)
	case r == c.field.dict.get("P"):
		return equalDicts(a.without("Annots"), b.without("Annots")) && c.listGrows(a.get("Annots"), b.get("Annots"))
	}
	return false
}

func (c *comparison) formGrows(old, now any) bool {
	a, errA := c.old.dict(old)
	b, errB := c.new.dict(now)
	flags, _ := b.get("SigFlags").(number)
	return errA == nil && errB == nil && flags == "3" &&
		equalDicts(a.without("Fields", "SigFlags"), b.without("Fields", "SigFlags")) &&
		c.listGrows(a.get("Fields"), b.get("Fields"))
}

// listGrows: the new list is the old one with the new field at its end.
func (c *comparison) listGrows(old, now any) bool {
	a, errA := c.old.array(old)
	b, errB := c.new.array(now)
	return errA == nil && errB == nil && len(b) == len(a)+1 &&
		slices.EqualFunc(a, b[:len(a)], equal) && b[len(a)] == any(c.field.ref)
}

// widget: a later signature box must not hide what an earlier signer saw. It keeps clear of all
// other boxes of the page and takes at most a quarter of it.
func (c *comparison) widget() {
	rect, ok := rectOf(c.field.dict.get("Rect"))
	if c.field.dict == nil || ok && rect.width()*rect.height() == 0 {
		return
	}
	page, err := c.old.dict(c.field.dict.get("P"))
	media, hasMedia := c.mediaBox(page)
	if !ok || err != nil || !hasMedia || 4*rect.width()*rect.height() > media.width()*media.height() || c.covers(page, rect) {
		c.find(WidgetOverlap, c.field.ref.num)
	}
}

func (c *comparison) covers(page dict, rect Rect) bool {
	annots, err := c.old.array(page.get("Annots"))
	if err != nil {
		return true
	}
	for _, a := range annots {
		d, err := c.old.dict(a)
		other, ok := rectOf(d.get("Rect"))
		if err != nil || ok && rect.overlaps(other) {
			return true
		}
	}
	return false
}

// mediaBox of a page may be inherited from the page tree.
func (c *comparison) mediaBox(page dict) (Rect, bool) {
	for range maxDepth {
		if box, ok := rectOf(page.get("MediaBox")); ok {
			return box, true
		}
		parent, err := c.old.dict(page.get("Parent"))
		if err != nil || parent == nil {
			return Rect{}, false
		}
		page = parent
	}
	return Rect{}, false
}
