-- One statement a paragraph, separated by a line that holds only `--;`.
--
-- Every table that receives inserts sets its deduplication window: it is 0 by default on MergeTree, and without it
-- an insert that is repeated after a crash counts twice. Its parts are on disk before an insert is answered.
--
-- A `*_map` column holds properties for queries: every value as text (strings as they are, everything else as its
-- JSON text), an empty text as U+0001. Keys are spread over buckets, so that a question about one property reads a
-- 32nd of the column. docs/adr/0003-properties-column.md has the measurements.
--
-- New parts stay compact up to 128 MB: one file to sync for each instead of hundreds.
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
    properties_map Map(String, String),
    person_properties String CODEC(ZSTD(3)),
    person_properties_map Map(String, String),
    person_created_at DateTime64(3, 'UTC'),
    `$group_0` String,
    `$group_1` String,
    `$group_2` String,
    `$group_3` String,
    `$group_4` String,
    elements_chain String CODEC(ZSTD(3)),
    `$session_id` String,
    `$window_id` String,
    inserted_at DateTime64(3, 'UTC') DEFAULT now64(3),
    -- what most questions ask for; the list is `hotProperties` in hogql/property-column.ts
    `properties_map:$browser` Nullable(String) MATERIALIZED multiIf(properties_map['$browser'] = '', NULL, properties_map['$browser'] = '\x01', '', properties_map['$browser']),
    `properties_map:$os` Nullable(String) MATERIALIZED multiIf(properties_map['$os'] = '', NULL, properties_map['$os'] = '\x01', '', properties_map['$os']),
    `properties_map:$device_type` Nullable(String) MATERIALIZED multiIf(properties_map['$device_type'] = '', NULL, properties_map['$device_type'] = '\x01', '', properties_map['$device_type']),
    `properties_map:$current_url` Nullable(String) MATERIALIZED multiIf(properties_map['$current_url'] = '', NULL, properties_map['$current_url'] = '\x01', '', properties_map['$current_url']),
    `properties_map:$pathname` Nullable(String) MATERIALIZED multiIf(properties_map['$pathname'] = '', NULL, properties_map['$pathname'] = '\x01', '', properties_map['$pathname']),
    `properties_map:$host` Nullable(String) MATERIALIZED multiIf(properties_map['$host'] = '', NULL, properties_map['$host'] = '\x01', '', properties_map['$host']),
    `properties_map:$referring_domain` Nullable(String) MATERIALIZED multiIf(properties_map['$referring_domain'] = '', NULL, properties_map['$referring_domain'] = '\x01', '', properties_map['$referring_domain']),
    `properties_map:$lib` Nullable(String) MATERIALIZED multiIf(properties_map['$lib'] = '', NULL, properties_map['$lib'] = '\x01', '', properties_map['$lib']),
    `properties_map:$screen_name` Nullable(String) MATERIALIZED multiIf(properties_map['$screen_name'] = '', NULL, properties_map['$screen_name'] = '\x01', '', properties_map['$screen_name']),
    `properties_map:$geoip_country_code` Nullable(String) MATERIALIZED multiIf(properties_map['$geoip_country_code'] = '', NULL, properties_map['$geoip_country_code'] = '\x01', '', properties_map['$geoip_country_code']),
    `properties_map:utm_source` Nullable(String) MATERIALIZED multiIf(properties_map['utm_source'] = '', NULL, properties_map['utm_source'] = '\x01', '', properties_map['utm_source']),
    -- one event by its uuid, without its day
    INDEX uuid_index uuid TYPE bloom_filter(0.01) GRANULARITY 4,
    -- the events of one person
    INDEX person_index person_id TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(timestamp)
ORDER BY (team_id, toDate(timestamp), event, cityHash64(distinct_id), cityHash64(uuid))
SETTINGS
    non_replicated_deduplication_window = 10000,
    fsync_after_insert = 1,
    fsync_part_directory = 1,
    min_bytes_for_wide_part = 134217728,
    map_serialization_version = 'with_buckets',
    map_serialization_version_for_zero_level_parts = 'with_buckets',
    map_buckets_strategy = 'constant',
    map_buckets_min_avg_size = 0,
    max_buckets_in_map = 32
--;
CREATE TABLE IF NOT EXISTS persons
(
    team_id UInt32,
    id UUID,
    created_at DateTime64(3, 'UTC'),
    properties String CODEC(ZSTD(3)),
    properties_map Map(String, String),
    is_identified Bool,
    is_deleted Bool,
    version UInt64,
    inserted_at DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (team_id, id)
SETTINGS
    non_replicated_deduplication_window = 10000,
    fsync_after_insert = 1,
    fsync_part_directory = 1,
    min_bytes_for_wide_part = 134217728,
    map_serialization_version = 'with_buckets',
    map_serialization_version_for_zero_level_parts = 'with_buckets',
    map_buckets_strategy = 'constant',
    map_buckets_min_avg_size = 0,
    max_buckets_in_map = 32
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
SETTINGS
    non_replicated_deduplication_window = 10000,
    fsync_after_insert = 1,
    fsync_part_directory = 1
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
SETTINGS
    non_replicated_deduplication_window = 10000,
    fsync_after_insert = 1,
    fsync_part_directory = 1
--;
CREATE TABLE IF NOT EXISTS groups
(
    team_id UInt32,
    group_type_index UInt8,
    group_key String,
    created_at DateTime64(3, 'UTC'),
    group_properties String CODEC(ZSTD(3)),
    group_properties_map Map(String, String),
    version UInt64,
    inserted_at DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (team_id, group_type_index, group_key)
SETTINGS
    non_replicated_deduplication_window = 10000,
    fsync_after_insert = 1,
    fsync_part_directory = 1,
    min_bytes_for_wide_part = 134217728,
    map_serialization_version = 'with_buckets',
    map_serialization_version_for_zero_level_parts = 'with_buckets',
    map_buckets_strategy = 'constant',
    map_buckets_min_avg_size = 0,
    max_buckets_in_map = 32
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
    inserted_at DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = MergeTree
ORDER BY (team_id, inserted_at)
SETTINGS
    non_replicated_deduplication_window = 10000,
    fsync_after_insert = 1,
    fsync_part_directory = 1
