-- One statement a paragraph, separated by a line that holds only `--;`.
-- Every table that receives inserts sets its deduplication window: it is 0 by default on MergeTree, and without it
-- an insert that is repeated after a crash counts twice.
CREATE TABLE IF NOT EXISTS events
(
    team_id UInt32,
    uuid UUID,
    event LowCardinality(String),
    distinct_id String,
    person_id UUID,
    person_mode Enum8('full' = 0, 'propertyless' = 1, 'force_upgrade' = 2),
    timestamp DateTime64(6, 'UTC'),
    created_at DateTime64(6, 'UTC'),
    -- the exact JSON text, read only when an event is shown
    properties String CODEC(ZSTD(3)),
    -- the same for queries: flat, every value as text (strings as they are, everything else as its JSON text)
    properties_map JSON(max_dynamic_paths = 64),
    person_properties String CODEC(ZSTD(3)),
    person_properties_map JSON(max_dynamic_paths = 32),
    person_created_at DateTime64(3, 'UTC'),
    `$group_0` String,
    `$group_1` String,
    `$group_2` String,
    `$group_3` String,
    `$group_4` String,
    elements_chain String CODEC(ZSTD(3)),
    `$session_id` String,
    `$window_id` String,
    inserted_at DateTime64(3, 'UTC')
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(timestamp)
ORDER BY (team_id, toDate(timestamp), event, cityHash64(distinct_id), cityHash64(uuid))
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1
--;
CREATE TABLE IF NOT EXISTS persons
(
    team_id UInt32,
    id UUID,
    created_at DateTime64(3, 'UTC'),
    properties String CODEC(ZSTD(3)),
    properties_map JSON(max_dynamic_paths = 32),
    is_identified Bool,
    is_deleted Bool,
    version UInt64,
    inserted_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (team_id, id)
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1
--;
CREATE TABLE IF NOT EXISTS person_distinct_ids
(
    team_id UInt32,
    distinct_id String,
    person_id UUID,
    is_deleted Bool,
    version UInt64
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (team_id, distinct_id)
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1
--;
-- "events that say old_person_id belong to person_id"; the row with the highest version counts
CREATE TABLE IF NOT EXISTS person_overrides
(
    team_id UInt32,
    old_person_id UUID,
    person_id UUID,
    version UInt64
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (team_id, old_person_id)
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1
--;
CREATE TABLE IF NOT EXISTS groups
(
    team_id UInt32,
    group_type_index UInt8,
    group_key String,
    created_at DateTime64(3, 'UTC'),
    group_properties String CODEC(ZSTD(3)),
    group_properties_map JSON(max_dynamic_paths = 32),
    version UInt64,
    inserted_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (team_id, group_type_index, group_key)
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1
--;
CREATE TABLE IF NOT EXISTS dead_letters
(
    team_id UInt32,
    uuid UUID,
    reason LowCardinality(String),
    detail String,
    -- the captured event as JSON text, enough to send it again
    raw String CODEC(ZSTD(3)),
    received_at DateTime64(3, 'UTC'),
    inserted_at DateTime64(3, 'UTC')
)
ENGINE = MergeTree
ORDER BY (team_id, inserted_at)
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1
