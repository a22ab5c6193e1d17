-- +goose Up
CREATE TABLE decision_new (
    id TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    title_it TEXT NOT NULL,
    about TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('accept-risk', 'fund', 'gate', 'exception', 'policy', 'change', 'other')),
    proposed_at BIGINT NOT NULL,
    deadline BIGINT NOT NULL,
    stage TEXT NOT NULL,
    up_at BIGINT NOT NULL,
    higher_at BIGINT NOT NULL,
    until_at BIGINT NOT NULL,
    decided_at BIGINT NOT NULL,
    money DOUBLE PRECISION NOT NULL,
    noted TEXT NOT NULL,
    body TEXT NOT NULL,
    version BIGINT NOT NULL
);
INSERT INTO decision_new (id, title, title_it, about, kind, proposed_at, deadline, stage, up_at, higher_at, until_at, decided_at, money, noted, body, version)
    SELECT id, title, title_it, about, kind, proposed_at, deadline, '', 0, 0, 0, 0, -1, '', body, version FROM decision;
DROP TABLE decision;
ALTER TABLE decision_new RENAME TO decision;
CREATE INDEX decision_about ON decision (about, kind);
CREATE INDEX decision_deadline ON decision (deadline, id);
CREATE INDEX decision_proposed ON decision (proposed_at, id);
CREATE INDEX decision_stage ON decision (stage, proposed_at);
CREATE INDEX decision_money ON decision (money, id);

CREATE TABLE decision_delegation (
    id TEXT PRIMARY KEY,
    office TEXT NOT NULL CHECK (office IN ('cio', 'ciso')),
    from_person TEXT NOT NULL,
    to_person TEXT NOT NULL,
    first_day TEXT NOT NULL,
    last_day TEXT NOT NULL,
    reason TEXT NOT NULL,
    revoked_at BIGINT
);

-- +goose Down
DROP TABLE decision_delegation;
CREATE TABLE decision_old (
    id TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    title_it TEXT NOT NULL,
    about TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('accept-risk', 'fund', 'gate', 'exception', 'policy')),
    proposed_at BIGINT NOT NULL,
    deadline BIGINT NOT NULL,
    body TEXT NOT NULL,
    version BIGINT NOT NULL
);
INSERT INTO decision_old (id, title, title_it, about, kind, proposed_at, deadline, body, version)
    SELECT id, title, title_it, about, CASE WHEN kind IN ('change', 'other') THEN 'policy' ELSE kind END, proposed_at, deadline, body, version FROM decision;
DROP TABLE decision;
ALTER TABLE decision_old RENAME TO decision;
CREATE INDEX decision_about ON decision (about, kind);
CREATE INDEX decision_deadline ON decision (deadline);
