SELECT subquery_1.`cohort` AS at, subquery_1.cell AS cell, count() AS people, '3' AS label
FROM (
  SELECT subquery_1.`cohort` AS `cohort`, arrayJoin(subquery_1.cells) AS cell
  FROM (
    SELECT
      subquery_1.actor AS actor,
      subquery_1.`cohort` AS `cohort`,
      bitPositionsToArray(bitOr(bitAnd(bitShiftRight(subquery_1.returns, subquery_1.`cohort`), toUInt64(3)), toUInt64(1))) AS cells
    FROM (
      SELECT
        subquery_1.actor AS actor,
        subquery_1.returns AS returns,
        arrayJoin(bitPositionsToArray(subquery_1.starts)) AS `cohort`
      FROM (
        SELECT
          if(notEmpty(events__override.old_person_id), events__override.person_id, events.person_id) AS actor,
          groupBitOr(bitShiftLeft(toUInt64(1), dateDiff('day', parseDateTime64BestEffort('2023-02-06 00:00:00.000', 6, 'UTC'), toTimeZone(events.`timestamp`, 'UTC'), 'UTC'))) AS starts,
          groupBitOr(bitShiftLeft(toUInt64(1), dateDiff('day', parseDateTime64BestEffort('2023-02-06 00:00:00.000', 6, 'UTC'), toTimeZone(events.`timestamp`, 'UTC'), 'UTC'))) AS returns
        FROM events
        LEFT ANY JOIN (
          SELECT
            person_overrides.old_person_id AS old_person_id,
            argMax(person_overrides.person_id, person_overrides.version) AS person_id
          FROM person_overrides
          WHERE person_overrides.team_id = 1
          GROUP BY person_overrides.old_person_id
        ) AS events__override ON events.person_id = events__override.old_person_id
        WHERE events.team_id = 1 AND (events.`timestamp` >= parseDateTime64BestEffort('2023-02-06 00:00:00.000', 6, 'UTC') AND events.`timestamp` < parseDateTime64BestEffort('2023-02-10 00:00:00.000', 6, 'UTC')) AND events.event = 'view' AND if(notEmpty(events__override.old_person_id), events__override.person_id, events.person_id) IN (
          SELECT
            if(notEmpty(raw_cohort_people__override.old_person_id), raw_cohort_people__override.person_id, raw_cohort_people.person_id) AS person_id
          FROM cohort_people AS raw_cohort_people
          LEFT ANY JOIN (
            SELECT
              person_overrides.old_person_id AS old_person_id,
              argMax(person_overrides.person_id, person_overrides.version) AS person_id
            FROM person_overrides
            WHERE person_overrides.team_id = 1
            GROUP BY person_overrides.old_person_id
          ) AS raw_cohort_people__override ON raw_cohort_people.person_id = raw_cohort_people__override.old_person_id
          WHERE raw_cohort_people.team_id = 1 AND raw_cohort_people.cohort_id = 3 AND raw_cohort_people.version = 3
        )
        GROUP BY actor
      ) AS subquery_1
    ) AS subquery_1
  ) AS subquery_1
) AS subquery_1
GROUP BY at, subquery_1.cell
UNION ALL
SELECT subquery_1.`cohort` AS at, subquery_1.cell AS cell, count() AS people, '0' AS label
FROM (
  SELECT subquery_1.`cohort` AS `cohort`, arrayJoin(subquery_1.cells) AS cell
  FROM (
    SELECT
      subquery_1.actor AS actor,
      subquery_1.`cohort` AS `cohort`,
      bitPositionsToArray(bitOr(bitAnd(bitShiftRight(subquery_1.returns, subquery_1.`cohort`), toUInt64(3)), toUInt64(1))) AS cells
    FROM (
      SELECT
        subquery_1.actor AS actor,
        subquery_1.returns AS returns,
        arrayJoin(bitPositionsToArray(subquery_1.starts)) AS `cohort`
      FROM (
        SELECT
          if(notEmpty(events__override.old_person_id), events__override.person_id, events.person_id) AS actor,
          groupBitOr(bitShiftLeft(toUInt64(1), dateDiff('day', parseDateTime64BestEffort('2023-02-06 00:00:00.000', 6, 'UTC'), toTimeZone(events.`timestamp`, 'UTC'), 'UTC'))) AS starts,
          groupBitOr(bitShiftLeft(toUInt64(1), dateDiff('day', parseDateTime64BestEffort('2023-02-06 00:00:00.000', 6, 'UTC'), toTimeZone(events.`timestamp`, 'UTC'), 'UTC'))) AS returns
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
