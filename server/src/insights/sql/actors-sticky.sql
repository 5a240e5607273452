SELECT source.actor_id AS actor_id, source.event_count AS event_count, source.actor_id AS whose
FROM (
  SELECT subquery_1.actor AS actor_id, subquery_1.active AS event_count
  FROM (
    SELECT
      if(notEmpty(events__override.old_person_id), events__override.person_id, events.person_id) AS actor,
      uniqExact(toUnixTimestamp(toStartOfDay(toTimeZone(events.`timestamp`, 'UTC')))) AS active
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
    GROUP BY actor
  ) AS subquery_1
  WHERE subquery_1.active = 2
) AS source
ORDER BY source.event_count DESC, source.actor_id ASC
LIMIT 101
