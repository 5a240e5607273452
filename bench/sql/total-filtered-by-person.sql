SELECT toDate(timestamp) AS day, count() AS total
FROM events
WHERE team_id = 1 AND event = 'event 20' AND timestamp >= '2026-06-01' AND timestamp < '2026-07-01'
    AND person_properties_map['plan'] = 'pro'
GROUP BY day
ORDER BY day
