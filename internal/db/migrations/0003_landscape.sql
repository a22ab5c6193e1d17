-- +goose Up
CREATE TABLE element (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('service', 'process', 'system', 'device-fleet', 'ot-asset', 'interface', 'data-set', 'team',
        'person', 'initiative', 'partner', 'supplier', 'authority', 'customer-group', 'site', 'unknown')),
    name TEXT NOT NULL,
    name_it TEXT NOT NULL,
    sort_name TEXT NOT NULL,
    search TEXT NOT NULL,
    description TEXT NOT NULL,
    layer TEXT NOT NULL,
    outside BOOLEAN NOT NULL,
    criticality BIGINT CHECK (criticality BETWEEN 1 AND 4),
    owner TEXT NOT NULL,
    security_owner TEXT NOT NULL,
    rto_min BIGINT,
    rpo_min BIGINT,
    mtpd_min BIGINT,
    mtdl_min BIGINT,
    slo DOUBLE PRECISION,
    bia_weight DOUBLE PRECISION,
    monitored BOOLEAN NOT NULL,
    confidentiality BIGINT CHECK (confidentiality BETWEEN 1 AND 4),
    integrity BIGINT CHECK (integrity BETWEEN 1 AND 4),
    availability BIGINT CHECK (availability BETWEEN 1 AND 4),
    lifecycle TEXT NOT NULL CHECK (lifecycle IN ('', 'planned', 'live', 'retiring', 'retired')),
    end_of_life TEXT NOT NULL,
    cost_eur_year DOUBLE PRECISION,
    tags TEXT NOT NULL,
    aliases TEXT NOT NULL,
    source TEXT NOT NULL,
    external_id TEXT NOT NULL,
    by_hand TEXT NOT NULL,
    ended_at BIGINT,
    version BIGINT NOT NULL
);
CREATE INDEX element_name ON element (ended_at, sort_name, id);
CREATE INDEX element_kind ON element (kind, ended_at, sort_name, id);
CREATE INDEX element_criticality ON element (ended_at, COALESCE(criticality, 9), id);
CREATE INDEX element_rto ON element (ended_at, COALESCE(rto_min, 99999999), id);
CREATE INDEX element_facts ON element (ended_at, outside, kind, owner, rto_min, criticality);
CREATE INDEX element_search ON element (ended_at, search);
CREATE INDEX element_source ON element (source, external_id);

CREATE TABLE agreement (
    id TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    title_it TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('contract', 'sla', 'dpa', 'isa')),
    party TEXT NOT NULL,
    from_day TEXT NOT NULL,
    until_day TEXT NOT NULL,
    source TEXT NOT NULL,
    version BIGINT NOT NULL
);

CREATE TABLE agreement_cover (
    agreement TEXT NOT NULL REFERENCES agreement (id) ON DELETE CASCADE,
    element TEXT NOT NULL REFERENCES element (id),
    PRIMARY KEY (agreement, element)
);
CREATE INDEX agreement_cover_element ON agreement_cover (element);

CREATE TABLE connection (
    id TEXT PRIMARY KEY,
    from_id TEXT NOT NULL REFERENCES element (id),
    to_id TEXT NOT NULL REFERENCES element (id),
    kind TEXT NOT NULL CHECK (kind IN ('uses', 'part-of', 'runs-on', 'flows-to', 'performed-by', 'supplied-by', 'answers-to', 'serves')),
    dependency TEXT NOT NULL CHECK (dependency IN ('forward', 'backward', 'none')),
    strength TEXT NOT NULL CHECK (strength IN ('hard', 'soft')),
    consumer TEXT NOT NULL, -- the two ends turned so that one needs the other; empty without a dependency
    provider TEXT NOT NULL,
    k_of_n BIGINT,
    protocol TEXT NOT NULL,
    data TEXT NOT NULL,
    encrypted BOOLEAN,
    authenticated BOOLEAN,
    owner_from TEXT NOT NULL,
    owner_to TEXT NOT NULL,
    agreement TEXT NOT NULL,
    phase TEXT NOT NULL CHECK (phase IN ('planned', 'establishing', 'live', 'discontinuing')),
    source TEXT NOT NULL,
    external_id TEXT NOT NULL,
    by_hand TEXT NOT NULL,
    ended_at BIGINT,
    version BIGINT NOT NULL
);
CREATE INDEX connection_from ON connection (from_id, ended_at);
CREATE INDEX connection_to ON connection (to_id, ended_at);
CREATE INDEX connection_consumer ON connection (consumer, ended_at);
CREATE INDEX connection_provider ON connection (provider, ended_at);
CREATE INDEX connection_source ON connection (source, external_id);

-- What needs what: each connection that carries a dependency now.
CREATE VIEW element_need AS
SELECT id, consumer, provider, strength, k_of_n
FROM connection
WHERE consumer <> '' AND ended_at IS NULL AND phase IN ('live', 'discontinuing');

-- +goose Down
DROP VIEW element_need;
DROP TABLE connection;
DROP TABLE agreement_cover;
DROP TABLE agreement;
DROP TABLE element;
