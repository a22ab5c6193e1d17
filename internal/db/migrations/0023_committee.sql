-- +goose Up
CREATE TABLE committee (
    id TEXT PRIMARY KEY,
    body TEXT NOT NULL, -- JSON
    version BIGINT NOT NULL
);

CREATE TABLE committee_sitting (
    id TEXT PRIMARY KEY,
    committee TEXT NOT NULL,
    start_at BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('planned', 'called', 'open', 'closed', 'approved', 'cancelled')),
    body TEXT NOT NULL, -- JSON
    version BIGINT NOT NULL
);
CREATE INDEX committee_sitting_start ON committee_sitting (start_at, id);

CREATE TABLE committee_action (
    id TEXT PRIMARY KEY,
    sitting TEXT NOT NULL,
    owner TEXT NOT NULL,
    due TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'done', 'dropped')),
    body TEXT NOT NULL, -- JSON
    version BIGINT NOT NULL
);
CREATE INDEX committee_action_sitting ON committee_action (sitting);
CREATE INDEX committee_action_due ON committee_action (due, id);

-- +goose Down
DROP TABLE committee_action;
DROP TABLE committee_sitting;
DROP TABLE committee;
