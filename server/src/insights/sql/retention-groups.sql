SELECT subquery_1.`cohort` AS at, subquery_1.cell AS cell, count() AS people
FROM (
  SELECT subquery_1.`cohort` AS `cohort`, arrayJoin(subquery_1.cells) AS cell
  FROM (
    SELECT
      subquery_1.actor AS actor,
      subquery_1.`cohort` AS `cohort`,
      bitPositionsToArray(bitOr(bitAnd(bitShiftRight(subquery_1.returns, subquery_1.`cohort`), toUInt64(15)), toUInt64(1))) AS cells
    FROM (
      SELECT
        subquery_1.actor AS actor,
        subquery_1.returns AS returns,
        arrayJoin(bitPositionsToArray(subquery_1.starts)) AS `cohort`
      FROM (
        SELECT
          events.`$group_0` AS actor,
          groupBitOr(bitShiftLeft(toUInt64(1), dateDiff('day', parseDateTime64BestEffort('2023-02-06 00:00:00.000', 6, 'UTC'), toTimeZone(events.`timestamp`, 'UTC'), 'UTC'))) AS starts,
          groupBitOr(bitShiftLeft(toUInt64(1), dateDiff('day', parseDateTime64BestEffort('2023-02-06 00:00:00.000', 6, 'UTC'), toTimeZone(events.`timestamp`, 'UTC'), 'UTC'))) AS returns
        FROM events
        WHERE events.team_id = 1 AND (events.`timestamp` >= parseDateTime64BestEffort('2023-02-06 00:00:00.000', 6, 'UTC') AND events.`timestamp` < parseDateTime64BestEffort('2023-02-10 00:00:00.000', 6, 'UTC')) AND events.event = 'view' AND events.`$group_0` != ''
        GROUP BY actor
      ) AS subquery_1
    ) AS subquery_1
  ) AS subquery_1
) AS subquery_1
GROUP BY at, subquery_1.cell
