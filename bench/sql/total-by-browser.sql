SELECT toDate(timestamp) AS day, `properties_map:$browser` AS browser, count() AS total
FROM events
WHERE team_id = 1 AND event = 'event 20' AND timestamp >= '2026-06-01' AND timestamp < '2026-07-01'
GROUP BY day, browser
ORDER BY day, browser
