-- +goose Up
-- What people declare of how offices work, where nothing else can tell.
CREATE TABLE governance_fact (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    day TEXT NOT NULL,
    body TEXT NOT NULL -- JSON
);
CREATE INDEX governance_fact_day ON governance_fact (day, id);

-- +goose Down
DROP TABLE governance_fact;
