SELECT subquery_1.`cohort` AS at, subquery_1.cell AS cell, count() AS people
FROM (
  SELECT subquery_1.`cohort` AS `cohort`, arrayJoin(subquery_1.cells) AS cell
  FROM (
    SELECT
      subquery_1.actor AS actor,
      subquery_1.`cohort` AS `cohort`,
      arrayConcat([toInt64(0)], arrayFilter((gap) -> ifNull(gap > 0, 0) AND ifNull(gap < 4, 0), arrayDistinct(subquery_1.gaps))) AS cells
    FROM (
      SELECT
        subquery_1.actor AS actor,
        dateDiff('day', parseDateTime64BestEffort('2023-02-06 00:00:00.000', 6, 'UTC'), subquery_1.began, 'UTC') AS `cohort`,
        arrayMap((moment) -> intDiv(moment - toRelativeHourNum(subquery_1.began), 24), subquery_1.moments) AS gaps
      FROM (
        SELECT
          if(notEmpty(events__override.old_person_id), events__override.person_id, events.person_id) AS actor,
          minIf(toTimeZone(events.`timestamp`, 'UTC'), events.event = 'view') AS began,
          groupUniqArrayIf(toRelativeHourNum(toTimeZone(events.`timestamp`, 'UTC')), events.event = 'buy') AS moments
        FROM events
        LEFT ANY JOIN (
          SELECT
            person_overrides.old_person_id AS old_person_id,
            argMax(person_overrides.person_id, person_overrides.version) AS person_id
          FROM person_overrides
          WHERE person_overrides.team_id = 2
          GROUP BY person_overrides.old_person_id
        ) AS events__override ON events.person_id = events__override.old_person_id
        WHERE events.team_id = 2 AND (events.`timestamp` >= parseDateTime64BestEffort('2023-02-06 00:00:00.000', 6, 'UTC') AND events.`timestamp` < parseDateTime64BestEffort('2023-02-10 00:00:00.000', 6, 'UTC')) AND (events.event = 'view' OR events.event = 'buy')
        GROUP BY actor
      ) AS subquery_1
      WHERE subquery_1.began >= parseDateTime64BestEffort('2023-02-06 00:00:00.000', 6, 'UTC')
    ) AS subquery_1
  ) AS subquery_1
) AS subquery_1
GROUP BY at, subquery_1.cell
