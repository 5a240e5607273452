SELECT
  subquery_1.`cohort` AS at,
  tupleElement(subquery_1.spread, 1) AS cell,
  count() AS people,
  sum(tupleElement(subquery_1.spread, 2)) AS total
FROM (
  SELECT subquery_1.`cohort` AS `cohort`, arrayJoin(arrayZip(subquery_1.cells, subquery_1.sums)) AS spread
  FROM (
    SELECT
      subquery_1.actor AS actor,
      subquery_1.`cohort` AS `cohort`,
      subquery_1.cells AS cells,
      arrayMap((cell) -> arraySum((pair) -> if(ifNull(tupleElement(pair, 1) = cell, isNull(tupleElement(pair, 1)) AND isNull(cell)), tupleElement(pair, 2), 0), subquery_1.numbers), subquery_1.cells) AS sums
    FROM (
      SELECT
        subquery_1.actor AS actor,
        subquery_1.`cohort` AS `cohort`,
        subquery_1.cells AS cells,
        arrayConcat(arrayMap((one) -> tuple(0, tupleElement(one, 2)), arrayFilter((one) -> ifNull(tupleElement(one, 1) = subquery_1.`cohort`, isNull(tupleElement(one, 1)) AND isNull(subquery_1.`cohort`)), subquery_1.started)), arrayMap((one) -> tuple(tupleElement(one, 1) - subquery_1.`cohort`, tupleElement(one, 2)), arrayFilter((one) -> ifNull(tupleElement(one, 1) - subquery_1.`cohort` > 0, 0) AND ifNull(tupleElement(one, 1) - subquery_1.`cohort` < 4, 0) OR ifNull(tupleElement(one, 1) = subquery_1.`cohort`, isNull(tupleElement(one, 1)) AND isNull(subquery_1.`cohort`)) AND ifNull(tupleElement(one, 3) > subquery_1.began, 0), subquery_1.returned))) AS numbers
      FROM (
        SELECT
          subquery_1.actor AS actor,
          subquery_1.`cohort` AS `cohort`,
          subquery_1.started AS started,
          subquery_1.returned AS returned,
          subquery_1.cells AS cells,
          arrayMin(arrayMap((one) -> tupleElement(one, 3), arrayFilter((one) -> ifNull(tupleElement(one, 1) = subquery_1.`cohort`, isNull(tupleElement(one, 1)) AND isNull(subquery_1.`cohort`)), subquery_1.started))) AS began
        FROM (
          SELECT
            subquery_1.actor AS actor,
            subquery_1.`cohort` AS `cohort`,
            subquery_1.started AS started,
            subquery_1.returned AS returned,
            bitPositionsToArray(bitOr(bitAnd(bitShiftRight(subquery_1.returns, subquery_1.`cohort`), toUInt64(15)), toUInt64(1))) AS cells
          FROM (
            SELECT
              subquery_1.actor AS actor,
              subquery_1.returns AS returns,
              subquery_1.started AS started,
              subquery_1.returned AS returned,
              arrayJoin(bitPositionsToArray(subquery_1.starts)) AS `cohort`
            FROM (
              SELECT
                if(notEmpty(events__override.old_person_id), events__override.person_id, events.person_id) AS actor,
                groupBitOrIf(bitShiftLeft(toUInt64(1), dateDiff('day', parseDateTime64BestEffort('2023-02-06 00:00:00.000', 6, 'UTC'), toTimeZone(events.`timestamp`, 'UTC'), 'UTC')), events.event = 'view') AS starts,
                groupBitOrIf(bitShiftLeft(toUInt64(1), dateDiff('day', parseDateTime64BestEffort('2023-02-06 00:00:00.000', 6, 'UTC'), toTimeZone(events.`timestamp`, 'UTC'), 'UTC')), events.event = 'buy') AS returns,
                groupArrayIf(tuple(dateDiff('day', parseDateTime64BestEffort('2023-02-06 00:00:00.000', 6, 'UTC'), toTimeZone(events.`timestamp`, 'UTC'), 'UTC'), ifNull(accurateCastOrNull(multiIf(events.properties_map['amount'] = '', NULL, events.properties_map['amount'] = '\x01', '', events.properties_map['amount']), 'Float64'), 0), toUnixTimestamp64Micro(toTimeZone(events.`timestamp`, 'UTC'))), events.event = 'view') AS started,
                groupArrayIf(tuple(dateDiff('day', parseDateTime64BestEffort('2023-02-06 00:00:00.000', 6, 'UTC'), toTimeZone(events.`timestamp`, 'UTC'), 'UTC'), ifNull(accurateCastOrNull(multiIf(events.properties_map['amount'] = '', NULL, events.properties_map['amount'] = '\x01', '', events.properties_map['amount']), 'Float64'), 0), toUnixTimestamp64Micro(toTimeZone(events.`timestamp`, 'UTC'))), events.event = 'buy') AS returned
              FROM events
              LEFT ANY JOIN (
                SELECT
                  person_overrides.old_person_id AS old_person_id,
                  argMax(person_overrides.person_id, person_overrides.version) AS person_id
                FROM person_overrides
                WHERE person_overrides.team_id = 4
                GROUP BY person_overrides.old_person_id
              ) AS events__override ON events.person_id = events__override.old_person_id
              WHERE events.team_id = 4 AND (events.`timestamp` >= parseDateTime64BestEffort('2023-02-06 00:00:00.000', 6, 'UTC') AND events.`timestamp` < parseDateTime64BestEffort('2023-02-10 00:00:00.000', 6, 'UTC')) AND (events.event = 'view' OR events.event = 'buy')
              GROUP BY actor
            ) AS subquery_1
          ) AS subquery_1
        ) AS subquery_1
      ) AS subquery_1
    ) AS subquery_1
  ) AS subquery_1
) AS subquery_1
GROUP BY at, cell
