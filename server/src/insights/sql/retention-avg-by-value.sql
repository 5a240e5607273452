SELECT
  tupleElement(subquery_1.point, 1) AS at,
  tupleElement(subquery_1.point, 2) AS cell,
  sum(tupleElement(subquery_1.point, 3)) AS people,
  sum(tupleElement(subquery_1.point, 4)) AS total,
  subquery_1.label AS label
FROM (
  SELECT
    if(subquery_1.rank <= 1, subquery_1.value, '$$_posthog_breakdown_other_$$') AS label,
    arrayJoin(subquery_1.points) AS point
  FROM (
    SELECT
      subquery_1.value AS value,
      subquery_1.points AS points,
      row_number() OVER (ORDER BY subquery_1.size DESC, subquery_1.value ASC) AS rank
    FROM (
      SELECT
        subquery_1.value AS value,
        groupArray(tuple(subquery_1.at, subquery_1.cell, subquery_1.people, subquery_1.total)) AS points,
        sumIf(subquery_1.people, subquery_1.cell = 0) AS size
      FROM (
        SELECT
          subquery_1.`cohort` AS at,
          tupleElement(subquery_1.spread, 1) AS cell,
          count() AS people,
          sum(tupleElement(subquery_1.spread, 2)) AS total,
          subquery_1.value AS value
        FROM (
          SELECT
            subquery_1.`cohort` AS `cohort`,
            subquery_1.value AS value,
            arrayJoin(arrayZip(subquery_1.cells, subquery_1.sums)) AS spread
          FROM (
            SELECT
              subquery_1.actor AS actor,
              subquery_1.`cohort` AS `cohort`,
              subquery_1.cells AS cells,
              subquery_1.value AS value,
              arrayMap((cell) -> arraySum((pair) -> if(ifNull(tupleElement(pair, 1) = cell, isNull(tupleElement(pair, 1)) AND isNull(cell)), tupleElement(pair, 2), 0), subquery_1.numbers), subquery_1.cells) AS sums
            FROM (
              SELECT
                subquery_1.actor AS actor,
                subquery_1.`cohort` AS `cohort`,
                subquery_1.cells AS cells,
                subquery_1.value AS value,
                arrayConcat(arrayMap((one) -> tuple(0, tupleElement(one, 2)), arrayFilter((one) -> ifNull(tupleElement(one, 1) = subquery_1.`cohort`, isNull(tupleElement(one, 1)) AND isNull(subquery_1.`cohort`)), subquery_1.started)), arrayMap((one) -> tuple(tupleElement(one, 1) - subquery_1.`cohort`, tupleElement(one, 2)), arrayFilter((one) -> ifNull(tupleElement(one, 1) - subquery_1.`cohort` > 0, 0) AND ifNull(tupleElement(one, 1) - subquery_1.`cohort` < 2, 0) OR ifNull(tupleElement(one, 1) = subquery_1.`cohort`, isNull(tupleElement(one, 1)) AND isNull(subquery_1.`cohort`)) AND ifNull(tupleElement(one, 3) > subquery_1.began, 0), subquery_1.returned))) AS numbers
              FROM (
                SELECT
                  subquery_1.actor AS actor,
                  subquery_1.value AS value,
                  subquery_1.`cohort` AS `cohort`,
                  subquery_1.started AS started,
                  subquery_1.returned AS returned,
                  subquery_1.cells AS cells,
                  arrayMin(arrayMap((one) -> tupleElement(one, 3), arrayFilter((one) -> ifNull(tupleElement(one, 1) = subquery_1.`cohort`, isNull(tupleElement(one, 1)) AND isNull(subquery_1.`cohort`)), subquery_1.started))) AS began
                FROM (
                  SELECT
                    subquery_1.actor AS actor,
                    subquery_1.value AS value,
                    subquery_1.`cohort` AS `cohort`,
                    subquery_1.started AS started,
                    subquery_1.returned AS returned,
                    bitPositionsToArray(bitOr(bitAnd(bitShiftRight(subquery_1.returns, subquery_1.`cohort`), toUInt64(3)), toUInt64(1))) AS cells
                  FROM (
                    SELECT
                      subquery_1.actor AS actor,
                      subquery_1.value AS value,
                      subquery_1.returns AS returns,
                      subquery_1.started AS started,
                      subquery_1.returned AS returned,
                      arrayJoin(bitPositionsToArray(subquery_1.starts)) AS `cohort`
                    FROM (
                      SELECT
                        if(notEmpty(events__override.old_person_id), events__override.person_id, events.person_id) AS actor,
                        ifNull(nullIf(multiIf(events.person_properties_map['budget'] = '', NULL, events.person_properties_map['budget'] = '\x01', '', events.person_properties_map['budget']), ''), '$$_posthog_breakdown_null_$$') AS value,
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
                      GROUP BY actor, value
                    ) AS subquery_1
                  ) AS subquery_1
                ) AS subquery_1
              ) AS subquery_1
            ) AS subquery_1
          ) AS subquery_1
        ) AS subquery_1
        GROUP BY at, cell, subquery_1.value
      ) AS subquery_1
      GROUP BY subquery_1.value
    ) AS subquery_1
  ) AS subquery_1
) AS subquery_1
GROUP BY at, cell, subquery_1.label
