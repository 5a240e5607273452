SELECT subquery_1.`cohort` AS at, subquery_1.cell AS cell, count() AS people
FROM (
  SELECT subquery_1.`cohort` AS `cohort`, arrayJoin(subquery_1.cells) AS cell
  FROM (
    SELECT
      subquery_1.actor AS actor,
      subquery_1.`cohort` AS `cohort`,
      arrayConcat([0], arrayFilter((cell) -> ifNull(cell > 0, 0) AND ifNull(cell < 4, 0), arrayMap((at) -> at - subquery_1.`cohort`, subquery_1.returned))) AS cells
    FROM (
      SELECT
        subquery_1.actor AS actor,
        subquery_1.returned AS returned,
        arrayJoin(subquery_1.cohorts) AS `cohort`
      FROM (
        SELECT
          subquery_1.actor AS actor,
          arrayFilter((at) -> ifNull(at > 0, 0), arrayMap((`key`) -> indexOf([1675641600, 1675728000, 1675814400, 1675900800], `key`), subquery_1.starts)) AS cohorts,
          arrayFilter((at) -> ifNull(at > 0, 0), arrayMap((`key`) -> indexOf([1675641600, 1675728000, 1675814400, 1675900800], `key`), subquery_1.returns)) AS returned
        FROM (
          SELECT
            if(notEmpty(events__override.old_person_id), events__override.person_id, events.person_id) AS actor,
            groupUniqArrayIf(toUnixTimestamp(toStartOfDay(toTimeZone(events.`timestamp`, 'UTC'))), events.event = 'view') AS starts,
            groupUniqArrayIf(toUnixTimestamp(toStartOfDay(toTimeZone(events.`timestamp`, 'UTC'))), events.event = 'buy') AS returns
          FROM events
          LEFT ANY JOIN (
            SELECT
              person_overrides.old_person_id AS old_person_id,
              argMax(person_overrides.person_id, person_overrides.version) AS person_id
            FROM person_overrides
            WHERE person_overrides.team_id = 1
            GROUP BY person_overrides.old_person_id
          ) AS events__override ON events.person_id = events__override.old_person_id
          WHERE events.team_id = 1 AND (events.`timestamp` >= parseDateTime64BestEffort('2023-02-06 00:00:00.000', 6, 'UTC') AND events.`timestamp` < parseDateTime64BestEffort('2023-02-10 00:00:00.000', 6, 'UTC')) AND (events.event = 'view' OR events.event = 'buy')
          GROUP BY actor
        ) AS subquery_1
        WHERE notEmpty(subquery_1.starts)
      ) AS subquery_1
    ) AS subquery_1
  ) AS subquery_1
) AS subquery_1
GROUP BY at, subquery_1.cell
