-- +goose Up
CREATE TABLE budget_fund (
    year BIGINT PRIMARY KEY,
    body TEXT NOT NULL
);

CREATE TABLE budget_measure (
    id TEXT PRIMARY KEY,
    body TEXT NOT NULL,
    version BIGINT NOT NULL
);

-- +goose Down
DROP TABLE budget_measure;
DROP TABLE budget_fund;
