SELECT
  concat(toString(tupleElement(subquery_1.hop, 3)), '_', tupleElement(tupleElement(subquery_1.hop, 1), 2)) AS source,
  concat(toString(tupleElement(subquery_1.hop, 3) + 1), '_', tupleElement(tupleElement(subquery_1.hop, 2), 2)) AS target,
  count() AS times,
  avg(tupleElement(tupleElement(subquery_1.hop, 2), 1) - tupleElement(tupleElement(subquery_1.hop, 1), 1)) AS took
FROM (
  SELECT
    arrayJoin(arrayZip(arrayPopBack(subquery_1.route), arrayPopFront(subquery_1.route), arrayEnumerate(arrayPopBack(subquery_1.route)))) AS hop
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
              if(notEmpty(events__override.old_person_id), events__override.person_id, events.person_id) AS actor,
              toUnixTimestamp64Milli(toTimeZone(events.`timestamp`, 'UTC')) AS at,
              if(events.event = '$screen', ifNull(events.`properties_map:$screen_name`, ''), events.event) AS item
            FROM events
            LEFT ANY JOIN (
              SELECT
                person_overrides.old_person_id AS old_person_id,
                argMax(person_overrides.person_id, person_overrides.version) AS person_id
              FROM person_overrides
              WHERE person_overrides.team_id = 1
              GROUP BY person_overrides.old_person_id
            ) AS events__override ON events.person_id = events__override.old_person_id
            WHERE events.team_id = 1 AND (events.`timestamp` >= parseDateTime64BestEffort('2023-02-06 00:00:00.000', 6, 'UTC') AND events.`timestamp` < parseDateTime64BestEffort('2023-02-07 00:00:00.000', 6, 'UTC')) AND (events.event = '$screen' OR NOT startsWith(events.event, '$'))
          ) AS subquery_1
          GROUP BY subquery_1.actor
        ) AS subquery_1
      ) AS subquery_1
    ) AS subquery_1
  ) AS subquery_1
) AS subquery_1
GROUP BY source, target
ORDER BY times DESC, source ASC, target ASC
LIMIT 50
