-- +goose Up
-- Proposals of evidence that somebody did not follow.
CREATE TABLE risk_dismissal (
    id TEXT PRIMARY KEY,
    body TEXT NOT NULL -- JSON
);

-- +goose Down
DROP TABLE risk_dismissal;
