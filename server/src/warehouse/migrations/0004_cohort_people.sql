-- Who is in a cohort. Each calculation writes a version of its own, which questions read once the database names it;
-- a version is a partition, so that an old one goes without anything being rewritten. `person_id` is not part of the
-- order: folding overrides rewrites it.
CREATE TABLE IF NOT EXISTS cohort_people
(
    team_id UInt32,
    cohort_id UInt32,
    version UInt32,
    person_id UUID
)
ENGINE = MergeTree
PARTITION BY (team_id, cohort_id, version)
ORDER BY (team_id, cohort_id, version)
SETTINGS
    non_replicated_deduplication_window = 10000,
    fsync_after_insert = 1,
    fsync_part_directory = 1
