SELECT 0 AS series_index, 0 AS period_index, subquery_1.breakdown AS label, sum(subquery_1.value) AS amount
FROM (
  SELECT
    subquery_1.breakdown AS breakdown,
    subquery_1.value AS value,
    row_number() OVER (ORDER BY subquery_1.breakdown = '$$_posthog_breakdown_null_$$' ASC, subquery_1.value DESC, subquery_1.breakdown ASC) AS rank
  FROM (
    SELECT
      ifNull(nullIf(events.`properties_map:$browser`, ''), '$$_posthog_breakdown_null_$$') AS breakdown,
      accurateCastOrNull(count(), 'Float64') AS value
    FROM events
    WHERE events.team_id = 1 AND (events.`timestamp` >= parseDateTime64BestEffort('2023-02-01 00:00:00.000', 6, 'UTC') AND events.`timestamp` < parseDateTime64BestEffort('2023-02-06 00:00:00.000', 6, 'UTC')) AND events.event = 'view'
    GROUP BY breakdown
  ) AS subquery_1
) AS subquery_1
WHERE subquery_1.rank <= 1
GROUP BY label
