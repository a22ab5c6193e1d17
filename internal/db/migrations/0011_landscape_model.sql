-- +goose Up
ALTER TABLE element ADD COLUMN variant TEXT NOT NULL DEFAULT '';
ALTER TABLE element ADD COLUMN domain TEXT NOT NULL DEFAULT '';
ALTER TABLE element ADD COLUMN loss_eur_hour DOUBLE PRECISION;
ALTER TABLE element ADD COLUMN substitutability TEXT NOT NULL DEFAULT '';
ALTER TABLE element ADD COLUMN exit_plan BOOLEAN;
ALTER TABLE element ADD COLUMN properties TEXT NOT NULL DEFAULT '{}';
ALTER TABLE element ADD COLUMN original TEXT NOT NULL DEFAULT '';
ALTER TABLE element ADD COLUMN began_at BIGINT NOT NULL DEFAULT 0;
CREATE INDEX element_domain ON element (ended_at, domain, sort_name, id);

-- More kinds of agreement: a check cannot be changed in place on both engines, so the tables are made anew.
CREATE TABLE agreement_new (
    id TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    title_it TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('contract', 'sla', 'dpa', 'isa', 'iea', 'mou', 'nda', 'user-agreement')),
    party TEXT NOT NULL,
    from_day TEXT NOT NULL,
    until_day TEXT NOT NULL,
    properties TEXT NOT NULL,
    source TEXT NOT NULL,
    version BIGINT NOT NULL
);
INSERT INTO agreement_new (id, title, title_it, kind, party, from_day, until_day, properties, source, version)
SELECT id, title, title_it, kind, party, from_day, until_day, '{}', source, version FROM agreement;
CREATE TABLE agreement_cover_new (
    agreement TEXT NOT NULL REFERENCES agreement_new (id) ON DELETE CASCADE,
    element TEXT NOT NULL REFERENCES element (id),
    PRIMARY KEY (agreement, element)
);
INSERT INTO agreement_cover_new (agreement, element) SELECT agreement, element FROM agreement_cover;
DROP TABLE agreement_cover;
DROP TABLE agreement;
ALTER TABLE agreement_new RENAME TO agreement;
ALTER TABLE agreement_cover_new RENAME TO agreement_cover;
CREATE INDEX agreement_cover_element ON agreement_cover (element);

-- More kinds of connection, and ends that are connections themselves.
DROP VIEW element_need;
CREATE TABLE connection_new (
    id TEXT PRIMARY KEY,
    from_id TEXT NOT NULL REFERENCES element (id),
    to_id TEXT NOT NULL REFERENCES element (id),
    from_tie TEXT NOT NULL, -- the connection that is this end itself; from_id is its own first end then
    to_tie TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('uses', 'part-of', 'runs-on', 'flows-to', 'performed-by', 'supplied-by', 'answers-to', 'serves',
        'triggers', 'realizes', 'accesses', 'relates-to')),
    dependency TEXT NOT NULL CHECK (dependency IN ('forward', 'backward', 'none')),
    strength TEXT NOT NULL CHECK (strength IN ('hard', 'soft')),
    consumer TEXT NOT NULL, -- the two ends turned so that one needs the other; empty without a dependency
    provider TEXT NOT NULL,
    k_of_n BIGINT,
    protocol TEXT NOT NULL,
    data TEXT NOT NULL,
    encrypted BOOLEAN,
    authenticated BOOLEAN,
    logged BOOLEAN,
    owner_from TEXT NOT NULL,
    owner_to TEXT NOT NULL,
    agreement TEXT NOT NULL,
    phase TEXT NOT NULL CHECK (phase IN ('planned', 'establishing', 'live', 'discontinuing')),
    review_on TEXT NOT NULL,
    properties TEXT NOT NULL,
    original TEXT NOT NULL,
    source TEXT NOT NULL,
    external_id TEXT NOT NULL,
    by_hand TEXT NOT NULL,
    began_at BIGINT NOT NULL,
    ended_at BIGINT,
    version BIGINT NOT NULL
);
INSERT INTO connection_new (id, from_id, to_id, from_tie, to_tie, kind, dependency, strength, consumer, provider, k_of_n, protocol, data,
    encrypted, authenticated, owner_from, owner_to, agreement, phase, review_on, properties, original, source, external_id, by_hand,
    began_at, ended_at, version)
SELECT id, from_id, to_id, '', '', kind, dependency, strength, consumer, provider, k_of_n, protocol, data,
    encrypted, authenticated, owner_from, owner_to, agreement, phase, '', '{}', '', source, external_id, by_hand,
    0, ended_at, version FROM connection;
DROP TABLE connection;
ALTER TABLE connection_new RENAME TO connection;
CREATE INDEX connection_from ON connection (from_id, ended_at);
CREATE INDEX connection_to ON connection (to_id, ended_at);
CREATE INDEX connection_consumer ON connection (consumer, ended_at);
CREATE INDEX connection_provider ON connection (provider, ended_at);
CREATE INDEX connection_source ON connection (source, external_id);
CREATE VIEW element_need AS
SELECT id, consumer, provider, strength, k_of_n
FROM connection
WHERE consumer <> '' AND ended_at IS NULL AND phase IN ('live', 'discontinuing');

-- What elements, connections and agreements were before each change, so that the map of an earlier day can be drawn.
CREATE TABLE landscape_past (
    at BIGINT NOT NULL, -- instant of the change
    seq BIGINT NOT NULL, -- order within the instant
    kind TEXT NOT NULL CHECK (kind IN ('element', 'connection', 'agreement')),
    id TEXT NOT NULL,
    before TEXT NOT NULL, -- JSON; empty where it did not exist
    PRIMARY KEY (at, seq, kind, id)
);

-- A name for the present state of the map; everything computed from the map is kept under it.
CREATE TABLE landscape_revision (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    revision TEXT NOT NULL
);
INSERT INTO landscape_revision (id, revision) VALUES (1, 'empty');

-- +goose Down
DROP TABLE landscape_revision;
DROP TABLE landscape_past;
DROP INDEX element_domain;
ALTER TABLE element DROP COLUMN variant;
ALTER TABLE element DROP COLUMN domain;
ALTER TABLE element DROP COLUMN loss_eur_hour;
ALTER TABLE element DROP COLUMN substitutability;
ALTER TABLE element DROP COLUMN exit_plan;
ALTER TABLE element DROP COLUMN properties;
ALTER TABLE element DROP COLUMN original;
ALTER TABLE element DROP COLUMN began_at;
ALTER TABLE agreement DROP COLUMN properties;
ALTER TABLE connection DROP COLUMN from_tie;
ALTER TABLE connection DROP COLUMN to_tie;
ALTER TABLE connection DROP COLUMN logged;
ALTER TABLE connection DROP COLUMN review_on;
ALTER TABLE connection DROP COLUMN properties;
ALTER TABLE connection DROP COLUMN original;
ALTER TABLE connection DROP COLUMN began_at;
