SELECT source.actor_id AS actor_id, source.event_count AS event_count, source.actor_id AS whose
FROM (
  SELECT subquery_1.actor AS actor_id, 1 AS event_count
  FROM (
    SELECT
      subquery_1.actor AS actor,
      arrayJoin(arrayConcat(arrayMap((at) -> tuple(at, multiIf(at = subquery_1.made, 'new', has(subquery_1.active, at - 1), 'returning', 'resurrecting')), arrayFilter((at) -> ifNull(at > 1, 0), subquery_1.active)), arrayMap((at) -> tuple(at + 1, 'dormant'), arrayFilter((at) -> ifNull(at > 0, 0) AND ifNull(at <= 5, 0) AND NOT has(subquery_1.active, at + 1), subquery_1.active)))) AS happening
    FROM (
      SELECT
        if(notEmpty(events__override.old_person_id), events__override.person_id, events.person_id) AS actor,
        toInt32(dateDiff('day', parseDateTime64BestEffort('2023-01-31 00:00:00.000', 6, 'UTC'), min(toTimeZone(events.person_created_at, 'UTC')), 'UTC') + 1) AS made,
        groupUniqArray(toInt32(dateDiff('day', parseDateTime64BestEffort('2023-01-31 00:00:00.000', 6, 'UTC'), toTimeZone(events.`timestamp`, 'UTC'), 'UTC') + 1)) AS active
      FROM events
      LEFT ANY JOIN (
        SELECT
          person_overrides.old_person_id AS old_person_id,
          argMax(person_overrides.person_id, person_overrides.version) AS person_id
        FROM person_overrides
        WHERE person_overrides.team_id = 1
        GROUP BY person_overrides.old_person_id
      ) AS events__override ON events.person_id = events__override.old_person_id
      WHERE events.team_id = 1 AND (events.`timestamp` >= parseDateTime64BestEffort('2023-01-31 00:00:00.000', 6, 'UTC') AND events.`timestamp` < parseDateTime64BestEffort('2023-02-06 00:00:00.000', 6, 'UTC')) AND events.event = 'view'
      GROUP BY actor
    ) AS subquery_1
  ) AS subquery_1
  WHERE tupleElement(subquery_1.happening, 1) = 3 AND tupleElement(subquery_1.happening, 2) = 'new'
) AS source
ORDER BY source.event_count DESC, source.actor_id ASC
LIMIT 101
