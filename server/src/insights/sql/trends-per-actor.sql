SELECT
  0 AS series_index,
  0 AS period_index,
  subquery_1.bucket AS bucket,
  accurateCastOrNull(avg(subquery_1.each), 'Float64') AS value
FROM (
  SELECT
    toUnixTimestamp(toStartOfDay(toTimeZone(events.`timestamp`, 'UTC'))) AS bucket,
    if(notEmpty(events__override.old_person_id), events__override.person_id, events.person_id) AS grouped_by,
    count() AS each
  FROM events
  LEFT ANY JOIN (
    SELECT
      person_overrides.old_person_id AS old_person_id,
      argMax(person_overrides.person_id, person_overrides.version) AS person_id
    FROM person_overrides
    WHERE person_overrides.team_id = 1
    GROUP BY person_overrides.old_person_id
  ) AS events__override ON events.person_id = events__override.old_person_id
  WHERE events.team_id = 1 AND (events.`timestamp` >= parseDateTime64BestEffort('2023-02-01 00:00:00.000', 6, 'UTC') AND events.`timestamp` < parseDateTime64BestEffort('2023-02-06 00:00:00.000', 6, 'UTC')) AND events.event = 'view'
  GROUP BY bucket, grouped_by
) AS subquery_1
GROUP BY subquery_1.bucket
