-- +goose Up
CREATE TABLE evidence_counter (
    name TEXT PRIMARY KEY,
    value BIGINT NOT NULL
);
INSERT INTO evidence_counter (name, value) VALUES ('exposure', 0), ('scan', 0), ('scan_scope', 0);

CREATE TABLE evidence_file (
    id TEXT PRIMARY KEY,
    sha256 TEXT NOT NULL,
    name TEXT NOT NULL,
    format TEXT NOT NULL CHECK (format IN ('trivy', 'kev', 'servicenow', 'availability-csv', 'prometheus')),
    size BIGINT NOT NULL,
    loaded_at BIGINT NOT NULL,
    loaded_by TEXT NOT NULL,
    importer TEXT NOT NULL,
    scope TEXT NOT NULL,
    taken_at BIGINT NOT NULL,
    declared_complete BOOLEAN NOT NULL,
    complete BOOLEAN NOT NULL,
    incomplete TEXT NOT NULL,
    options TEXT NOT NULL,
    counts TEXT NOT NULL,
    warnings TEXT NOT NULL
);
CREATE INDEX evidence_file_loaded ON evidence_file (loaded_at, id);

CREATE TABLE scan_scope (
    id INTEGER PRIMARY KEY,
    scanner TEXT NOT NULL,
    name TEXT NOT NULL,
    UNIQUE (scanner, name)
);

CREATE TABLE scan (
    id INTEGER PRIMARY KEY,
    scope_id INTEGER NOT NULL REFERENCES scan_scope (id),
    file_id TEXT NOT NULL REFERENCES evidence_file (id),
    taken_at BIGINT NOT NULL,
    tie BIGINT NOT NULL,
    complete BOOLEAN NOT NULL,
    assets TEXT NOT NULL,
    observations BIGINT NOT NULL
);
CREATE INDEX scan_order ON scan (scope_id, taken_at, tie);

CREATE TABLE observation (
    scan_id INTEGER NOT NULL REFERENCES scan (id),
    first_id INTEGER NOT NULL,
    last_id INTEGER NOT NULL,
    data BYTEA NOT NULL,
    PRIMARY KEY (scan_id, first_id)
);

CREATE TABLE exposure (
    id INTEGER PRIMARY KEY,
    key BYTEA NOT NULL UNIQUE,
    asset TEXT NOT NULL,
    element_id TEXT NOT NULL,
    vulnerability TEXT NOT NULL,
    package TEXT NOT NULL,
    location TEXT NOT NULL,
    installed TEXT NOT NULL,
    fixed TEXT NOT NULL,
    status TEXT NOT NULL,
    severity INTEGER NOT NULL CHECK (severity BETWEEN 0 AND 4),
    title TEXT NOT NULL,
    url TEXT NOT NULL,
    published_at BIGINT,
    words BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    seen_tie BIGINT NOT NULL,
    first_at BIGINT NOT NULL,
    opened_at BIGINT NOT NULL,
    closed_at BIGINT,
    open BOOLEAN NOT NULL
);
CREATE INDEX exposure_element ON exposure (element_id, open, severity);
CREATE INDEX exposure_severity ON exposure (severity, id);
CREATE INDEX exposure_asset ON exposure (asset, id);
CREATE INDEX exposure_opened ON exposure (opened_at, id);
CREATE INDEX exposure_vulnerability ON exposure (vulnerability);

CREATE TABLE exposure_interval (
    exposure_id INTEGER NOT NULL,
    scope_id INTEGER NOT NULL,
    opened_at BIGINT NOT NULL,
    closed_at BIGINT,
    close_reason TEXT NOT NULL CHECK (close_reason IN ('', 'fixed', 'asset-gone')),
    delayed BOOLEAN NOT NULL,
    PRIMARY KEY (exposure_id, scope_id, opened_at)
);
CREATE INDEX exposure_interval_open ON exposure_interval (scope_id, exposure_id) WHERE closed_at IS NULL;

CREATE TABLE exposure_count (
    element_id TEXT NOT NULL,
    severity INTEGER NOT NULL,
    open BOOLEAN NOT NULL,
    exposures BIGINT NOT NULL,
    PRIMARY KEY (element_id, severity, open)
);

CREATE TABLE kev_catalogue (
    file_id TEXT PRIMARY KEY REFERENCES evidence_file (id),
    version TEXT NOT NULL,
    released_at BIGINT NOT NULL,
    entries BIGINT NOT NULL
);
CREATE INDEX kev_catalogue_released ON kev_catalogue (released_at);

