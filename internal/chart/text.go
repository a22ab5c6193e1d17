package chart

import (
	"strconv"
	"strings"
	"unicode"
)

// textWidth estimates how wide a text is, on the generous side, so that labels
// which do not touch here do not touch in any usual font.
func textWidth(s string, size float64, bold bool) float64 {
	w := 0.0
	for _, r := range s {
		w += runeWidth(r)
	}
	if bold {
		w *= 1.06
	}
	return w * size
}

func runeWidth(r rune) float64 {
	switch {
	case strings.ContainsRune("iIlj.,;:'|!·’ ", r):
		return .3
	case strings.ContainsRune("frt()[]-", r):
		return .37
	case strings.ContainsRune("mwMW@%—→…", r):
		return .9
	case unicode.IsUpper(r):
		return .72
	case r > 0x2e7f:
		return 1.05
	}
	return .6
}

// fit shortens a text with an ellipsis until it is at most max wide.
func fit(s string, size float64, bold bool, max float64) string {
	if textWidth(s, size, bold) <= max {
		return s
	}
	rs := []rune(s)
	for len(rs) > 0 {
		rs = rs[:len(rs)-1]
		short := strings.TrimRight(string(rs), " ,;:") + "…"
		if textWidth(short, size, bold) <= max {
			return short
		}
	}
	return ""
}

// wrap breaks a text into at most n lines of at most max width.
func wrap(s string, size float64, max float64, n int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(s) {
		next := strings.TrimSpace(line + " " + word)
		if line != "" && len(lines) < n-1 && textWidth(next, size, false) > max {
			lines = append(lines, line)
			next = word
		}
		line = next
	}
	lines = append(lines, line)
	for i, l := range lines {
		lines[i] = fit(l, size, false, max)
	}
	return lines
}

// clean drops what neither XML nor PDF may contain.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == unicode.ReplacementChar || r == 0xfffe || r == 0xffff {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, " "))
}

func plainNumber(v float64) string { return strconv.FormatFloat(v, 'g', 6, 64) }
