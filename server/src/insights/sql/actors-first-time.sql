SELECT
  source.actor_id AS actor_id,
  source.event_count AS event_count,
  source.actor_id AS whose,
  source.event_distinct_ids AS event_distinct_ids
FROM (
  SELECT
    if(notEmpty(events__override.old_person_id), events__override.person_id, events.person_id) AS actor_id,
    1 AS event_count,
    groupUniqArray(10)(events.distinct_id) AS event_distinct_ids
  FROM events
  LEFT ANY JOIN (
    SELECT
      person_overrides.old_person_id AS old_person_id,
      argMax(person_overrides.person_id, person_overrides.version) AS person_id
    FROM person_overrides
    WHERE person_overrides.team_id = 1
    GROUP BY person_overrides.old_person_id
  ) AS events__override ON events.person_id = events__override.old_person_id
  WHERE events.team_id = 1 AND events.`timestamp` < parseDateTime64BestEffort('2023-02-03 00:00:00.000', 6, 'UTC') AND events.event = 'view'
  GROUP BY actor_id
  HAVING min(toTimeZone(events.`timestamp`, 'UTC')) >= parseDateTime64BestEffort('2023-02-02 00:00:00.000', 6, 'UTC')
) AS source
ORDER BY source.event_count DESC, source.actor_id ASC
LIMIT 101
