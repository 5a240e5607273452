SELECT
  0 AS series_index,
  0 AS period_index,
  subquery_1.label AS label,
  tupleElement(subquery_1.point, 1) AS at,
  sum(tupleElement(subquery_1.point, 2)) AS amount
FROM (
  SELECT
    if(subquery_1.rank <= 1, subquery_1.breakdown, ['$$_posthog_breakdown_other_$$', '$$_posthog_breakdown_other_$$']) AS label,
    arrayJoin(subquery_1.points) AS point
  FROM (
    SELECT
      subquery_1.breakdown AS breakdown,
      subquery_1.points AS points,
      row_number() OVER (ORDER BY has(subquery_1.breakdown, '$$_posthog_breakdown_null_$$') ASC, subquery_1.total DESC, subquery_1.breakdown ASC) AS rank
    FROM (
      SELECT
        subquery_1.breakdown AS breakdown,
        groupArray(tuple(subquery_1.bucket, subquery_1.value)) AS points,
        sum(subquery_1.value) AS total
      FROM (
        SELECT
          toUnixTimestamp(toStartOfDay(toTimeZone(events.`timestamp`, 'UTC'))) AS bucket,
          [ifNull(nullIf(multiIf(events.properties_map['vip'] = '', NULL, events.properties_map['vip'] = '\x01', '', events.properties_map['vip']), ''), '$$_posthog_breakdown_null_$$'), ifNull(nullIf(multiIf(events.person_properties_map['plan'] = '', NULL, events.person_properties_map['plan'] = '\x01', '', events.person_properties_map['plan']), ''), '$$_posthog_breakdown_null_$$')] AS breakdown,
          accurateCastOrNull(count(), 'Float64') AS value
        FROM events
        WHERE events.team_id = 1 AND (events.`timestamp` >= parseDateTime64BestEffort('2023-02-01 00:00:00.000', 6, 'UTC') AND events.`timestamp` < parseDateTime64BestEffort('2023-02-06 00:00:00.000', 6, 'UTC')) AND events.event = 'view'
        GROUP BY bucket, breakdown
      ) AS subquery_1
      GROUP BY subquery_1.breakdown
    ) AS subquery_1
  ) AS subquery_1
) AS subquery_1
GROUP BY subquery_1.label, at
