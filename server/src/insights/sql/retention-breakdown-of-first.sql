SELECT
  tupleElement(subquery_1.point, 1) AS at,
  tupleElement(subquery_1.point, 2) AS cell,
  sum(tupleElement(subquery_1.point, 3)) AS people,
  subquery_1.label AS label
FROM (
  SELECT
    if(subquery_1.rank <= 25, subquery_1.value, ['$$_posthog_breakdown_other_$$', '$$_posthog_breakdown_other_$$']) AS label,
    arrayJoin(subquery_1.points) AS point
  FROM (
    SELECT
      subquery_1.value AS value,
      subquery_1.points AS points,
      row_number() OVER (ORDER BY subquery_1.size DESC, subquery_1.value ASC) AS rank
    FROM (
      SELECT
        subquery_1.value AS value,
        groupArray(tuple(subquery_1.at, subquery_1.cell, subquery_1.people)) AS points,
        sumIf(subquery_1.people, subquery_1.cell = 0) AS size
      FROM (
        SELECT subquery_1.`cohort` AS at, subquery_1.cell AS cell, count() AS people, subquery_1.value AS value
        FROM (
          SELECT subquery_1.`cohort` AS `cohort`, subquery_1.value AS value, arrayJoin(subquery_1.cells) AS cell
          FROM (
            SELECT
              subquery_1.actor AS actor,
              subquery_1.value AS value,
              subquery_1.`cohort` AS `cohort`,
              bitPositionsToArray(bitOr(bitAnd(bitShiftRight(subquery_1.returns, subquery_1.`cohort`), toUInt64(3)), toUInt64(1))) AS cells
            FROM (
              SELECT
                subquery_1.actor AS actor,
                subquery_1.value AS value,
                subquery_1.returns AS returns,
                arrayJoin(bitPositionsToArray(subquery_1.starts)) AS `cohort`
              FROM (
                SELECT
                  if(notEmpty(events__override.old_person_id), events__override.person_id, events.person_id) AS actor,
                  argMinIf([ifNull(nullIf(events.`properties_map:$browser`, ''), '$$_posthog_breakdown_null_$$'), ifNull(nullIf(multiIf(events.properties_map['plan'] = '', NULL, events.properties_map['plan'] = '\x01', '', events.properties_map['plan']), ''), '$$_posthog_breakdown_null_$$')], toTimeZone(events.`timestamp`, 'UTC'), events.event = 'view') AS value,
                  if(minIf(toTimeZone(events.`timestamp`, 'UTC'), events.event = 'view') >= parseDateTime64BestEffort('2023-02-06 00:00:00.000', 6, 'UTC') AND minIf(toTimeZone(events.`timestamp`, 'UTC'), events.event = 'view') = minIf(toTimeZone(events.`timestamp`, 'UTC'), events.event = 'view'), bitShiftLeft(toUInt64(1), greatest(dateDiff('day', parseDateTime64BestEffort('2023-02-06 00:00:00.000', 6, 'UTC'), minIf(toTimeZone(events.`timestamp`, 'UTC'), events.event = 'view'), 'UTC'), 0)), toUInt64(0)) AS starts,
                  groupBitOrIf(bitShiftLeft(toUInt64(1), greatest(dateDiff('day', parseDateTime64BestEffort('2023-02-06 00:00:00.000', 6, 'UTC'), toTimeZone(events.`timestamp`, 'UTC'), 'UTC'), 0)), events.event = 'view' AND events.`timestamp` >= parseDateTime64BestEffort('2023-02-06 00:00:00.000', 6, 'UTC')) AS returns
                FROM events
                LEFT ANY JOIN (
                  SELECT
                    person_overrides.old_person_id AS old_person_id,
                    argMax(person_overrides.person_id, person_overrides.version) AS person_id
                  FROM person_overrides
                  WHERE person_overrides.team_id = 1
                  GROUP BY person_overrides.old_person_id
                ) AS events__override ON events.person_id = events__override.old_person_id
                WHERE events.team_id = 1 AND events.`timestamp` < parseDateTime64BestEffort('2023-02-10 00:00:00.000', 6, 'UTC') AND (events.event = 'view' OR events.event = 'view' AND events.`timestamp` >= parseDateTime64BestEffort('2023-02-06 00:00:00.000', 6, 'UTC'))
                GROUP BY actor
              ) AS subquery_1
            ) AS subquery_1
          ) AS subquery_1
        ) AS subquery_1
        GROUP BY at, subquery_1.cell, subquery_1.value
      ) AS subquery_1
      GROUP BY subquery_1.value
    ) AS subquery_1
  ) AS subquery_1
) AS subquery_1
GROUP BY at, cell, subquery_1.label
