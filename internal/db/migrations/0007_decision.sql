-- +goose Up
CREATE TABLE decision (
    id TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    title_it TEXT NOT NULL,
    about TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('accept-risk', 'fund', 'gate', 'exception', 'policy')),
    proposed_at BIGINT NOT NULL,
    deadline BIGINT NOT NULL,
    body TEXT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX decision_about ON decision (about, kind);
CREATE INDEX decision_deadline ON decision (deadline);

-- +goose Down
DROP TABLE decision;
