SELECT 0 AS series_index, 0 AS period_index, subquery_1.active AS active, count() AS actors
FROM (
  SELECT
    events.`$group_0` AS actor,
    uniqExact(toUnixTimestamp(toStartOfDay(toTimeZone(events.`timestamp`, 'UTC')))) AS active
  FROM events
  WHERE events.team_id = 1 AND (events.`timestamp` >= parseDateTime64BestEffort('2023-02-01 00:00:00.000', 6, 'UTC') AND events.`timestamp` < parseDateTime64BestEffort('2023-02-06 00:00:00.000', 6, 'UTC')) AND events.event = 'view' AND events.`$group_0` != ''
  GROUP BY actor
) AS subquery_1
GROUP BY subquery_1.active
