-- Where on a page people point, click and scroll to. Places and sizes are in units of 16 pixels, as PostHog keeps them.
CREATE TABLE IF NOT EXISTS heatmaps
(
    team_id UInt32,
    -- of the event that told it
    event_uuid UUID,
    session_id String,
    distinct_id String,
    timestamp DateTime64(6, 'UTC'),
    current_url String CODEC(ZSTD(3)),
    type LowCardinality(String),
    x Int32,
    y Int32,
    scale_factor Int16,
    viewport_width Int32,
    viewport_height Int32,
    pointer_target_fixed Bool,
    inserted_at DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(timestamp)
ORDER BY (team_id, type, toDate(timestamp), current_url, viewport_width)
SETTINGS
    non_replicated_deduplication_window = 10000,
    fsync_after_insert = 1,
    fsync_part_directory = 1
