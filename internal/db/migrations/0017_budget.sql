-- +goose Up
-- Measures became initiatives: costs by year, effects on scenarios, value; what was paid and what was planned.
ALTER TABLE budget_measure RENAME TO budget_initiative;

UPDATE item SET ref = 'initiative:' || SUBSTR(ref, 9), kind = 'initiative' WHERE kind = 'measure';

CREATE TABLE budget_payment (
    id TEXT PRIMARY KEY,
    initiative TEXT NOT NULL,
    day TEXT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX budget_payment_initiative ON budget_payment (initiative);

CREATE TABLE budget_plan (
    id TEXT PRIMARY KEY,
    body TEXT NOT NULL,
    version BIGINT NOT NULL
);

-- +goose Down
DROP TABLE budget_plan;
DROP TABLE budget_payment;
UPDATE item SET ref = 'measure:' || SUBSTR(ref, 12), kind = 'measure' WHERE kind = 'initiative';
ALTER TABLE budget_initiative RENAME TO budget_measure;
