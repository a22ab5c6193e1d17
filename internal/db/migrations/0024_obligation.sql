-- +goose Up
-- What bodies and offices must do again and again, what they did, and the friction between the two offices.

-- Obligations of the organisation's own; those of law are shipped with the program.
CREATE TABLE obligation_own (
    id TEXT PRIMARY KEY,
    body TEXT NOT NULL -- JSON
);

-- How the organisation applies an obligation: its own interval, or why it does not apply.
CREATE TABLE obligation_setting (
    id TEXT PRIMARY KEY, -- of the obligation
    body TEXT NOT NULL -- JSON
);

-- One time that an obligation was met.
CREATE TABLE obligation_act (
    id TEXT PRIMARY KEY,
    obligation TEXT NOT NULL,
    day TEXT NOT NULL,
    body TEXT NOT NULL -- JSON
);
CREATE INDEX obligation_act_of ON obligation_act (obligation, day);

-- A change or an event that makes an obligation due.
CREATE TABLE obligation_trigger (
    id TEXT PRIMARY KEY,
    obligation TEXT NOT NULL,
    day TEXT NOT NULL,
    body TEXT NOT NULL -- JSON
);

CREATE TABLE survey_round (
    id TEXT PRIMARY KEY,
    body TEXT NOT NULL -- JSON
);

-- How many of a side gave a value; never who, and no row for a single answer.
CREATE TABLE survey_count (
    round TEXT NOT NULL,
    side TEXT NOT NULL CHECK (side IN ('it', 'security')),
    item TEXT NOT NULL, -- a statement (1 to 5), or an area (sum of its statements)
    value INTEGER NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (round, side, item, value)
);

-- Free texts of a side, written anew in another order at every answer.
CREATE TABLE survey_text (
    id TEXT PRIMARY KEY, -- random
    round TEXT NOT NULL,
    side TEXT NOT NULL CHECK (side IN ('it', 'security')),
    area TEXT NOT NULL,
    body TEXT NOT NULL
);

-- Who has answered an open round, so that nobody does twice; emptied when the round closes.
CREATE TABLE survey_answered (
    round TEXT NOT NULL,
    person TEXT NOT NULL,
    PRIMARY KEY (round, person)
);

-- +goose Down
DROP TABLE survey_answered;
DROP TABLE survey_text;
DROP TABLE survey_count;
DROP TABLE survey_round;
DROP TABLE obligation_trigger;
DROP TABLE obligation_act;
DROP TABLE obligation_setting;
DROP TABLE obligation_own;
