SELECT
    concat(toString(hop.3), '_', hop.1.2) AS source,
    concat(toString(hop.3 + 1), '_', hop.2.2) AS target,
    count() AS routes,
    avg(hop.2.1 - hop.1.1) AS took
FROM
(
    SELECT arrayJoin(arrayZip(arrayPopBack(route), arrayPopFront(route), arrayEnumerate(arrayPopBack(route)))) AS hop
    FROM
    (
        SELECT arraySlice(arrayFilter((step, next) -> step.2 != next, visit, arrayPushBack(arrayPopFront(visit.2), '')), 1, 5) AS route
        FROM
        (
            SELECT arrayJoin(arraySplit((step, pause) -> pause >= 1800000, steps, arrayDifference(steps.1))) AS visit
            FROM
            (
                SELECT
                    if(empty(merged.into), events.person_id, merged.into) AS person,
                    arraySort(groupArray((toUnixTimestamp64Milli(timestamp), event))) AS steps
                FROM events
                LEFT JOIN
                (
                    SELECT old_person_id, argMax(person_id, version) AS into
                    FROM person_overrides
                    WHERE team_id = 1
                    GROUP BY old_person_id
                ) AS merged ON merged.old_person_id = events.person_id
                WHERE team_id = 1 AND NOT startsWith(event, '$') AND timestamp >= '2026-06-01' AND timestamp < '2026-06-08'
                GROUP BY person
            )
        )
    )
)
GROUP BY source, target
ORDER BY routes DESC, source, target
LIMIT 50
