-- +goose Up
ALTER TABLE exposure ADD COLUMN search TEXT NOT NULL DEFAULT '';
UPDATE exposure SET search = LOWER(vulnerability || ' ' || package || ' ' || asset);
CREATE INDEX exposure_search ON exposure (search, open, severity, id);

-- +goose Down
DROP INDEX exposure_search;
ALTER TABLE exposure DROP COLUMN search;
