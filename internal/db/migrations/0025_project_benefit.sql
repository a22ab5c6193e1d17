-- +goose Up
-- What a week of the project in use is worth, as its owner says it; NULL: nobody said.
ALTER TABLE project ADD COLUMN benefit_cents_week BIGINT;

-- +goose Down
ALTER TABLE project DROP COLUMN benefit_cents_week;
