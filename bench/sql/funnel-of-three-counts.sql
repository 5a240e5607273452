SELECT countIf(level >= 1), countIf(level >= 2), countIf(level >= 3)
FROM
(
    SELECT
        if(empty(merged.into), events.person_id, merged.into) AS person,
        windowFunnel(1209600)(toDateTime(timestamp), event = 'event 20', event = 'event 25', event = 'event 30') AS level
    FROM events
    LEFT JOIN
    (
        SELECT old_person_id, argMax(person_id, version) AS into
        FROM person_overrides
        WHERE team_id = 1
        GROUP BY old_person_id
    ) AS merged ON merged.old_person_id = events.person_id
    WHERE team_id = 1 AND event IN ('event 20', 'event 25', 'event 30')
        AND timestamp >= '2026-06-01' AND timestamp < '2026-06-15'
    GROUP BY person
)
WHERE level > 0
