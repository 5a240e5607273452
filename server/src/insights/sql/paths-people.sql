SELECT source.actor_id AS actor_id, source.event_count AS event_count, source.actor_id AS whose
FROM (
  SELECT subquery_1.actor AS actor_id, count() AS event_count
  FROM (
    SELECT subquery_1.actor AS actor, arraySlice(subquery_1.visit, 1, 5) AS route
    FROM (
      SELECT
        subquery_1.actor AS actor,
        arrayFilter((`step`, this, `following`) -> ifNull(this != `following`, isNotNull(this) OR isNotNull(`following`)), subquery_1.stretch, arrayEnumerateDense(arrayMap((`step`) -> tupleElement(`step`, 2), subquery_1.stretch)), arrayPushBack(arrayPopFront(arrayEnumerateDense(arrayMap((`step`) -> tupleElement(`step`, 2), subquery_1.stretch))), 0)) AS visit
      FROM (
        SELECT
          subquery_1.actor AS actor,
          arrayJoin(arraySplit((`step`, pause) -> ifNull(pause >= 1800000, 0), subquery_1.steps, arrayDifference(arrayMap((`step`) -> tupleElement(`step`, 1), subquery_1.steps)))) AS stretch
        FROM (
          SELECT subquery_1.actor AS actor, arraySort(groupArray(tuple(subquery_1.at, subquery_1.item))) AS steps
          FROM (
            SELECT
              events.`$group_0` AS actor,
              toUnixTimestamp64Milli(toTimeZone(events.`timestamp`, 'UTC')) AS at,
              if(events.event = '$pageview', replaceRegexpOne(ifNull(events.`properties_map:$current_url`, ''), '(.)/$', {p0:String}), events.event) AS item
            FROM events
            WHERE events.team_id = 1 AND (events.`timestamp` >= parseDateTime64BestEffort('2023-02-06 00:00:00.000', 6, 'UTC') AND events.`timestamp` < parseDateTime64BestEffort('2023-02-07 00:00:00.000', 6, 'UTC')) AND events.event = '$pageview' AND events.`$group_0` != ''
          ) AS subquery_1
          GROUP BY subquery_1.actor
        ) AS subquery_1
      ) AS subquery_1
    ) AS subquery_1
  ) AS subquery_1
  WHERE (length(subquery_1.route) > 1 AND tupleElement(arrayElement(subquery_1.route, 1), 2) = '/') AND (length(subquery_1.route) >= 2 AND tupleElement(arrayElement(subquery_1.route, 2), 2) = '/end')
  GROUP BY actor_id
) AS source
ORDER BY source.actor_id ASC, source.actor_id ASC
LIMIT 101
