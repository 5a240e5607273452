SELECT
  concat(toString(tupleElement(subquery_1.hop, 3)), '_', tupleElement(tupleElement(subquery_1.hop, 1), 2)) AS source,
  concat(toString(tupleElement(subquery_1.hop, 3) + 1), '_', tupleElement(tupleElement(subquery_1.hop, 2), 2)) AS target,
  count() AS times,
  avg(tupleElement(tupleElement(subquery_1.hop, 2), 1) - tupleElement(tupleElement(subquery_1.hop, 1), 1)) AS took
FROM (
  SELECT
    arrayJoin(arrayZip(arrayPopBack(subquery_1.route), arrayPopFront(subquery_1.route), arrayEnumerate(arrayPopBack(subquery_1.route)))) AS hop
  FROM (
    SELECT subquery_1.actor AS actor, arraySlice(subquery_1.visit, 1, 5) AS route
    FROM (
      SELECT
        subquery_1.actor AS actor,
        arrayFilter((`step`, this, `following`) -> ifNull(this != `following`, isNotNull(this) OR isNotNull(`following`)), subquery_1.stretch, arrayEnumerateDense(arrayMap((`step`) -> tupleElement(`step`, 2), subquery_1.stretch)), arrayPushBack(arrayPopFront(arrayEnumerateDense(arrayMap((`step`) -> tupleElement(`step`, 2), subquery_1.stretch))), 0)) AS visit
      FROM (
        SELECT
          subquery_1.actor AS actor,
          arrayJoin(arraySplit((`step`, pause) -> ifNull(pause >= 1209600000, 0), subquery_1.steps, arrayDifference(arrayMap((`step`) -> tupleElement(`step`, 1), subquery_1.steps)))) AS stretch
        FROM (
          SELECT subquery_1.actor AS actor, arraySort(groupArray(tuple(subquery_1.at, subquery_1.item))) AS steps
          FROM (
            SELECT did.actor AS actor, did.at AS at, did.item AS item
            FROM (
              SELECT
                if(notEmpty(events__override.old_person_id), events__override.person_id, events.person_id) AS actor,
                toUnixTimestamp64Milli(toTimeZone(events.`timestamp`, 'UTC')) AS at,
                toUnixTimestamp64Micro(toTimeZone(events.`timestamp`, 'UTC')) AS exactly,
                if(events.event = '$pageview', replaceRegexpOne(ifNull(events.`properties_map:$current_url`, ''), '(.)/$', {p0:String}), events.event) AS item
              FROM events
              LEFT ANY JOIN (
                SELECT
                  person_overrides.old_person_id AS old_person_id,
                  argMax(person_overrides.person_id, person_overrides.version) AS person_id
                FROM person_overrides
                WHERE person_overrides.team_id = 1
                GROUP BY person_overrides.old_person_id
              ) AS events__override ON events.person_id = events__override.old_person_id
              WHERE events.team_id = 1 AND (events.`timestamp` >= parseDateTime64BestEffort('2023-02-06 00:00:00.000', 6, 'UTC') AND events.`timestamp` < parseDateTime64BestEffort('2023-02-07 00:00:00.000', 6, 'UTC')) AND events.event = '$pageview'
            ) AS did
            INNER JOIN (
              SELECT subquery_1.actor AS actor, subquery_1.at_2 AS since
              FROM (
                SELECT
                  subquery_1.actor AS actor,
                  subquery_1.level AS level,
                  subquery_1.at_1 AS at_1,
                  subquery_1.at_2 AS at_2,
                  subquery_1.at_3 AS at_3
                FROM (
                  SELECT
                    was.actor AS actor,
                    was.level AS level,
                    was.run AS at_1,
                    if(was.level > 1, arrayElement(was.times, indexOf(was.run_1, was.run)), toInt64(0)) AS at_2,
                    if(was.level > 2, arrayElement(was.times, indexOf(was.run_2, was.run)), toInt64(0)) AS at_3
                  FROM (
                    SELECT
                      was.actor AS actor,
                      was.times AS times,
                      was.marks AS marks,
                      was.run_0 AS run_0,
                      was.run_1 AS run_1,
                      was.run_2 AS run_2,
                      multiIf(arrayExists((run) -> ifNull(run > 0, 0), was.run_2), toInt64(3), arrayExists((run) -> ifNull(run > 0, 0), was.run_1), toInt64(2), arrayExists((run) -> ifNull(run > 0, 0), was.run_0), toInt64(1), toInt64(0)) AS level,
                      multiIf(arrayExists((run) -> ifNull(run > 0, 0), was.run_2), arrayFirst((run) -> ifNull(run > 0, 0), was.run_2), arrayExists((run) -> ifNull(run > 0, 0), was.run_1), arrayFirst((run) -> ifNull(run > 0, 0), was.run_1), arrayExists((run) -> ifNull(run > 0, 0), was.run_0), arrayFirst((run) -> ifNull(run > 0, 0), was.run_0), toInt64(0)) AS run
                    FROM (
                      SELECT
                        was.actor AS actor,
                        was.times AS times,
                        was.marks AS marks,
                        was.run_0 AS run_0,
                        was.run_1 AS run_1,
                        arrayMap((at, mark, held_1) -> if(bitTest(mark, 2), if(held_1 > 0 AND at - held_1 <= 1209600000000, held_1, toInt64(0)), toInt64(0)), was.times, was.marks, arrayShiftRight(arrayFill((run) -> ifNull(run != 0, 1), was.run_1), 1, toInt64(0))) AS run_2
                      FROM (
                        SELECT
                          was.actor AS actor,
                          was.times AS times,
                          was.marks AS marks,
                          was.run_0 AS run_0,
                          arrayMap((at, mark, held_0) -> if(bitTest(mark, 1), if(held_0 > 0 AND at - held_0 <= 1209600000000, held_0, toInt64(0)), toInt64(0)), was.times, was.marks, arrayShiftRight(arrayFill((run) -> ifNull(run != 0, 1), was.run_0), 1, toInt64(0))) AS run_1
                        FROM (
                          SELECT
                            was.actor AS actor,
                            was.times AS times,
                            was.marks AS marks,
                            arrayMap((at, mark) -> if(bitTest(mark, 0), at, toInt64(0)), was.times, was.marks) AS run_0
                          FROM (
                            SELECT
                              was.actor AS actor,
                              was.times AS times,
                              arrayMap((code) -> bitAnd(code, 4294967295), was.codes) AS marks
                            FROM (
                              SELECT
                                was.actor AS actor,
                                arrayMap((entry) -> tupleElement(entry, 1), was.entries) AS times,
                                arrayMap((entry) -> tupleElement(entry, 2), was.entries) AS codes
                              FROM (
                                SELECT
                                  subquery_1.actor AS actor,
                                  arraySort(groupArray(tuple(subquery_1.at, toUInt64(bitAnd(subquery_1.mark, negate(subquery_1.mark)) * 4294967296 + subquery_1.mark)))) AS entries
                                FROM (
                                  SELECT
                                    if(notEmpty(events__override.old_person_id), events__override.person_id, events.person_id) AS actor,
                                    toUnixTimestamp64Micro(toTimeZone(events.`timestamp`, 'UTC')) AS at,
                                    if(events.event = '$pageview' AND events.`properties_map:$current_url` ILIKE '%/a/1%', 1, 0) + if(events.event = '$pageview' AND events.`properties_map:$current_url` ILIKE '%/b%', 2, 0) + if(events.event = '$pageview' AND events.`properties_map:$current_url` ILIKE '%/end%', 4, 0) AS mark
                                  FROM events
                                  LEFT ANY JOIN (
                                    SELECT
                                      person_overrides.old_person_id AS old_person_id,
                                      argMax(person_overrides.person_id, person_overrides.version) AS person_id
                                    FROM person_overrides
                                    WHERE person_overrides.team_id = 1
                                    GROUP BY person_overrides.old_person_id
                                  ) AS events__override ON events.person_id = events__override.old_person_id
                                  WHERE events.team_id = 1 AND (events.`timestamp` >= parseDateTime64BestEffort('2023-02-06 00:00:00.000', 6, 'UTC') AND events.`timestamp` < parseDateTime64BestEffort('2023-02-07 00:00:00.000', 6, 'UTC')) AND (events.event = '$pageview' AND events.`properties_map:$current_url` ILIKE '%/a/1%' OR events.event = '$pageview' AND events.`properties_map:$current_url` ILIKE '%/b%' OR events.event = '$pageview' AND events.`properties_map:$current_url` ILIKE '%/end%')
                                ) AS subquery_1
                                GROUP BY subquery_1.actor
                                HAVING bitAnd(groupBitOr(subquery_1.mark), 1) = 1
                              ) AS was
                            ) AS was
                          ) AS was
                        ) AS was
                      ) AS was
                    ) AS was
                  ) AS was
                  WHERE was.level > 0
                ) AS subquery_1
                WHERE subquery_1.level >= 2
              ) AS subquery_1
            ) AS spans ON did.actor = spans.actor
            WHERE did.exactly >= spans.since
          ) AS subquery_1
          GROUP BY subquery_1.actor
        ) AS subquery_1
      ) AS subquery_1
    ) AS subquery_1
  ) AS subquery_1
) AS subquery_1
GROUP BY source, target
ORDER BY times DESC, source ASC, target ASC
LIMIT 50
