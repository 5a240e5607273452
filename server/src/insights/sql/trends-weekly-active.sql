SELECT
  0 AS series_index,
  0 AS period_index,
  arrayElement([1675209600, 1675296000, 1675382400, 1675468800, 1675555200], subquery_1.at) AS bucket,
  accurateCastOrNull(uniqExactMerge(subquery_1.actors), 'Float64') AS value
FROM (
  SELECT
    arrayJoin(arrayFilter((at) -> ifNull(subquery_1.active_at >= arrayElement([1674691200, 1674777600, 1674864000, 1674950400, 1675036800], at), 0) AND ifNull(subquery_1.active_at < arrayElement([1675296000, 1675382400, 1675468800, 1675555200, 1675641600], at), 0), range(1, 6))) AS at,
    subquery_1.actors AS actors
  FROM (
    SELECT
      toUnixTimestamp(toStartOfDay(toTimeZone(events.`timestamp`, 'UTC'))) AS active_at,
      uniqExactState(if(notEmpty(events__override.old_person_id), events__override.person_id, events.person_id)) AS actors
    FROM events
    LEFT ANY JOIN (
      SELECT
        person_overrides.old_person_id AS old_person_id,
        argMax(person_overrides.person_id, person_overrides.version) AS person_id
      FROM person_overrides
      WHERE person_overrides.team_id = 1
      GROUP BY person_overrides.old_person_id
    ) AS events__override ON events.person_id = events__override.old_person_id
    WHERE events.team_id = 1 AND (events.`timestamp` >= parseDateTime64BestEffort('2023-01-26 00:00:00.000', 6, 'UTC') AND events.`timestamp` < parseDateTime64BestEffort('2023-02-06 00:00:00.000', 6, 'UTC')) AND events.event = 'view'
    GROUP BY active_at
  ) AS subquery_1
) AS subquery_1
GROUP BY bucket
