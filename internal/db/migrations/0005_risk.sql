-- +goose Up
CREATE TABLE risk_scenario (
    id TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    title_it TEXT NOT NULL,
    asset TEXT NOT NULL,
    owner_it TEXT NOT NULL,
    owner_security TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('open', 'treated', 'closed')),
    treatment TEXT NOT NULL CHECK (treatment IN ('reduce', 'accept', 'transfer', 'avoid')),
    body TEXT NOT NULL,
    version BIGINT NOT NULL
);

CREATE TABLE risk_appetite (
    set_on TEXT PRIMARY KEY,
    body TEXT NOT NULL
);

CREATE TABLE risk_simulation (
    inputs_hash TEXT PRIMARY KEY,
    at BIGINT NOT NULL,
    result TEXT NOT NULL
);
CREATE INDEX risk_simulation_at ON risk_simulation (at);

-- +goose Down
DROP TABLE risk_simulation;
DROP TABLE risk_appetite;
DROP TABLE risk_scenario;
