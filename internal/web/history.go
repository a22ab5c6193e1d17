package web

import (
	"strconv"
	"sync"

	"accordo.dev/internal/db"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/op"
	"accordo.dev/internal/record"
	"accordo.dev/internal/record/browse"
	"accordo.dev/internal/ref"
	"accordo.dev/internal/web/ui"
)

// history is what the record says about an item, the newest first; each line leads to its entry and proof.
func (s *Server) history(q *request, name ref.Ref) ([]ui.Entry, error) {
	page, err := op.Ask(q.Context(), s.Run, q.Actor, browse.OpList, record.Filter{Page: db.Page{Limit: 30}, Ref: string(name)})
	entries := make([]ui.Entry, 0, len(page.Items))
	for _, e := range page.Items {
		entries = append(entries, ui.Entry{
			When: e.At, Icon: "rec", Text: operationWords(q.Page, e.Operation), Sub: e.ActorName, Href: entryHref(e.Seq),
		})
	}
	return entries, err
}

func entryHref(seq int64) string { return "/record/" + strconv.FormatInt(seq, 10) }

// operationWords is the sentence of an operation; its name when it has none any more.
func operationWords(p ui.Page, name string) string {
	if i18n.Has("op." + name) {
		return p.T("op." + name)
	}
	return name
}

// recordRoot keeps the root hash of the record for its size, so that pages show it for the price of
// reading one number.
type recordRoot struct {
	sync.Mutex
	size int64
	root string
}

// of gives the root of the record as it is now.
func (c *recordRoot) of(q *request) (string, error) {
	var root string
	err := q.server.DB.View(q.Context(), db.System("pages"), func(r db.Reader) error {
		size, err := record.Size(q.Context(), r)
		if err != nil {
			return err
		}
		c.Lock()
		defer c.Unlock()
		if size != c.size || c.root == "" {
			hash, err := record.Root(q.Context(), r, size)
			if err != nil {
				return err
			}
			c.size, c.root = size, hash.String()
		}
		root = c.root
		return nil
	})
	return root, err
}
