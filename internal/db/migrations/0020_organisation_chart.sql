-- +goose Up
-- More offices: a check cannot be changed in place on both engines, so the table is made anew.
CREATE TABLE office_holding_new (
    id TEXT PRIMARY KEY,
    office TEXT NOT NULL CHECK (office IN ('board', 'ceo', 'coo', 'cio', 'ciso', 'cto', 'cdo', 'cro', 'ict-risk-control', 'internal-audit', 'compliance',
        'dpo', 'ot-security', 'third-party-risk', 'nis-contact', 'nis-contact-substitute', 'csirt-contact', 'cyber-referent', 'rtd',
        'steering-chair', 'business-owner', 'it-staff', 'security-staff', 'risk-staff', 'board-secretary', 'administrator')),
    person_id TEXT NOT NULL REFERENCES person (id),
    from_day TEXT NOT NULL,
    until_day TEXT,
    CHECK (until_day IS NULL OR until_day > from_day)
);
INSERT INTO office_holding_new (id, office, person_id, from_day, until_day)
SELECT id, office, person_id, from_day, until_day FROM office_holding;
DROP TABLE office_holding;
ALTER TABLE office_holding_new RENAME TO office_holding;
CREATE INDEX office_holding_person ON office_holding (person_id, from_day);
CREATE INDEX office_holding_office ON office_holding (office, from_day);
CREATE UNIQUE INDEX office_holding_one ON office_holding (office)
    WHERE until_day IS NULL AND office IN ('cio', 'ciso', 'cto', 'cdo', 'cro', 'ceo', 'dpo', 'nis-contact', 'csirt-contact', 'cyber-referent', 'rtd',
        'steering-chair');

-- Units of the organisation, and lines of people beside the one to their superior.
CREATE TABLE unit (
    name TEXT PRIMARY KEY,
    name_it TEXT NOT NULL,
    parent TEXT NOT NULL,
    defence TEXT NOT NULL CHECK (defence IN ('', 'first', 'second', 'third', 'none')),
    duty TEXT NOT NULL CHECK (duty IN ('', 'it', 'security', 'risk', 'compliance', 'audit', 'business', 'support', 'board'))
);
INSERT INTO unit (name, name_it, parent, defence, duty)
SELECT DISTINCT unit, '', '', '', '' FROM person WHERE ended_at IS NULL AND unit <> '';
ALTER TABLE person ADD COLUMN functional_to TEXT NOT NULL DEFAULT '[]';

-- +goose Down
ALTER TABLE person DROP COLUMN functional_to;
DROP TABLE unit;
CREATE TABLE office_holding_new (
    id TEXT PRIMARY KEY,
    office TEXT NOT NULL CHECK (office IN ('board', 'ceo', 'coo', 'cio', 'ciso', 'cro', 'ict-risk-control', 'internal-audit', 'compliance',
        'dpo', 'business-owner', 'it-staff', 'security-staff', 'risk-staff', 'board-secretary', 'administrator')),
    person_id TEXT NOT NULL REFERENCES person (id),
    from_day TEXT NOT NULL,
    until_day TEXT,
    CHECK (until_day IS NULL OR until_day > from_day)
);
INSERT INTO office_holding_new (id, office, person_id, from_day, until_day)
SELECT id, office, person_id, from_day, until_day FROM office_holding
WHERE office IN ('board', 'ceo', 'coo', 'cio', 'ciso', 'cro', 'ict-risk-control', 'internal-audit', 'compliance',
        'dpo', 'business-owner', 'it-staff', 'security-staff', 'risk-staff', 'board-secretary', 'administrator');
DROP TABLE office_holding;
ALTER TABLE office_holding_new RENAME TO office_holding;
CREATE INDEX office_holding_person ON office_holding (person_id, from_day);
CREATE INDEX office_holding_office ON office_holding (office, from_day);
CREATE UNIQUE INDEX office_holding_one ON office_holding (office)
    WHERE until_day IS NULL AND office IN ('cio', 'ciso', 'cro', 'ceo', 'dpo');
