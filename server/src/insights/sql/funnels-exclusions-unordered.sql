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
      was.bans AS bans,
      was.next_0 AS next_0,
      was.next_1 AS next_1,
      was.next_2 AS next_2,
      was.next_ban AS next_ban,
      was.counts AS counts,
      was.level AS level,
      was.place AS place,
      arraySort(arrayFilter((next) -> ifNull(next > 0, 0) AND ifNull(next - arrayElement(was.times, was.place) <= 1209600000000, 0), [arrayElement(was.next_0, was.place), arrayElement(was.next_1, was.place), arrayElement(was.next_2, was.place)])) AS done
    FROM (
      SELECT
        was.actor AS actor,
        was.times AS times,
        was.marks AS marks,
        was.bans AS bans,
        was.next_0 AS next_0,
        was.next_1 AS next_1,
        was.next_2 AS next_2,
        was.next_ban AS next_ban,
        was.counts AS counts,
        was.level AS level,
        indexOf(was.counts, was.level) AS place
      FROM (
        SELECT
          was.actor AS actor,
          was.times AS times,
          was.marks AS marks,
          was.bans AS bans,
          was.next_0 AS next_0,
          was.next_1 AS next_1,
          was.next_2 AS next_2,
          was.next_ban AS next_ban,
          was.counts AS counts,
          toInt64(arrayMax(was.counts)) AS level
        FROM (
          SELECT
            was.actor AS actor,
            was.times AS times,
            was.marks AS marks,
            was.bans AS bans,
            was.next_0 AS next_0,
            was.next_1 AS next_1,
            was.next_2 AS next_2,
            was.next_ban AS next_ban,
            arrayMap((at, mark, next_0, next_1, next_2, next_ban) -> if(ifNull(mark != 0, 1), if((next_ban > 0 AND next_ban - at <= 1209600000000) AND NOT (((ifNull(next_0 > 0, 0) AND ifNull(next_0 - at <= 1209600000000, 0)) AND (ifNull(next_1 > 0, 0) AND ifNull(next_1 - at <= 1209600000000, 0)) AND (ifNull(next_2 > 0, 0) AND ifNull(next_2 - at <= 1209600000000, 0))) AND ifNull(greatest(next_0, next_1, next_2) < next_ban, 0)), toInt64(0), toInt64(ifNull(next_0 > 0, 0) AND ifNull(next_0 - at <= 1209600000000, 0)) + toInt64(ifNull(next_1 > 0, 0) AND ifNull(next_1 - at <= 1209600000000, 0)) + toInt64(ifNull(next_2 > 0, 0) AND ifNull(next_2 - at <= 1209600000000, 0))), toInt64(0)), was.times, was.marks, was.next_0, was.next_1, was.next_2, was.next_ban) AS counts
          FROM (
            SELECT
              was.actor AS actor,
              was.times AS times,
              was.marks AS marks,
              was.bans AS bans,
              arrayReverseFill((at) -> ifNull(at > 0, 0), arrayMap((at, of) -> if(bitTest(of, 0), at, toInt64(0)), was.times, was.marks)) AS next_0,
              arrayReverseFill((at) -> ifNull(at > 0, 0), arrayMap((at, of) -> if(bitTest(of, 1), at, toInt64(0)), was.times, was.marks)) AS next_1,
              arrayReverseFill((at) -> ifNull(at > 0, 0), arrayMap((at, of) -> if(bitTest(of, 2), at, toInt64(0)), was.times, was.marks)) AS next_2,
              arrayReverseFill((at) -> ifNull(at > 0, 0), arrayMap((at, of) -> if(ifNull(of != 0, 1), at, toInt64(0)), was.times, was.bans)) AS next_ban
            FROM (
              SELECT
                was.actor AS actor,
                was.times AS times,
                arrayMap((code) -> if(code < 4611686018427387904, code, 0), was.codes) AS marks,
                arrayMap((code) -> if(NOT ifNull(code < 4611686018427387904, 0) AND code < 9223372036854775808, bitAnd(code, 4294967295), 0), was.codes) AS bans
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
                        arraySort(groupArray(tuple(subquery_1.at, multiIf(ifNull(subquery_1.mark != 0, 1), toUInt64(subquery_1.mark), subquery_1.ban != 0, bitOr(toUInt64(subquery_1.ban), toUInt64(4611686018427387904)), toUInt64(9223372036854775808))))) AS entries
                      FROM (
                        SELECT
                          if(notEmpty(events__override.old_person_id), events__override.person_id, events.person_id) AS actor,
                          toUnixTimestamp64Micro(toTimeZone(events.`timestamp`, 'UTC')) AS at,
                          multiIf(events.event = 'view', 1, events.event = 'cart', 2, events.event = 'buy', 4, 0) AS mark,
                          0 + if(events.event = 'help', 2, 0) + if(events.event = 'help', 4, 0) AS ban
                        FROM events
                        LEFT ANY JOIN (
                          SELECT
                            person_overrides.old_person_id AS old_person_id,
                            argMax(person_overrides.person_id, person_overrides.version) AS person_id
                          FROM person_overrides
                          WHERE person_overrides.team_id = 1
                          GROUP BY person_overrides.old_person_id
                        ) AS events__override ON events.person_id = events__override.old_person_id
                        WHERE events.team_id = 1 AND (events.`timestamp` >= parseDateTime64BestEffort('2023-02-01 00:00:00.000', 6, 'UTC') AND events.`timestamp` < parseDateTime64BestEffort('2023-02-11 00:00:00.000', 6, 'UTC')) AND (events.event = 'view' OR events.event = 'cart' OR events.event = 'buy' OR events.event = 'help')
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
