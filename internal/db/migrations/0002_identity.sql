-- +goose Up
CREATE TABLE person (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    email TEXT UNIQUE,
    unit TEXT NOT NULL,
    reports_to TEXT NOT NULL,
    language TEXT NOT NULL CHECK (language IN ('en', 'it')),
    created_at BIGINT NOT NULL,
    ended_at BIGINT,
    password_hash TEXT NOT NULL DEFAULT '',
    password_set_at BIGINT,
    password_set_by TEXT NOT NULL DEFAULT '',
    signed_in_at BIGINT,
    epoch BIGINT NOT NULL DEFAULT 1
);

CREATE TABLE office_holding (
    id TEXT PRIMARY KEY,
    office TEXT NOT NULL CHECK (office IN ('board', 'ceo', 'coo', 'cio', 'ciso', 'cro', 'ict-risk-control', 'internal-audit', 'compliance',
        'dpo', 'business-owner', 'it-staff', 'security-staff', 'risk-staff', 'board-secretary', 'administrator')),
    person_id TEXT NOT NULL REFERENCES person (id),
    from_day TEXT NOT NULL,
    until_day TEXT,
    CHECK (until_day IS NULL OR until_day > from_day)
);
CREATE INDEX office_holding_person ON office_holding (person_id, from_day);
CREATE INDEX office_holding_office ON office_holding (office, from_day);
CREATE UNIQUE INDEX office_holding_one ON office_holding (office)
    WHERE until_day IS NULL AND office IN ('cio', 'ciso', 'cro', 'ceo', 'dpo');

CREATE TABLE web_session (
    token_hash TEXT PRIMARY KEY,
    data BYTEA NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX web_session_expiry ON web_session (expires_at);

CREATE TABLE passkey (
    id TEXT PRIMARY KEY,
    person_id TEXT NOT NULL REFERENCES person (id),
    name TEXT NOT NULL,
    credential_id TEXT NOT NULL UNIQUE,
    credential TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX passkey_person ON passkey (person_id);

CREATE TABLE api_token (
    id TEXT PRIMARY KEY,
    person_id TEXT NOT NULL REFERENCES person (id),
    name TEXT NOT NULL,
    hash TEXT NOT NULL UNIQUE,
    scopes TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    revoked_at BIGINT
);
CREATE INDEX api_token_person ON api_token (person_id);

CREATE TABLE one_time_link (
    hash TEXT PRIMARY KEY,
    person_id TEXT REFERENCES person (id),
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);

CREATE TABLE signing_key (
    id TEXT PRIMARY KEY,
    person_id TEXT NOT NULL REFERENCES person (id),
    pkcs12 BYTEA NOT NULL,
    subject TEXT NOT NULL,
    issuer TEXT NOT NULL,
    serial TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    not_before BIGINT NOT NULL,
    not_after BIGINT NOT NULL,
    added_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX signing_key_person ON signing_key (person_id);

-- +goose Down
DROP TABLE signing_key;
DROP TABLE one_time_link;
DROP TABLE api_token;
DROP TABLE passkey;
DROP TABLE web_session;
DROP TABLE office_holding;
DROP TABLE person;
