package ui

// Word is a word of the dictionary on a page. A page holds the same one only once: its id is that of its explanation.
type Word struct {
	ID    string // of the term
	Text  string // as the page says it
	Other string // what the other side hears, or both sides for the board
	Href  string
}

func (w Word) id() string { return "term-" + w.ID }
