package document_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"accordo.dev/internal/report/document"
)

var update = flag.Bool("update", false, "rewrite golden files")

func TestHTMLMatchesGolden(t *testing.T) {
	path := filepath.Join("testdata", "report.it.html")
	got := document.HTML(sample())
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("got a fragment that differs from %s, want the same (-update rewrites it)", path)
	}
}

func TestHTMLIsWellFormedAndHasNoInlineStyleOrScript(t *testing.T) {
	got := document.HTML(hostile())
	d := xml.NewDecoder(strings.NewReader("<x>" + got + "</x>"))
	for {
		_, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("got %v, want well-formed HTML", err)
		}
	}
	for _, bad := range []string{"style=", "<style", "<script", "<img", "javascript:"} {
		if strings.Contains(got, bad) {
			t.Errorf("got %q in the fragment, want none", bad)
		}
	}
}

// hostile is a document whose words try to break out.
func hostile() document.Document {
	d := sample()
	evil := `"><script>alert(1)</script><img src=x> & ` + "\x00\xff 😀 a\u0300"
	d.ID, d.Title, d.Running, d.Lang = evil, evil, evil, "it)evil"
	d.Blocks = append(d.Blocks, document.Heading{Text: evil, ID: evil}, document.Paragraph{Text: evil, Traces: []string{evil}}, document.Callout{Title: evil, Text: strings.Repeat("parola", 300)},
		document.Table{Columns: []document.Column{{Title: evil}}, Rows: [][]document.Cell{{{Text: strings.Repeat(evil, 400), Trace: evil}, {Text: "too many cells"}}, {}}},
		document.FigureRow{}, document.Table{}, document.Decision{}, document.SideBySide{}, document.Signatures{}, document.Definitions{}, document.Traces{}, document.List{Items: []string{""}}, document.Cover{}, document.Picture{}, document.Verdict{})
	return d
}

func TestPDFOfHostileWordsIsStillAPDF(t *testing.T) {
	p := render(t, hostile())
	if !bytes.HasPrefix(p.Bytes, []byte("%PDF-")) || p.Pages < 5 {
		t.Errorf("got %d pages, want a PDF of at least 5", p.Pages)
	}
	extract(t, p)
}

func TestEmptyDocumentHasOnePage(t *testing.T) {
	p := render(t, document.Document{Created: time.Unix(0, 0)})
	if p.Pages != 1 {
		t.Errorf("got %d pages, want 1", p.Pages)
	}
}

func TestSameDocumentGivesSameBytes(t *testing.T) {
	first := render(t, sample())
	for range 4 {
		if again := render(t, sample()); !bytes.Equal(first.Bytes, again.Bytes) {
			t.Fatalf("got other bytes for the same document, want the same")
		}
	}
	if once, again := document.HTML(sample()), document.HTML(sample()); once != again {
		t.Errorf("got another fragment for the same document, want the same")
	}
	later := sample()
	later.Created = later.Created.Add(time.Second)
	if bytes.Equal(first.Bytes, render(t, later).Bytes) {
		t.Errorf("got the same bytes for another creation date, want others")
	}
}

func TestPDFHasClassicCrossReferences(t *testing.T) {
	b := render(t, sample()).Bytes
	if !regexp.MustCompile(`\nxref\n0 \d+\n`).Match(b) || !bytes.Contains(b, []byte("\ntrailer\n")) || bytes.Contains(b, []byte("/ObjStm")) {
		t.Errorf("got no classic cross-reference table, want one and no object streams")
	}
	for _, want := range []string{"/Lang (it)", "/CreationDate (D:20261125093000", "/EmbeddedFiles"} {
		if !bytes.Contains(b, []byte(want)) {
			t.Errorf("got no %s, want it", want)
		}
	}
}

