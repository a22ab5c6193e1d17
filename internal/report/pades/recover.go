package pades

import (
	"bytes"
)

// scan finds signatures in a damaged file, where the cross-reference tables cannot be followed, so
// that the report can still say which signatures hold and which do not. It looks at every "obj" in
// the file and reads at most a few times the size of the file.
func scan(data []byte) []signed {
	objects, order := scanObjects(data)
	titles := map[int]string{}
	for _, o := range objects {
		d, _ := o.(dict)
		if v, ok := d.get("V").(ref); ok && d.get("FT") == name("Sig") {
			title, _ := d.get("T").(str)
			titles[v.num] = title.text()
		}
	}
	var found []signed
	for _, num := range order {
		d, _ := objects[num].(dict)
		if _, ok := d.get("Contents").(str); ok && d.get("ByteRange") != nil && len(found) < maxRevisions {
			found = append(found, signed{signatureField{name: titles[num], value: d}, -1})
		}
	}
	return found
}

func scanObjects(data []byte) (objects map[int]any, order []int) {
	objects = map[int]any{}
	budget := 4 * len(data)
	word := []byte(" obj")
	for at := bytes.Index(data, word); at >= 0 && budget > 0; {
		next := at + len(word)
		p := &parser{data: data, pos: backToNumbers(data, at)}
		from := p.pos
		if r, obj, err := p.indirect(); err == nil && len(objects) < maxObjects {
			if _, known := objects[r.num]; !known {
				order = append(order, r.num)
			}
			objects[r.num] = obj
			next = max(next, p.pos)
		}
		budget -= p.pos - from
		i := bytes.Index(data[next:], word)
		if i < 0 {
			break
		}
		at = next + i
	}
	return objects, order
}

// backToNumbers goes back over "num gen" before the word obj.
func backToNumbers(data []byte, at int) int {
	i := at
	for i > 0 && isDigit(data[i-1]) {
		i--
	}
	if i == 0 || data[i-1] != ' ' {
		return at
	}
	for i--; i > 0 && isDigit(data[i-1]); i-- {
	}
	return i
}
