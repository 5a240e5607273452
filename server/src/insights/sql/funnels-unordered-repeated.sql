SELECT
  countIf(subquery_1.level > 0) AS count_0,
  countIf(subquery_1.level > 1) AS count_1,
  avgIf((subquery_1.at_2 - subquery_1.at_1) / 1000000, subquery_1.at_2 > 0) AS average_1,
  quantileExactInclusiveIf((subquery_1.at_2 - subquery_1.at_1) / 1000000, subquery_1.at_2 > 0) AS median_1
FROM (
  SELECT
    was.actor AS actor,
    was.level AS level,
    arrayElement(was.done, 1) AS at_1,
    arrayElement(was.done, 2) AS at_2
  FROM (
    SELECT
      was.actor AS actor,
      was.times AS times,
      was.marks AS marks,
      was.next_0 AS next_0,
      was.next_1 AS next_1,
      was.counts AS counts,
      was.level AS level,
      was.place AS place,
      arraySort(arrayFilter((next) -> ifNull(next > 0, 0) AND ifNull(next - arrayElement(was.times, was.place) <= 1209600000000, 0), [arrayElement(was.next_0, was.place), arrayElement(was.next_1, was.place)])) AS done
    FROM (
      SELECT
        was.actor AS actor,
        was.times AS times,
        was.marks AS marks,
        was.next_0 AS next_0,
        was.next_1 AS next_1,
        was.counts AS counts,
        was.level AS level,
        indexOf(was.counts, was.level) AS place
      FROM (
        SELECT
          was.actor AS actor,
          was.times AS times,
          was.marks AS marks,
          was.next_0 AS next_0,
          was.next_1 AS next_1,
          was.counts AS counts,
          toInt64(arrayMax(was.counts)) AS level
        FROM (
          SELECT
            was.actor AS actor,
            was.times AS times,
            was.marks AS marks,
            was.next_0 AS next_0,
            was.next_1 AS next_1,
            arrayMap((at, mark, next_0, next_1) -> if(ifNull(mark != 0, 1), toInt64(ifNull(next_0 > 0, 0) AND ifNull(next_0 - at <= 1209600000000, 0)) + toInt64(ifNull(next_1 > 0, 0) AND ifNull(next_1 - at <= 1209600000000, 0)), toInt64(0)), was.times, was.marks, was.next_0, was.next_1) AS counts
          FROM (
            SELECT
              was.actor AS actor,
              was.times AS times,
              was.marks AS marks,
              arrayReverseFill((at) -> ifNull(at > 0, 0), arrayMap((at, of) -> if(bitTest(of, 0), at, toInt64(0)), was.times, was.marks)) AS next_0,
              arrayReverseFill((at) -> ifNull(at > 0, 0), arrayMap((at, of) -> if(bitTest(of, 1), at, toInt64(0)), was.times, was.marks)) AS next_1
            FROM (
              SELECT
                was.actor AS actor,
                was.times AS times,
                arrayMap((`step`) -> arrayElement([0, 1, 2], `step` + 1), was.chosen) AS marks
              FROM (
                SELECT
                  was.actor AS actor,
                  was.times AS times,
                  was.marks AS marks,
                  tupleElement(arrayFold((so_far, at, mark) -> tuple(arrayPushBack(tupleElement(so_far, 1), toUInt64(if(mark = 0, 0, indexOf([if(bitTest(mark, 0), arrayElement(tupleElement(so_far, 2), 1), toInt64(4611686018427387904)), if(bitTest(mark, 1), arrayElement(tupleElement(so_far, 2), 2), toInt64(4611686018427387904))], arrayMin([if(bitTest(mark, 0), arrayElement(tupleElement(so_far, 2), 1), toInt64(4611686018427387904)), if(bitTest(mark, 1), arrayElement(tupleElement(so_far, 2), 2), toInt64(4611686018427387904))]))))), arrayMap((`when`, `step`) -> if(`step` = if(mark = 0, 0, indexOf([if(bitTest(mark, 0), arrayElement(tupleElement(so_far, 2), 1), toInt64(4611686018427387904)), if(bitTest(mark, 1), arrayElement(tupleElement(so_far, 2), 2), toInt64(4611686018427387904))], arrayMin([if(bitTest(mark, 0), arrayElement(tupleElement(so_far, 2), 1), toInt64(4611686018427387904)), if(bitTest(mark, 1), arrayElement(tupleElement(so_far, 2), 2), toInt64(4611686018427387904))]))), at, `when`), tupleElement(so_far, 2), [1, 2])), was.times, was.marks, tuple(emptyArrayUInt64(), arrayMap((`step`) -> toInt64(0), range(2)))), 1) AS chosen
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
                          if(events.event = 'cart', 1, 0) + if(events.event = 'cart', 2, 0) AS mark
                        FROM events
                        LEFT ANY JOIN (
                          SELECT
                            person_overrides.old_person_id AS old_person_id,
                            argMax(person_overrides.person_id, person_overrides.version) AS person_id
                          FROM person_overrides
                          WHERE person_overrides.team_id = 1
                          GROUP BY person_overrides.old_person_id
                        ) AS events__override ON events.person_id = events__override.old_person_id
                        WHERE events.team_id = 1 AND (events.`timestamp` >= parseDateTime64BestEffort('2023-02-01 00:00:00.000', 6, 'UTC') AND events.`timestamp` < parseDateTime64BestEffort('2023-02-11 00:00:00.000', 6, 'UTC')) AND (events.event = 'cart' OR events.event = 'cart')
                      ) AS subquery_1
                      GROUP BY subquery_1.actor
                    ) AS was
                  ) AS was
                ) AS was
              ) AS was
            ) AS was
          ) AS was
        ) AS was
      ) AS was
      WHERE was.level > 0
    ) AS was
  ) AS was
) AS subquery_1
