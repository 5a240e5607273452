SELECT
  countIf(subquery_1.level > 0) AS count_0,
  countIf(subquery_1.level > 1) AS count_1,
  countIf(subquery_1.level > 2) AS count_2,
  avgIf((subquery_1.at_2 - subquery_1.at_1) / 1000000, subquery_1.at_2 > 0) AS average_1,
  avgIf((subquery_1.at_3 - subquery_1.at_2) / 1000000, subquery_1.at_3 > 0) AS average_2,
  quantileExactInclusiveIf((subquery_1.at_2 - subquery_1.at_1) / 1000000, subquery_1.at_2 > 0) AS median_1,
  quantileExactInclusiveIf((subquery_1.at_3 - subquery_1.at_2) / 1000000, subquery_1.at_3 > 0) AS median_2
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
        arrayMap((at, mark, held_1) -> if(bitTest(mark, 2), if(held_1 > 0 AND at - held_1 <= 1209600000000, held_1, toInt64(0)), toInt64(0)), was.times, was.marks, arrayShiftRight(arrayFill((run, mark) -> ifNull(run != 0, 1) OR NOT bitTest(mark, 1), was.run_1, was.marks), 1, toInt64(0))) AS run_2
      FROM (
        SELECT
          was.actor AS actor,
          was.times AS times,
          was.marks AS marks,
          was.run_0 AS run_0,
          arrayMap((at, mark, held_0) -> if(bitTest(mark, 1), if(held_0 > 0 AND at - held_0 <= 1209600000000, held_0, toInt64(0)), toInt64(0)), was.times, was.marks, arrayShiftRight(arrayFill((run, mark) -> ifNull(run != 0, 1) OR NOT bitTest(mark, 0), was.run_0, was.marks), 1, toInt64(0))) AS run_1
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
              arrayMap((code) -> if(code < 4611686018427387904, code, 0), was.codes) AS marks
            FROM (
              SELECT
                was.actor AS actor,
                arrayFilter((it, at, code, `last`) -> ifNull(code < 4611686018427387904, 0) OR ifNull(at != `last`, isNotNull(at) OR isNotNull(`last`)), was.times, was.times, was.codes, was.step_at) AS times,
                arrayFilter((it, at, code, `last`) -> ifNull(code < 4611686018427387904, 0) OR ifNull(at != `last`, isNotNull(at) OR isNotNull(`last`)), was.codes, was.times, was.codes, was.step_at) AS codes
              FROM (
                SELECT
                  was.actor AS actor,
                  was.times AS times,
                  was.codes AS codes,
                  arrayFill((at) -> ifNull(at > 0, 0), arrayMap((at, code) -> if(code < 4611686018427387904, at, toInt64(0)), was.times, was.codes)) AS step_at
                FROM (
                  SELECT
                    was.actor AS actor,
                    arrayMap((entry) -> tupleElement(entry, 1), was.entries) AS times,
                    arrayMap((entry) -> tupleElement(entry, 2), was.entries) AS codes
                  FROM (
                    SELECT
                      subquery_1.actor AS actor,
                      arraySort(groupArray(tuple(subquery_1.at, multiIf(ifNull(subquery_1.mark != 0, 1), toUInt64(subquery_1.mark), toUInt64(9223372036854775808))))) AS entries
                    FROM (
                      SELECT
                        if(notEmpty(events__override.old_person_id), events__override.person_id, events.person_id) AS actor,
                        toUnixTimestamp64Micro(toTimeZone(events.`timestamp`, 'UTC')) AS at,
                        multiIf(events.event = 'view', 1, events.event = 'cart', 2, events.event = 'buy', 4, 0) AS mark
                      FROM events
                      LEFT ANY JOIN (
                        SELECT
                          person_overrides.old_person_id AS old_person_id,
                          argMax(person_overrides.person_id, person_overrides.version) AS person_id
                        FROM person_overrides
                        WHERE person_overrides.team_id = 1
                        GROUP BY person_overrides.old_person_id
                      ) AS events__override ON events.person_id = events__override.old_person_id
                      WHERE events.team_id = 1 AND events.`timestamp` >= parseDateTime64BestEffort('2023-02-01 00:00:00.000', 6, 'UTC') AND events.`timestamp` < parseDateTime64BestEffort('2023-02-11 00:00:00.000', 6, 'UTC')
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
    ) AS was
  ) AS was
  WHERE was.level > 0
) AS subquery_1
