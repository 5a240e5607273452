SELECT
  0 AS series_index,
  0 AS period_index,
  toUnixTimestamp(toStartOfDay(toTimeZone(events.`timestamp`, 'UTC'))) AS bucket,
  accurateCastOrNull(count(), 'Float64') AS value
FROM events
WHERE events.team_id = 1 AND (events.`timestamp` >= parseDateTime64BestEffort('2023-02-01 00:00:00.000', 6, 'UTC') AND events.`timestamp` < parseDateTime64BestEffort('2023-02-06 00:00:00.000', 6, 'UTC')) AND (events.event = 'view' AND (events.`properties_map:$browser` IN ('Chrome', 'Opera') AND toFloat64OrNull(multiIf(events.properties_map['amount'] = '', NULL, events.properties_map['amount'] = '\x01', '', events.properties_map['amount'])) > 20 OR multiIf(events.person_properties_map['plan'] = '', NULL, events.person_properties_map['plan'] = '\x01', '', events.person_properties_map['plan']) ILIKE '%PRO%'))
GROUP BY bucket
