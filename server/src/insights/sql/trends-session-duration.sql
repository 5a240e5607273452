SELECT
  0 AS series_index,
  0 AS period_index,
  counted.bucket AS bucket,
  accurateCastOrNull(avg(sessions.duration), 'Float64') AS value
FROM (
  SELECT
    toUnixTimestamp(toStartOfDay(toTimeZone(events.`timestamp`, 'UTC'))) AS bucket,
    events.`$session_id` AS session_id
  FROM events
  WHERE events.team_id = 1 AND ((events.`timestamp` >= parseDateTime64BestEffort('2023-02-01 00:00:00.000', 6, 'UTC') AND events.`timestamp` < parseDateTime64BestEffort('2023-02-06 00:00:00.000', 6, 'UTC')) AND events.event = 'view') AND events.`$session_id` != ''
  GROUP BY bucket, session_id
) AS counted
INNER JOIN (
  SELECT
    events.`$session_id` AS session_id,
    dateDiff('second', min(toTimeZone(events.`timestamp`, 'UTC')), max(toTimeZone(events.`timestamp`, 'UTC'))) AS duration
  FROM events
  WHERE events.team_id = 1 AND (events.`timestamp` >= parseDateTime64BestEffort('2023-01-29 00:00:00.000', 6, 'UTC') AND events.`timestamp` < parseDateTime64BestEffort('2023-02-09 00:00:00.000', 6, 'UTC')) AND events.`$session_id` != ''
  GROUP BY session_id
) AS sessions ON counted.session_id = sessions.session_id
GROUP BY bucket
