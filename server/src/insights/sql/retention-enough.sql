SELECT subquery_1.`cohort` AS at, subquery_1.cell AS cell, count() AS people
FROM (
  SELECT subquery_1.`cohort` AS `cohort`, arrayJoin(subquery_1.cells) AS cell
  FROM (
    SELECT
      subquery_1.actor AS actor,
      subquery_1.`cohort` AS `cohort`,
      arrayConcat([0], arrayFilter((gap) -> ifNull(gap > 0, 0) AND ifNull(gap < 4, 0), arrayMap((at) -> at - subquery_1.`cohort`, subquery_1.returns))) AS cells
    FROM (
      SELECT subquery_1.actor AS actor, subquery_1.returns AS returns, arrayJoin(subquery_1.starts) AS `cohort`
      FROM (
        SELECT
          if(notEmpty(events__override.old_person_id), events__override.person_id, events.person_id) AS actor,
          groupUniqArray(dateDiff('day', parseDateTime64BestEffort('2023-02-06 00:00:00.000', 6, 'UTC'), toTimeZone(events.`timestamp`, 'UTC'), 'UTC')) AS starts,
          arrayFilter((at, times) -> ifNull(times >= 2, 0), tupleElement(sumMappedArrays([dateDiff('day', parseDateTime64BestEffort('2023-02-06 00:00:00.000', 6, 'UTC'), toTimeZone(events.`timestamp`, 'UTC'), 'UTC')], [1]), 1), tupleElement(sumMappedArrays([dateDiff('day', parseDateTime64BestEffort('2023-02-06 00:00:00.000', 6, 'UTC'), toTimeZone(events.`timestamp`, 'UTC'), 'UTC')], [1]), 2)) AS returns
        FROM events
        LEFT ANY JOIN (
          SELECT
            person_overrides.old_person_id AS old_person_id,
            argMax(person_overrides.person_id, person_overrides.version) AS person_id
          FROM person_overrides
          WHERE person_overrides.team_id = 1
          GROUP BY person_overrides.old_person_id
        ) AS events__override ON events.person_id = events__override.old_person_id
        WHERE events.team_id = 1 AND (events.`timestamp` >= parseDateTime64BestEffort('2023-02-06 00:00:00.000', 6, 'UTC') AND events.`timestamp` < parseDateTime64BestEffort('2023-02-10 00:00:00.000', 6, 'UTC')) AND events.event = 'view'
        GROUP BY actor
      ) AS subquery_1
    ) AS subquery_1
  ) AS subquery_1
) AS subquery_1
GROUP BY at, subquery_1.cell
