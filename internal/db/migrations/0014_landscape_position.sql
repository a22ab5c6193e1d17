-- +goose Up
-- Where people put elements on the whole map; all others are laid out anew.
CREATE TABLE landscape_position (
    element TEXT PRIMARY KEY REFERENCES element (id),
    x DOUBLE PRECISION NOT NULL,
    y DOUBLE PRECISION NOT NULL
);

-- +goose Down
DROP TABLE landscape_position;
