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
    arrayElement(was.done, 1) AS at_1,
    arrayElement(was.done, 2) AS at_2,
    arrayElement(was.done, 3) AS at_3
  FROM (
    SELECT
      was.actor AS actor,
      was.times AS times,
      was.marks AS marks,
      was.next_0 AS next_0,
      was.next_1 AS next_1,
      was.next_2 AS next_2,
      was.counts AS counts,
      was.level AS level,
      was.place AS place,
      arraySort(arrayFilter((next) -> ifNull(next > 0, 0) AND ifNull(next - arrayElement(was.times, was.place) <= 1209600000000, 0), [arrayElement(was.next_0, was.place), arrayElement(was.next_1, was.place), arrayElement(was.next_2, was.place)])) AS done
    FROM (
      SELECT
        was.actor AS actor,
        was.times AS times,
        was.marks AS marks,
        was.next_0 AS next_0,
        was.next_1 AS next_1,
        was.next_2 AS next_2,
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
          was.next_2 AS next_2,
          was.counts AS counts,
          toInt64(arrayMax(was.counts)) AS level
        FROM (
          SELECT
            was.actor AS actor,
            was.times AS times,
            was.marks AS marks,
            was.next_0 AS next_0,
            was.next_1 AS next_1,
            was.next_2 AS next_2,
            arrayMap((at, mark, next_0, next_1, next_2) -> if(ifNull(mark != 0, 1), toInt64(ifNull(next_0 > 0, 0) AND ifNull(next_0 - at <= 1209600000000, 0)) + toInt64(ifNull(next_1 > 0, 0) AND ifNull(next_1 - at <= 1209600000000, 0)) + toInt64(ifNull(next_2 > 0, 0) AND ifNull(next_2 - at <= 1209600000000, 0)), toInt64(0)), was.times, was.marks, was.next_0, was.next_1, was.next_2) AS counts
          FROM (
            SELECT
              was.actor AS actor,
              was.times AS times,
              was.marks AS marks,
              arrayReverseFill((at) -> ifNull(at > 0, 0), arrayMap((at, of) -> if(bitTest(of, 0), at, toInt64(0)), was.times, was.marks)) AS next_0,
              arrayReverseFill((at) -> ifNull(at > 0, 0), arrayMap((at, of) -> if(bitTest(of, 1), at, toInt64(0)), was.times, was.marks)) AS next_1,
              arrayReverseFill((at) -> ifNull(at > 0, 0), arrayMap((at, of) -> if(bitTest(of, 2), at, toInt64(0)), was.times, was.marks)) AS next_2
            FROM (
              SELECT
                was.actor AS actor,
                arrayMap((entry) -> toInt64(bitShiftRight(entry, 12)), was.entries) AS times,
                arrayMap((entry) -> bitAnd(entry, 4095), was.entries) AS marks
              FROM (
                SELECT
                  subquery_1.actor AS actor,
                  arraySort(groupArray(toUInt64(subquery_1.at) * 4096 + toUInt64(subquery_1.mark))) AS entries
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
                  WHERE events.team_id = 1 AND (events.`timestamp` >= parseDateTime64BestEffort('2023-02-01 00:00:00.000', 6, 'UTC') AND events.`timestamp` < parseDateTime64BestEffort('2023-02-11 00:00:00.000', 6, 'UTC')) AND (events.event = 'view' OR events.event = 'cart' OR events.event = 'buy')
                ) AS subquery_1
                GROUP BY subquery_1.actor
              ) AS was
            ) AS was
          ) AS was
        ) AS was
      ) AS was
      WHERE was.level > 0
    ) AS was
  ) AS was
) AS subquery_1
