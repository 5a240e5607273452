-- The step at which a letter died, and a name for it.
ALTER TABLE dead_letters ADD COLUMN IF NOT EXISTS step LowCardinality(String) AFTER reason
--;
ALTER TABLE dead_letters ADD COLUMN IF NOT EXISTS
    id UUID DEFAULT reinterpretAsUUID(sipHash128(team_id, uuid, reason, detail, raw, inserted_at))
--;
-- Letters that were sent again.
CREATE TABLE IF NOT EXISTS dead_letter_replays
(
    team_id UInt32,
    id UUID,
    replayed_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(replayed_at)
ORDER BY (team_id, id)
SETTINGS
    non_replicated_deduplication_window = 10000,
    fsync_after_insert = 1,
    fsync_part_directory = 1
--;
CREATE TABLE IF NOT EXISTS ingestion_warnings
(
    team_id UInt32,
    type LowCardinality(String),
    -- JSON text
    details String CODEC(ZSTD(3)),
    timestamp DateTime64(3, 'UTC'),
    inserted_at DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = MergeTree
ORDER BY (team_id, timestamp)
TTL toDateTime(timestamp) + INTERVAL 90 DAY
SETTINGS
    non_replicated_deduplication_window = 10000,
    fsync_after_insert = 1,
    fsync_part_directory = 1
