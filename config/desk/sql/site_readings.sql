-- The last reading of each inverter up to now: one step into the key's index each.
SELECT
    wanted.id, to_char(last.time AT TIME ZONE 'UTC', %(edge_format)s), last.ac_power_kw, last.state, last.temperature_c
FROM unnest(%(inverter_ids)s::text[]) AS wanted (id)
CROSS JOIN LATERAL (
    SELECT time, ac_power_kw, state, temperature_c
    FROM sites_inverterreading
    WHERE inverter_id = wanted.id AND time <= %(now)s
    ORDER BY time DESC
    LIMIT 1
) AS last
ORDER BY wanted.id
