SELECT
  0 AS series_index,
  tupleElement(subquery_1.happening, 1) - 1 AS at,
  tupleElement(subquery_1.happening, 2) AS status,
  count() AS people
FROM (
  SELECT
    arrayJoin(arrayConcat(arrayMap((at) -> tuple(at, multiIf(at = subquery_1.made, 'new', has(subquery_1.active, at - 1), 'returning', 'resurrecting')), arrayFilter((at) -> ifNull(at > 1, 0), subquery_1.active)), arrayMap((at) -> tuple(at + 1, 'dormant'), arrayFilter((at) -> ifNull(at > 0, 0) AND ifNull(at <= 5, 0) AND NOT has(subquery_1.active, at + 1), subquery_1.active)))) AS happening
  FROM (
    SELECT
      events.`$group_0` AS actor,
      toInt32(dateDiff('day', parseDateTime64BestEffort('2023-02-04 00:00:00.000', 6, 'UTC'), min(toTimeZone(events__group_0.created_at, 'UTC')), 'UTC') + 1) AS made,
      groupUniqArray(toInt32(dateDiff('day', parseDateTime64BestEffort('2023-02-04 00:00:00.000', 6, 'UTC'), toTimeZone(events.`timestamp`, 'UTC'), 'UTC') + 1)) AS active
    FROM events
    LEFT ANY JOIN (
      SELECT
        groups.group_type_index AS group_type_index,
        groups.group_key AS group_key,
        tupleElement(argMax(tuple(groups.created_at), groups.version), 1) AS created_at
      FROM groups
      WHERE groups.team_id = 2
      GROUP BY groups.group_type_index, groups.group_key
    ) AS events__group_0 ON events.`$group_0` = events__group_0.group_key AND events__group_0.group_type_index = 0
    WHERE events.team_id = 2 AND (events.`timestamp` >= parseDateTime64BestEffort('2023-02-04 00:00:00.000', 6, 'UTC') AND events.`timestamp` < parseDateTime64BestEffort('2023-02-10 00:00:00.000', 6, 'UTC')) AND events.event = 'view' AND events.`$group_0` != ''
    GROUP BY actor
  ) AS subquery_1
) AS subquery_1
GROUP BY at, status
