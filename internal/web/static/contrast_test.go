package static_test

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"accordo.dev/internal/web/static"
)

// textOn lists which colours carry text on which grounds; WCAG 2.2 asks for 4.5 to 1.
var textOn = map[string][]string{
	"ink":     {"page", "surface", "sunken", "raised", "mark", "ok-bg", "warn-bg", "bad-bg", "unk-bg"},
	"ink-2":   {"page", "surface", "sunken", "raised"},
	"ink-3":   {"page", "surface", "sunken", "raised"},
	"on-ink":  {"ink", "ink-2"},
	"surface": {"cio", "ciso"},
	"cio":     {"surface", "cio-bg"},
	"ciso":    {"surface", "ciso-bg"},
	"ok":      {"surface", "ok-bg"},
	"warn":    {"surface", "sunken", "warn-bg"},
	"bad":     {"surface", "sunken", "bad-bg"},
	"unk":     {"surface", "sunken", "unk-bg"},
	"c-axis":  {"surface"},
	"c-limit": {"surface"},
	"c-2":     {"surface"},
	"c-3":     {"surface"},
	"c-line":  {"surface"},
}

func TestTextHasEnoughContrastInBothThemes(t *testing.T) {
	css := get(t, static.Href("tokens.css"), "").Body.String()
	light := colours(t, css, ":root {\n  --page")
	dark := colours(t, css, `:root[data-theme="dark"] {`)
	for theme, tokens := range map[string]map[string]string{"light": light, "dark": dark} {
		for text, grounds := range textOn {
			for _, ground := range grounds {
				got := contrast(luminance(t, tokens[text]), luminance(t, tokens[ground]))
				if got < 4.5 {
					t.Errorf("%s: --%s on --%s: got %.2f, want at least 4.5", theme, text, ground, got)
				}
			}
		}
	}
}

func TestBothDarkThemesAreTheSame(t *testing.T) {
	css := get(t, static.Href("tokens.css"), "").Body.String()
	chosen := fmt.Sprint(colours(t, css, `:root[data-theme="dark"] {`))
	device := fmt.Sprint(colours(t, css, `:root:not([data-theme="light"]) {`))
	if chosen != device {
		t.Errorf("chosen: got %v, want %v", chosen, device)
	}
}

var token = regexp.MustCompile(`--([a-z0-9-]+):\s*(#[0-9a-f]{6})\s*;`)

// colours reads the colour tokens of the block that begins with start.
func colours(t *testing.T, css, start string) map[string]string {
	t.Helper()
	_, rest, found := strings.Cut(css, start)
	if !found {
		t.Fatalf("tokens.css has no block %q", start)
	}
	if start == ":root {\n  --page" {
		rest = "--page" + rest
	}
	block, _, _ := strings.Cut(rest, "}")
	tokens := map[string]string{}
	for _, m := range token.FindAllStringSubmatch(block, -1) {
		tokens[m[1]] = m[2]
	}
	return tokens
}

// luminance is the relative luminance of WCAG 2.2 for a colour such as #11202c.
func luminance(t *testing.T, colour string) float64 {
	t.Helper()
	if len(colour) != 7 {
		t.Fatalf("not a colour: %q", colour)
	}
	var sum float64
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		n, err := strconv.ParseUint(colour[1+2*i:3+2*i], 16, 8)
		if err != nil {
			t.Fatalf("colour %q: %v", colour, err)
		}
		channel := float64(n) / 255
		if channel <= 0.04045 {
			channel /= 12.92
		} else {
			channel = math.Pow((channel+0.055)/1.055, 2.4)
		}
		sum += weight * channel
	}
	return sum
}

func contrast(a, b float64) float64 { return (max(a, b) + 0.05) / (min(a, b) + 0.05) }
