package db

import "context"

// Unmigrate takes the schema back to nothing.
func (d *DB) Unmigrate(ctx context.Context) error {
	provider, err := d.provider()
	if err != nil {
		return err
	}
	_, err = provider.DownTo(ctx, 0)
	return err
}
