-- +goose Up
-- Statements of the board beside the headline appetite.
CREATE TABLE risk_statement (
    id TEXT PRIMARY KEY,
    from_day TEXT NOT NULL,
    until_day TEXT NOT NULL, -- empty: it goes on
    body TEXT NOT NULL -- JSON
);

-- How the statements in force stand, computed from the inputs with this hash.
CREATE TABLE risk_standing (
    inputs_hash TEXT PRIMARY KEY,
    at BIGINT NOT NULL,
    body TEXT NOT NULL -- JSON
);

CREATE TABLE risk_escalation (
    id TEXT PRIMARY KEY,
    statement TEXT NOT NULL,
    opened_at BIGINT NOT NULL,
    closed_at BIGINT,
    body TEXT NOT NULL -- JSON
);
CREATE UNIQUE INDEX risk_escalation_once ON risk_escalation (statement) WHERE closed_at IS NULL;

CREATE TABLE risk_acceptance (
    id TEXT PRIMARY KEY,
    about TEXT NOT NULL, -- escalation:… or risk:…
    accepted_at BIGINT NOT NULL,
    expires_on TEXT NOT NULL,
    body TEXT NOT NULL -- JSON
);
CREATE INDEX risk_acceptance_about ON risk_acceptance (about);

-- +goose Down
DROP TABLE risk_acceptance;
DROP TABLE risk_escalation;
DROP TABLE risk_standing;
DROP TABLE risk_statement;
