-- +goose Up
CREATE TABLE report (
    id TEXT PRIMARY KEY,
    period TEXT NOT NULL,
    as_of BIGINT NOT NULL,
    snapshot_sha256 TEXT NOT NULL,
    record_seq BIGINT NOT NULL,
    frozen_by TEXT NOT NULL,
    sealed_at BIGINT,
    withdrawn_at BIGINT,
    withdrawn_by TEXT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX report_period ON report (period);
CREATE TABLE report_file (
    report_id TEXT NOT NULL REFERENCES report (id),
    lang TEXT NOT NULL CHECK (lang IN ('en', 'it')),
    frozen_sha256 TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    manifest_sha256 TEXT NOT NULL,
    size BIGINT NOT NULL,
    pages BIGINT NOT NULL,
    slots TEXT NOT NULL,
    PRIMARY KEY (report_id, lang)
);
CREATE TABLE report_signature (
    report_id TEXT NOT NULL REFERENCES report (id),
    office TEXT NOT NULL CHECK (office IN ('cio', 'ciso')),
    person TEXT NOT NULL,
    name TEXT NOT NULL,
    at BIGINT NOT NULL,
    level TEXT NOT NULL,
    subject TEXT NOT NULL,
    issuer TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    PRIMARY KEY (report_id, office),
    UNIQUE (report_id, person)
);

-- +goose Down
DROP TABLE report_signature;
DROP TABLE report_file;
DROP TABLE report;