CREATE TABLE kev_entry (
    file_id TEXT NOT NULL REFERENCES kev_catalogue (file_id),
    cve TEXT NOT NULL,
    added TEXT NOT NULL,
    due TEXT NOT NULL,
    vendor TEXT NOT NULL,
    product TEXT NOT NULL,
    name TEXT NOT NULL,
    ransomware BOOLEAN NOT NULL,
    record BIGINT NOT NULL,
    byte_offset BIGINT NOT NULL,
    PRIMARY KEY (file_id, cve)
);

CREATE TABLE incident (
    id TEXT PRIMARY KEY,
    file_id TEXT REFERENCES evidence_file (id),
    record BIGINT NOT NULL,
    byte_offset BIGINT NOT NULL,
    title TEXT NOT NULL,
    title_it TEXT NOT NULL,
    service TEXT NOT NULL,
    service_name TEXT NOT NULL,
    severity INTEGER CHECK (severity BETWEEN 1 AND 5),
    state TEXT NOT NULL,
    occurred_at BIGINT,
    detected_at BIGINT,
    acknowledged_at BIGINT,
    aware_at BIGINT,
    evidence_at BIGINT,
    classified_at BIGINT,
    contained_at BIGINT,
    restored_at BIGINT,
    mbco_reached_at BIGINT,
    resolved_at BIGINT,
    root_cause_fixed_at BIGINT,
    notify TEXT NOT NULL CHECK (notify IN ('', 'none-due', 'in-time', 'late', 'missing')),
    users_share DOUBLE PRECISION,
    cause TEXT NOT NULL,
    loss_cents BIGINT,
    minutes_lost DOUBLE PRECISION,
    updated_at BIGINT NOT NULL,
    tie BIGINT NOT NULL,
    doubts TEXT NOT NULL
);
CREATE INDEX incident_service ON incident (service, detected_at);

CREATE TABLE availability_interval (
    file_id TEXT NOT NULL REFERENCES evidence_file (id),
    name TEXT NOT NULL,
    element_id TEXT NOT NULL,
    from_at BIGINT NOT NULL,
    until_at BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('up', 'down', 'planned', 'unknown')),
    share DOUBLE PRECISION,
    record BIGINT NOT NULL,
    byte_offset BIGINT NOT NULL,
    PRIMARY KEY (name, element_id, from_at)
);
CREATE INDEX availability_element ON availability_interval (element_id, from_at);

CREATE TABLE availability_month (
    element_id TEXT NOT NULL,
    month TEXT NOT NULL,
    up_minutes DOUBLE PRECISION NOT NULL,
    down_minutes DOUBLE PRECISION NOT NULL,
    planned_minutes DOUBLE PRECISION NOT NULL,
    unknown_minutes DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (element_id, month)
);

CREATE TABLE recovery_test (
    id TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    title_it TEXT NOT NULL,
    service TEXT NOT NULL,
    day TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('full-failover', 'restore-test', 'tabletop', 'real')),
    time_min BIGINT,
    data_loss_min BIGINT,
    recovered BOOLEAN NOT NULL,
    rto_min BIGINT,
    rpo_min BIGINT,
    mtpd_min BIGINT,
    mtdl_min BIGINT
);
CREATE INDEX recovery_test_service ON recovery_test (service, day);

CREATE TABLE response_target (
    severity INTEGER PRIMARY KEY CHECK (severity BETWEEN 1 AND 5),
    detect_min BIGINT,
    ack_min BIGINT,
    contain_min BIGINT
);

CREATE TABLE patch_sla (
    tier INTEGER PRIMARY KEY CHECK (tier BETWEEN 1 AND 4),
    days BIGINT NOT NULL,
    weight DOUBLE PRECISION NOT NULL
);

-- +goose Down
DROP TABLE patch_sla;
DROP TABLE response_target;
DROP TABLE recovery_test;
DROP TABLE availability_month;
DROP TABLE availability_interval;
DROP TABLE incident;
DROP TABLE kev_entry;
DROP TABLE kev_catalogue;
DROP TABLE exposure_count;
DROP TABLE exposure_interval;
DROP TABLE exposure;
DROP TABLE observation;
DROP TABLE scan;
DROP TABLE scan_scope;
DROP TABLE evidence_file;
DROP TABLE evidence_counter;
