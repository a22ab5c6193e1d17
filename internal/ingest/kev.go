package ingest

import (
	"bytes"
	"strings"
)

// CISA publishes its catalogue of Known Exploited Vulnerabilities as JSON and as CSV with the same member
// names. Dates are days in ISO 8601. A due date may lie before the date added: it is moved to that date, and
// the record says so. Keep every version of the catalogue: what was known when decides what was late.

// ReadKEV gives out the entries of a catalogue, JSON or CSV, and describes it.
func ReadKEV(src *Source, emit func(KEVRecord) error) (KEVCatalogue, error) {
	k := &kevReader{src: src, emit: emit, seen: map[string]At{}}
	var err error
	if src.startsWith('{') {
		err = k.json()
	} else {
		err = k.csv()
	}
	if err != nil {
		return KEVCatalogue{}, err
	}
	return k.catalogue, nil
}

// startsWith tells whether the first character of the file, after blanks and a byte order mark, is c.
func (s *Source) startsWith(c byte) bool {
	head, _ := s.in.Peek(64) // a failure comes again with the first read
	head = bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n")
	return len(head) > 0 && head[0] == c
}

type kevReader struct {
	src       *Source
	emit      func(KEVRecord) error
	catalogue KEVCatalogue
	seen      map[string]At
}

func (k *kevReader) csv() error {
	t, err := openTable(k.src, columns{
		required: []string{"cveid", "dateadded", "duedate"},
		optional: []string{"vendorproject", "product", "vulnerabilityname", "knownransomwarecampaignuse"},
	})
	if err != nil {
		return err
	}
	for {
		more, err := t.next()
		if err != nil || !more {
			return err
		}
		raw := kevRaw{
			cve: t.cell("cveid"), added: t.cell("dateadded"), due: t.cell("duedate"), vendor: t.cell("vendorproject"),
			product: t.cell("product"), name: t.cell("vulnerabilityname"), ransomware: t.cell("knownransomwarecampaignuse"),
		}
		if err := k.record(raw, t.at); err != nil {
			return err
		}
	}
}

func (k *kevReader) json() error {
	j := newStream(k.src)
	stated, listed := -1.0, false
	err := j.object("", func(name string) (err error) {
		switch name {
		case "catalogVersion":
			k.catalogue.Version, err = j.text(name)
		case "dateReleased":
			err = k.released(j)
		case "count":
			stated, err = j.number(name)
		case "vulnerabilities":
			listed = true
			err = j.array(name, func() error { return k.item(j) })
		default:
			err = j.skip()
		}
		return err
	})
	if err != nil {
		return err
	}
	if err := j.end(); err != nil {
		return err
	}
	if !listed || k.catalogue.Version == "" { // other formats have a list of this name
		return k.src.wrong(At{}, "vulnerabilities", "ingest.error.kev.not")
	}
	if stated >= 0 && int(stated) != k.catalogue.Entries {
		return k.src.wrong(At{}, "count", "ingest.error.kev.count", "stated", int(stated), "found", k.catalogue.Entries)
	}
	return nil
}

func (k *kevReader) released(j *stream) error {
	text, err := j.text("dateReleased")
	if err != nil {
		return err
	}
	at, ok := isoTime(text)
	if !ok {
		return k.src.wrong(At{}, "dateReleased", "ingest.error.date", "value", clip(text))
	}
	k.catalogue.Released = at
	return nil
}

func (k *kevReader) item(j *stream) error {
	j.record++
	at := j.at()
	var raw kevRaw
	fields := map[string]*string{
		"cveID": &raw.cve, "dateAdded": &raw.added, "dueDate": &raw.due, "vendorProject": &raw.vendor,
		"product": &raw.product, "vulnerabilityName": &raw.name, "knownRansomwareCampaignUse": &raw.ransomware,
	}
	err := j.object("vulnerabilities", func(name string) (err error) {
		into, known := fields[name]
		if !known {
			return j.skip()
		}
		*into, err = j.text(name)
		return err
	})
	if err != nil {
		return err
	}
	return k.record(raw, at)
}

// kevRaw is an entry as written.
type kevRaw struct{ cve, added, due, vendor, product, name, ransomware string }

// record checks an entry and gives it out.
func (k *kevReader) record(raw kevRaw, at At) error {
	if err := k.src.count(at); err != nil {
		return err
	}
	r := KEVRecord{CVE: raw.cve, Vendor: raw.vendor, Product: raw.product, Name: raw.name, At: at}
	if !isCVE(raw.cve) {
		return k.src.wrong(at, "cveID", "ingest.error.cve", "value", clip(raw.cve))
	}
	if first, twice := k.seen[raw.cve]; twice {
		return k.src.wrong(at, "cveID", "ingest.error.duplicate", "value", raw.cve, "record", first.Record)
	}
	k.seen[raw.cve] = at
	if err := k.dates(&r, raw); err != nil {
		return err
	}
	switch strings.ToLower(raw.ransomware) {
	case "known":
		r.Ransomware = true
	case "unknown", "":
	default:
		return k.src.wrong(at, "knownRansomwareCampaignUse", "ingest.error.value", "value", clip(raw.ransomware))
	}
	k.catalogue.Entries++
	return k.emit(r)
}

func (k *kevReader) dates(r *KEVRecord, raw kevRaw) error {
	var ok bool
	if r.Added, ok = isoDay(raw.added); !ok {
		return k.src.wrong(r.At, "dateAdded", "ingest.error.date", "value", clip(raw.added))
	}
	if raw.due == "" {
		return nil
	}
	if r.StatedDue, ok = isoDay(raw.due); !ok {
		return k.src.wrong(r.At, "dueDate", "ingest.error.date", "value", clip(raw.due))
	}
	r.Due = r.StatedDue
	if r.Due.Before(r.Added) {
		r.Due, r.DueClamped = r.Added, true
		k.catalogue.Clamped++
	}
	return nil
}

// isCVE checks the form CVE-YYYY-NNNN with 4 to 19 digits at the end.
func isCVE(id string) bool {
	rest, ok := strings.CutPrefix(id, "CVE-")
	if !ok || len(rest) < 9 || len(rest) > 24 || rest[4] != '-' {
		return false
	}
	return strings.Trim(rest[:4], "0123456789") == "" && strings.Trim(rest[5:], "0123456789") == ""
}
