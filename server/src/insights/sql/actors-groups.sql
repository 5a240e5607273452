SELECT
  source.actor_id AS actor_id,
  if(notEmpty(`group`.group_key), `group`.`properties.name`, NULL),
  if(notEmpty(`group`.group_key), toTimeZone(`group`.created_at, 'UTC'), NULL),
  source.actor_id AS whose,
  source.event_distinct_ids AS event_distinct_ids
FROM (
  SELECT
    events.`$group_0` AS actor_id,
    count() AS event_count,
    groupUniqArray(10)(events.distinct_id) AS event_distinct_ids
  FROM events
  WHERE events.team_id = 1 AND (events.`timestamp` >= parseDateTime64BestEffort('2023-02-02 00:00:00.000', 6, 'UTC') AND events.`timestamp` < parseDateTime64BestEffort('2023-02-03 00:00:00.000', 6, 'UTC')) AND events.event = 'view' AND events.`$group_0` != ''
  GROUP BY actor_id
) AS source
LEFT JOIN (
  SELECT
    groups.group_type_index AS group_type_index,
    groups.group_key AS group_key,
    tupleElement(argMax((multiIf(groups.group_properties_map['name'] = '', NULL, groups.group_properties_map['name'] = '\x01', '', groups.group_properties_map['name']), groups.created_at), groups.version), 1) AS `properties.name`,
    tupleElement(argMax((multiIf(groups.group_properties_map['name'] = '', NULL, groups.group_properties_map['name'] = '\x01', '', groups.group_properties_map['name']), groups.created_at), groups.version), 2) AS created_at
  FROM groups
  WHERE groups.team_id = 1
  GROUP BY groups.group_type_index, groups.group_key
) AS `group` ON `group`.group_key = source.actor_id AND `group`.group_type_index = 0
ORDER BY source.actor_id ASC, source.actor_id ASC
LIMIT 101
