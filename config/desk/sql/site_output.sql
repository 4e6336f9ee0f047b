-- What a site's inverters delivered together: the mean of each one's readings of a slot, added up, in MW; and how each is
-- doing by its last reading of the day.
SELECT to_char(slot AT TIME ZONE 'UTC', %(edge_format)s), sum(power) / 1000
FROM (
    SELECT
        inverter_id,
        date_bin('15 minutes', time, '2000-01-01T00:00:00Z') AS slot,
        avg(ac_power_kw) AS power
    FROM sites_inverterreading
    WHERE inverter_id = ANY (%(inverter_ids)s) AND time >= %(start)s AND time < %(end)s
    GROUP BY 1, 2
) AS mean
GROUP BY slot
ORDER BY slot
