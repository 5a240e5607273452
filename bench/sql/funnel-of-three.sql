WITH 1209600000000 AS window
SELECT
    count(),
    countIf(second > 0),
    countIf(third > 0),
    avgIf((second - first) / 1e6, second > 0),
    avgIf((third - second) / 1e6, third > 0),
    quantileExactInclusiveIf((second - first) / 1e6, second > 0),
    quantileExactInclusiveIf((third - second) / 1e6, third > 0)
FROM
(
    SELECT
        -- Runs that came to the second step, (began, came): each such event continues the last beginning before it.
        arrayFilter(run -> run.1 > 0, arrayMap(b -> (arrayMax(arrayFilter(a -> a <= b AND b - a <= window, arrayPushFront(begins, -1))), b), seconds)) AS twos,
        arrayFirst(run -> run.1.1 > 0, arrayMap(c -> (arrayLast(run -> run.2 <= c AND c - run.1 <= window, twos), c), thirds)) AS three,
        multiIf(three.2 > 0, three.1.1, notEmpty(twos), twos[1].1, begins[1]) AS first,
        if(notEmpty(twos), arrayFirst(run -> run.1 = first, twos).2, 0) AS second,
        three.2 AS third
    FROM
    (
        SELECT
            if(empty(merged.into), events.person_id, merged.into) AS person,
            arraySort(groupArrayIf(toUnixTimestamp64Micro(timestamp), event = 'event 20')) AS begins,
            arraySort(groupArrayIf(toUnixTimestamp64Micro(timestamp), event = 'event 25')) AS seconds,
            arraySort(groupArrayIf(toUnixTimestamp64Micro(timestamp), event = 'event 30')) AS thirds
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
        HAVING notEmpty(begins)
    )
)
