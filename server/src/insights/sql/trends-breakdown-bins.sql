SELECT
  0 AS series_index,
  0 AS period_index,
  min(accurateCastOrNull(toFloat64OrNull(multiIf(events.properties_map['amount'] = '', NULL, events.properties_map['amount'] = '\x01', '', events.properties_map['amount'])), 'Float64')) AS low_0,
  max(accurateCastOrNull(toFloat64OrNull(multiIf(events.properties_map['amount'] = '', NULL, events.properties_map['amount'] = '\x01', '', events.properties_map['amount'])), 'Float64')) AS high_0
FROM events
WHERE events.team_id = 1 AND (events.`timestamp` >= parseDateTime64BestEffort('2023-02-01 00:00:00.000', 6, 'UTC') AND events.`timestamp` < parseDateTime64BestEffort('2023-02-06 00:00:00.000', 6, 'UTC')) AND events.event = 'view'

SELECT
  0 AS series_index,
  0 AS period_index,
  subquery_1.label AS label,
  tupleElement(subquery_1.point, 1) AS at,
  sum(tupleElement(subquery_1.point, 2)) AS amount
FROM (
  SELECT
    if(subquery_1.rank <= 25, subquery_1.breakdown, '$$_posthog_breakdown_other_$$') AS label,
    arrayJoin(subquery_1.points) AS point
  FROM (
    SELECT
      subquery_1.breakdown AS breakdown,
      subquery_1.points AS points,
      row_number() OVER (ORDER BY ifNull(subquery_1.breakdown = '$$_posthog_breakdown_null_$$', 0) ASC, subquery_1.total DESC, subquery_1.breakdown ASC) AS rank
    FROM (
      SELECT
        subquery_1.breakdown AS breakdown,
        groupArray(tuple(subquery_1.bucket, subquery_1.value)) AS points,
        sum(subquery_1.value) AS total
      FROM (
        SELECT
          toUnixTimestamp(toStartOfDay(toTimeZone(events.`timestamp`, 'UTC'))) AS bucket,
          multiIf(isNull(accurateCastOrNull(toFloat64OrNull(multiIf(events.properties_map['amount'] = '', NULL, events.properties_map['amount'] = '\x01', '', events.properties_map['amount'])), 'Float64')), '$$_posthog_breakdown_null_$$', accurateCastOrNull(toFloat64OrNull(multiIf(events.properties_map['amount'] = '', NULL, events.properties_map['amount'] = '\x01', '', events.properties_map['amount'])), 'Float64') < 16.25, '[2.5,16.25]', isNotNull(accurateCastOrNull(toFloat64OrNull(multiIf(events.properties_map['amount'] = '', NULL, events.properties_map['amount'] = '\x01', '', events.properties_map['amount'])), 'Float64')), '[16.25,30.01]', '$$_posthog_breakdown_null_$$') AS breakdown,
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
