// Package ui is the look of the pages: the shell around each page, the components that pages are made of,
// and the list kit. It knows how things are shown and nothing about what they mean: texts arrive in
// words, figures arrive written. A page is ui.Layout around components of this package.
package ui

import (
	"net/url"
	"strings"
	"time"

	"accordo.dev/internal/i18n"
)

// The lenses: the same facts in the words of three readers.
const (
	LensCIO   = "cio"
	LensCISO  = "ciso"
	LensBoard = "board"
)

// Page is what every page knows about its reader, its place and its time.
type Page struct {
	Lang       i18n.Lang
	Lens       string // cio, ciso or board
	Theme      string // light, dark, or empty: as the device says
	Org        string // name of the organisation
	Person     *Person
	Path       string
	Query      url.Values
	Title      string // of the window, in words
	Crumbs     []Crumb
	Nav        string         // key of the area in the navigation, such as "risks"
	Counts     map[string]int // what waits, by area key
	Notice     *Notice
	Now        time.Time
	AsOf       time.Time // of the newest fact on the page
	Scripts    bool      // the script bundle is there
	RecordRoot string    // root hash of the record, as text
}

// Person is the reader.
type Person struct {
	Name    string
	Ref     string
	Offices []string // codes of the offices held now, such as "ciso"
	CIO     bool     // holds the key of the CIO
	CISO    bool     // holds the key of the CISO
}

// Crumb is a step of the way from the start to this page; the last has no address.
type Crumb struct {
	Title string
	Href  string
}

// Notice says what the last action did.
type Notice struct {
	Kind State
	Text string
}

// T gives a message in the language of the reader.
func (p Page) T(key string, args ...any) string { return i18n.T(p.Lang, key, args...) }

// N gives a message for a count.
func (p Page) N(key string, n int, args ...any) string { return i18n.N(p.Lang, key, n, args...) }

// In gives a text of the organisation in the language of the reader.
func (p Page) In(text i18n.Text) string { return text.In(p.Lang) }

// Date writes a day.
func (p Page) Date(t time.Time) string { return i18n.Date(p.Lang, t) }

// LongDate writes a day with its weekday.
func (p Page) LongDate(t time.Time) string { return i18n.LongDate(p.Lang, t) }

// DateTime writes a day and the minute.
func (p Page) DateTime(t time.Time) string { return i18n.DateTime(p.Lang, t) }

// Duration writes a length of time.
func (p Page) Duration(d time.Duration) string { return i18n.Duration(p.Lang, d) }

// Euro writes an amount in the unit that keeps it short.
func (p Page) Euro(euro float64) string { return i18n.Euro(p.Lang, euro) }

// Number writes a number with its decimals.
func (p Page) Number(x float64, decimals int) string { return i18n.Number(p.Lang, x, decimals) }

// Integer writes a whole number.
func (p Page) Integer(n int) string { return i18n.Integer(p.Lang, int64(n)) }

// Percent writes a share between 0 and 1.
func (p Page) Percent(share float64, decimals int) string {
	return i18n.Percent(p.Lang, share, decimals)
}

// Words picks the text of the lens.
func (p Page) Words(cio, ciso, board string) string {
	switch p.Lens {
	case LensCISO:
		return ciso
	case LensBoard:
		return board
	default:
		return cio
	}
}

// Href gives an address on this site: path with the query of this page, changed by key, value pairs; an
// empty value removes the key, and an empty path means this page. The cursor "after" is dropped unless given: a changed list starts again.
func (p Page) Href(path string, pairs ...string) string {
	query := url.Values{}
	if path == "" || path == p.Path {
		path = p.Path
		for key, values := range p.Query {
			query[key] = values
		}
		query.Del("after")
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		query.Del(pairs[i])
		if pairs[i+1] != "" {
			query.Set(pairs[i], pairs[i+1])
		}
	}
	if len(query) == 0 {
		return path
	}
	return path + "?" + query.Encode()
}

// here is the address of this page, for forms that come back to it.
func (p Page) here() string {
	if len(p.Query) == 0 {
		return p.Path
	}
	return p.Path + "?" + p.Query.Encode()
}

// windowTitle names the page for tabs and history.
func (p Page) windowTitle() string {
	parts := make([]string, 0, 2)
	if p.Title != "" {
		parts = append(parts, p.Title)
	}
	return strings.Join(append(parts, "accordo"), " · ")
}

// shortRoot shows the start of the record root: enough to compare by eye.
func (p Page) shortRoot() string {
	root := p.RecordRoot
	if len(root) > 12 {
		root = root[:12]
	}
	return root
}

// Order picks the order of the lens: places of the same things.
func (p Page) Order(cio, ciso, board []int) []int {
	switch p.Lens {
	case LensCISO:
		return ciso
	case LensBoard:
		return board
	default:
		return cio
	}
}
