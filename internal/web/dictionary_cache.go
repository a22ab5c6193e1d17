package web

import (
	"context"
	"sync"
	"time"

	"accordo.dev/internal/db"
	"accordo.dev/internal/indicator/dictionary"
	"accordo.dev/internal/record"
)

// headlineCache keeps what was converted of the latest state of the record: the figures between the words of both
// sides, and what readers asked for.
type headlineCache struct {
	sync.Mutex
	size  int64
	at    time.Time
	kept  map[string]dictionary.Conversion
	asked map[dictionary.ConvertIn]dictionary.Conversion
}

// mostAsked is how many answers are kept.
const mostAsked = 256

// renew forgets what is kept when something was recorded, or some minutes have gone.
func (c *headlineCache) renew(ctx context.Context, r db.Reader) error {
	size, err := record.Size(ctx, r)
	if err != nil {
		return err
	}
	c.Lock()
	defer c.Unlock()
	if c.asked == nil || c.size != size || r.Now().Sub(c.at) >= fresh || r.Now().Before(c.at) {
		c.size, c.at, c.kept, c.asked = size, r.Now(), nil, map[dictionary.ConvertIn]dictionary.Conversion{}
	}
	return nil
}

// headlines are the figures between the words of both sides.
func (c *headlineCache) headlines(ctx context.Context, r db.Reader, in struct{}) (map[string]dictionary.Conversion, error) {
	if err := c.renew(ctx, r); err != nil {
		return nil, err
	}
	c.Lock()
	defer c.Unlock()
	if c.kept == nil {
		made, err := dictionary.Headlines(ctx, r, in)
		if err != nil {
			return nil, err
		}
		c.kept = made
	}
	return c.kept, nil
}

// convert is what a reader asked for; what is refused is not kept.
func (c *headlineCache) convert(ctx context.Context, r db.Reader, in dictionary.ConvertIn) (dictionary.Conversion, error) {
	if err := c.renew(ctx, r); err != nil {
		return dictionary.Conversion{}, err
	}
	c.Lock()
	made, there := c.asked[in]
	size := c.size
	c.Unlock()
	if there {
		return made, nil
	}
	made, err := dictionary.Convert(ctx, r, in)
	c.Lock()
	defer c.Unlock()
	if err == nil && c.size == size {
		if len(c.asked) >= mostAsked {
			clear(c.asked)
		}
		c.asked[in] = made
	}
	return made, err
}
