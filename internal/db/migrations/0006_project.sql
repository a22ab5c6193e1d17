-- +goose Up
CREATE TABLE project (
    id TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    title_it TEXT NOT NULL,
    owner TEXT NOT NULL,
    security_partner TEXT NOT NULL,
    digital BOOLEAN NOT NULL,
    in_scope BOOLEAN NOT NULL,
    stage TEXT NOT NULL CHECK (stage IN ('idea', 'design', 'build', 'run', 'closed', 'cancelled')),
    cost_cents BIGINT,
    design_gate_due TEXT NOT NULL,
    design_exit TEXT NOT NULL,
    exit_kind TEXT NOT NULL CHECK (exit_kind IN ('', 'gate-passed', 'build-started', 'gate-skipped')),
    validation TEXT NOT NULL CHECK (validation IN ('none', 'approved', 'approved-with-conditions', 'rejected')),
    validation_on TEXT NOT NULL,
    conditions_open BIGINT NOT NULL,
    exempted_by TEXT NOT NULL,
    elements TEXT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX project_design_exit ON project (design_exit);

-- +goose Down
DROP TABLE project;
