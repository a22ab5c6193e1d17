-- +goose Up
-- Estimates: one row a number; the highest number is the estimate in force, the others are how it moved.
CREATE TABLE risk_estimate (
    scenario TEXT NOT NULL,
    number BIGINT NOT NULL,
    at BIGINT NOT NULL,
    body TEXT NOT NULL, -- the scenario as JSON
    PRIMARY KEY (scenario, number)
);
INSERT INTO risk_estimate (scenario, number, at, body) SELECT id, 1, 0, body FROM risk_scenario;

-- Common causes and insurance of the yearly loss of some scenarios together.
CREATE TABLE risk_cause (
    id TEXT PRIMARY KEY,
    body TEXT NOT NULL -- JSON
);
CREATE TABLE risk_cover (
    id TEXT PRIMARY KEY,
    body TEXT NOT NULL -- JSON
);

-- What happened, in the unit of an estimate; intervals stated before are held against it.
CREATE TABLE risk_observation (
    id TEXT PRIMARY KEY,
    scenario TEXT NOT NULL,
    day TEXT NOT NULL,
    body TEXT NOT NULL -- JSON
);
CREATE INDEX risk_observation_scenario ON risk_observation (scenario, day);

ALTER TABLE risk_scenario ADD COLUMN category TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE risk_scenario DROP COLUMN category;
DROP TABLE risk_observation;
DROP TABLE risk_cover;
DROP TABLE risk_cause;
DROP TABLE risk_estimate;
