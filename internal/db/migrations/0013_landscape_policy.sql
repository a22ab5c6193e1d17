-- +goose Up
-- Integration policies: one row a version; the highest version is the one in force.
CREATE TABLE landscape_policy (
    id TEXT NOT NULL,
    version BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    body TEXT NOT NULL, -- JSON
    PRIMARY KEY (id, version)
);

-- Exceptions from policies. Whether one is in force, the decision about it says.
CREATE TABLE landscape_exception (
    id TEXT PRIMARY KEY,
    policy TEXT NOT NULL,
    subject TEXT NOT NULL, -- element:… or connection:…
    until_day TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    body TEXT NOT NULL -- JSON
);
CREATE INDEX landscape_exception_policy ON landscape_exception (policy, subject);

-- +goose Down
DROP TABLE landscape_exception;
DROP TABLE landscape_policy;
