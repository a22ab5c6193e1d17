package evidence

import (
	"bytes"
	"io"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// headSize is how much of a file is looked at to find out what it is.
const headSize = 256 << 10

// Detect finds out the format of a file from its first bytes; empty when it is none that can be loaded.
func Detect(head []byte) Format {
	head = bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n")
	switch {
	case len(head) == 0:
		return ""
	case head[0] == '{':
		return detectObject(head)
	case head[0] == '[', bytes.HasPrefix(head, []byte("null")):
		return Trivy
	default:
		return detectTable(head)
	}
}

func detectObject(head []byte) Format {
	names := map[string]bool{}
	scanMembers(head, func(name string, _ *jsontext.Decoder) bool { names[name] = true; return true })
	switch {
	case names["catalogVersion"] || names["dateReleased"]:
		return KEV
	case names["status"] && names["data"]:
		return Prometheus
	case names["SchemaVersion"] || names["ClusterName"]:
		return Trivy
	default:
		return ""
	}
}

func detectTable(head []byte) Format {
	line, rest, _ := strings.Cut(string(head), "\n")
	if strings.HasPrefix(line, "sep=") {
		line, _, _ = strings.Cut(rest, "\n")
	}
	columns := map[string]bool{}
	for _, cell := range strings.FieldsFunc(strings.ToLower(line), func(c rune) bool { return strings.ContainsRune(",;\t\r", c) }) {
		columns[strings.ReplaceAll(strings.Trim(cell, ` "`), " ", "_")] = true
	}
	switch {
	case columns["cveid"] && columns["dateadded"]:
		return KEV
	case columns["number"] && (columns["opened_at"] || columns["opened"]):
		return ServiceNow
	case columns["element"] && columns["from"] && columns["to"] && columns["state"]:
		return Availability
	default:
		return ""
	}
}

// scanMembers walks the members of the object at the start of a file until each returns false or the head ends.
// each may read the value; what it leaves is skipped.
func scanMembers(head []byte, each func(name string, d *jsontext.Decoder) bool) {
	d := jsontext.NewDecoder(bytes.NewReader(head))
	if t, err := d.ReadToken(); err != nil || t.Kind() != '{' {
		return
	}
	for d.PeekKind() == '"' {
		name, err := d.ReadToken()
		if err != nil {
			return
		}
		before := d.InputOffset()
		if !each(name.String(), d) {
			return
		}
		if d.InputOffset() == before && d.SkipValue() != nil {
			return
		}
	}
}

// trivyHead is what Trivy says of a run before its results. In the bare list of old versions it is the first target.
type trivyHead struct {
	created  time.Time
	artifact string
}

func readTrivyHead(head []byte) trivyHead {
	var h trivyHead
	head = bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))
	text := func(d *jsontext.Decoder) string {
		if d.PeekKind() != '"' {
			return ""
		}
		t, err := d.ReadToken()
		if err != nil {
			return ""
		}
		return t.String()
	}
	if list, ok := bytes.CutPrefix(bytes.TrimLeft(head, " \t\r\n"), []byte("[")); ok {
		head = list
	}
	scanMembers(head, func(name string, d *jsontext.Decoder) bool {
		switch name {
		case "Target":
			h.artifact, _, _ = strings.Cut(text(d), " (")
			return false
		case "CreatedAt":
			if at, err := time.Parse(time.RFC3339Nano, text(d)); err == nil {
				h.created = at
			}
		case "ArtifactName", "ClusterName":
			h.artifact = text(d)
		case "Results", "Resources", "Vulnerabilities", "Misconfigurations", "Findings":
			return false
		}
		return true
	})
	return h
}

func readHead(r io.ReadSeeker) ([]byte, error) {
	head, err := io.ReadAll(io.LimitReader(r, headSize))
	if err != nil {
		return nil, err
	}
	_, err = r.Seek(0, io.SeekStart)
	return head, err
}
