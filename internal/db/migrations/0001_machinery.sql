-- +goose Up
CREATE TABLE setting (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE record_entry (
    seq BIGINT PRIMARY KEY,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    operation TEXT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX record_entry_at ON record_entry (at);

CREATE TABLE record_ref (
    ref TEXT NOT NULL,
    seq BIGINT NOT NULL REFERENCES record_entry (seq),
    PRIMARY KEY (ref, seq)
);

CREATE TABLE record_hash (
    idx BIGINT PRIMARY KEY,
    hash BYTEA NOT NULL
);

CREATE TABLE record_head (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    size BIGINT NOT NULL
);
INSERT INTO record_head (id, size) VALUES (1, 0);

CREATE TABLE item (
    ref TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    title_it TEXT NOT NULL,
    area TEXT NOT NULL,
    search TEXT NOT NULL
);
CREATE INDEX item_kind ON item (kind, title);

-- +goose Down
DROP TABLE item;
DROP TABLE record_head;
DROP TABLE record_hash;
DROP TABLE record_ref;
DROP TABLE record_entry;
DROP TABLE setting;