func TestSignatureSlotsLieOnTheLastPagesInsideThePaper(t *testing.T) {
	p := render(t, sample())
	if len(p.Slots) != 2 || p.Slots[0].ID != "cio" || p.Slots[1].ID != "ciso" {
		t.Fatalf("got slots %+v, want cio and ciso", p.Slots)
	}
	for _, s := range p.Slots {
		if s.Page < 2 || s.Page > p.Pages || s.X0 < 50 || s.X1 > 545.28 || s.Y0 < 60 || s.Y1 > 780 || s.X1-s.X0 < 150 || s.Y1-s.Y0 < 50 {
			t.Errorf("got %+v of %d pages, want a rectangle inside the margins", s, p.Pages)
		}
	}
	if p.Slots[0].X1 > p.Slots[1].X0 {
		t.Errorf("got overlapping slots %+v, want them apart", p.Slots)
	}
	text := pages(t, p)
	if page := text[p.Slots[0].Page-1]; !strings.Contains(page, "Chief Information Officer") {
		t.Errorf("got page %d: %s, want the signer on it", p.Slots[0].Page, page)
	}
}

func TestPDFTextCanBeRead(t *testing.T) {
	text := strings.Join(strings.Fields(extract(t, render(t, sample()))), " ")
	for _, want := range []string{"Rapporto unitario al Consiglio", "12,8", "M€", "Finché", "purché", "−0,59 M€", "11,5–15,5", "non misurato", "propensione", "[F1]"} {
		if !strings.Contains(text, want) {
			t.Errorf("got no %q in the text of the PDF, want it", want)
		}
	}
}

func TestEveryPageHasItsNumberAndTheDocument(t *testing.T) {
	p := render(t, sample())
	for i, text := range pages(t, p) {
		want := regexp.MustCompile(`(?m)BR-2026-Q4 · v1\s+` + itoa(i+1) + "/" + itoa(p.Pages))
		if !want.MatchString(text) {
			t.Errorf("page %d: got %s, want %v at its foot", i+1, text, want)
		}
	}
}

func TestLongTableRepeatsItsHead(t *testing.T) {
	n, rows := 0, 0
	for _, text := range pages(t, render(t, sample())) {
		if strings.Contains(text, "Ransomware") {
			n++
			if !strings.Contains(text, "Titolare") {
				t.Errorf("got %s, want the table's head on each page it runs over", text)
			}
		}
		rows += strings.Count(text, "Ransomware")
	}
	if n < 2 || rows != 46 {
		t.Errorf("got %d rows on %d pages, want 46 on several", rows, n)
	}
}

func TestNoHeadingStandsAloneAtTheFootOfAPage(t *testing.T) {
	for lines := 34; lines < 46; lines++ {
		d := document.Document{ID: "doc", Created: time.Unix(0, 0)}
		for range lines {
			d.Blocks = append(d.Blocks, document.Paragraph{Text: "riga", Small: true})
		}
		d.Blocks = append(d.Blocks, document.Heading{Level: 2, Text: "Titolo"}, document.Paragraph{Text: "seguito"})
		for _, text := range pages(t, render(t, d)) {
			if strings.Contains(text, "Titolo") != strings.Contains(text, "seguito") {
				t.Fatalf("%d lines: got %s, want heading and text on one page", lines, text)
			}
		}
	}
}

func render(t *testing.T, d document.Document) document.Paper {
	t.Helper()
	p, err := document.PDF(d)
	if err != nil {
		t.Fatal(err)
	}
	if dir := os.Getenv("DOCUMENT_OUT"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, t.Name()+".pdf"), p.Bytes, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

func pages(t *testing.T, p document.Paper) []string {
	t.Helper()
	return strings.Split(strings.TrimSuffix(extract(t, p), "\f"), "\f")
}

// extract reads the text back with poppler.
func extract(t *testing.T, p document.Paper) string {
	t.Helper()
	if _, err := exec.LookPath("pdftotext"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("pdftotext not found, wanted in CI")
		}
		t.Skip("pdftotext not found, skipped")
	}
	cmd := exec.Command("pdftotext", "-layout", "-", "-")
	cmd.Stdin = bytes.NewReader(p.Bytes)
	var out, problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problems
	if err := cmd.Run(); err != nil || problems.Len() > 0 {
		t.Fatalf("got %v %s, want a PDF that poppler reads without complaint", err, problems.String())
	}
	return out.String()
}

func itoa(n int) string { return strconv.Itoa(n) }
