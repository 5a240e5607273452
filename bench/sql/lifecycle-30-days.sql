SELECT day, status, count() AS persons
FROM
(
    SELECT
        arrayJoin(arrayConcat(
            arrayMap(
                day -> (day, multiIf(day = made, 'new', has(days, day - 1), 'returning', 'resurrecting')),
                days
            ),
            arrayMap(day -> (day + 1, 'dormant'), arrayFilter(day -> NOT has(days, day + 1), days))
        )) AS one,
        one.1 AS day,
        one.2 AS status
    FROM
    (
        SELECT
            if(empty(merged.into), events.person_id, merged.into) AS person,
            groupUniqArray(toDate(timestamp)) AS days
        FROM events
        LEFT JOIN
        (
            SELECT old_person_id, argMax(person_id, version) AS into
            FROM person_overrides
            WHERE team_id = 1
            GROUP BY old_person_id
        ) AS merged ON merged.old_person_id = events.person_id
        WHERE team_id = 1 AND event = 'event 20' AND timestamp >= '2026-05-31' AND timestamp < '2026-07-01'
        GROUP BY person
    ) AS active
    LEFT JOIN
    (
        SELECT id, toDate(argMax(created_at, version)) AS made
        FROM persons
        WHERE team_id = 1
        GROUP BY id
    ) AS known ON known.id = active.person
)
WHERE day BETWEEN '2026-06-01' AND '2026-06-30'
GROUP BY day, status
ORDER BY day, status
