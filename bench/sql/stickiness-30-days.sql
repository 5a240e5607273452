SELECT days, count() AS persons
FROM
(
    SELECT
        if(empty(merged.into), events.person_id, merged.into) AS person,
        uniqExact(toDate(timestamp)) AS days
    FROM events
    LEFT JOIN
    (
        SELECT old_person_id, argMax(person_id, version) AS into
        FROM person_overrides
        WHERE team_id = 1
        GROUP BY old_person_id
    ) AS merged ON merged.old_person_id = events.person_id
    WHERE team_id = 1 AND event = 'event 20' AND timestamp >= '2026-06-01' AND timestamp < '2026-07-01'
    GROUP BY person
)
GROUP BY days
ORDER BY days
