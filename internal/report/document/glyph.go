package document

import (
	"strings"
	"sync"
	"unicode"

	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/text/unicode/norm"
)

// substitutes stand for characters that the embedded font does not have.
var substitutes = map[rune]string{
	'\u2007': "\u00a0", '\u2008': "\u00a0", '\u2009': "\u00a0", '\u200a': "\u00a0", '\u202f': "\u00a0", // narrow spaces
	'\u2010': "-", '\u2011': "-", '\u2012': "–", '\u2015': "—", // hyphens and dashes
	'\u00ad': "", '\u200b': "", '\u200c': "", '\u200d': "", '\u2060': "", '\ufeff': "", '\u200e': "", '\u200f': "", // invisible
	'✓': "√", '✔': "√", '✗': "×", '✘': "×", '◐': "●", '◑': "●", '⚠': "!", '′': "'", '″': "\"",
}

const missing = "□"

// fontHolds tells whether the embedded font has a glyph.
var fontHolds = sync.OnceValues(func() (func(rune) bool, error) {
	f, err := sfnt.Parse(goregular.TTF)
	if err != nil {
		return nil, err
	}
	known := map[rune]bool{}
	var buf sfnt.Buffer
	for r := rune(32); r < 0xffff; r++ {
		if g, err := f.GlyphIndex(&buf, r); err == nil && g != 0 {
			known[r] = true
		}
	}
	return func(r rune) bool { return known[r] }, nil
})

// printable turns a text into what the embedded font can print: composed accents,
// substitutes for missing characters, and a box for what has none.
func printable(s string) string {
	holds, err := fontHolds()
	if err != nil {
		holds = func(r rune) bool { return r < 0x180 }
	}
	var b strings.Builder
	for _, r := range norm.NFC.String(strings.ToValidUTF8(s, missing)) {
		sub, ok := substitutes[r]
		switch {
		case ok:
			b.WriteString(sub)
		case unicode.IsControl(r):
			b.WriteByte(' ')
		case r <= 0xffff && holds(r):
			b.WriteRune(r)
		default:
			b.WriteString(missing)
		}
	}
	return b.String()
}
