-- +goose Up
-- Responsibility assignment matrices: who does, answers for, is asked, is told, holds a key.
CREATE TABLE raci_matrix (
    id TEXT PRIMARY KEY,
    process TEXT NOT NULL,
    body TEXT NOT NULL, -- JSON
    version BIGINT NOT NULL
);

-- What a matrix was before each change, so that the last one can be undone. No matrix: it did not exist.
CREATE TABLE raci_before (
    matrix_id TEXT NOT NULL,
    step BIGINT NOT NULL,
    at BIGINT NOT NULL,
    by_ref TEXT NOT NULL,
    operation TEXT NOT NULL,
    body TEXT NOT NULL, -- JSON, or empty
    PRIMARY KEY (matrix_id, step)
);

-- +goose Down
DROP TABLE raci_before;
DROP TABLE raci_matrix;
