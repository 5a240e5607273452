-- What was inserted lately is found without reading all: parts that are older are skipped. Parts from before get it as
-- they are merged.
ALTER TABLE events ADD INDEX IF NOT EXISTS inserted_at_index inserted_at TYPE minmax GRANULARITY 1
