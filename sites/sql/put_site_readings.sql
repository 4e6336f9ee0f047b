-- Store one batch of sites' readings [T1]; put_inverter_readings.sql says how and why.
WITH stored AS (
    INSERT INTO sites_sitereading AS reading
        (site_id, time, poa_irradiance_wm2, ambient_temperature_c, consumption_kw, created_at, updated_at)
    SELECT site_id, time, poa_irradiance_wm2, ambient_temperature_c, consumption_kw, %(now)s, %(now)s
    FROM json_to_recordset(%(readings)s::json) AS given (
        site_id text,
        time timestamptz,
        poa_irradiance_wm2 numeric,
        ambient_temperature_c numeric,
        consumption_kw numeric
    )
    ORDER BY site_id COLLATE "C", time
    ON CONFLICT (site_id, time) DO UPDATE SET
        poa_irradiance_wm2 = excluded.poa_irradiance_wm2,
        ambient_temperature_c = excluded.ambient_temperature_c,
        consumption_kw = excluded.consumption_kw,
        updated_at = excluded.updated_at
    WHERE (reading.poa_irradiance_wm2, reading.ambient_temperature_c, reading.consumption_kw)
        IS DISTINCT FROM
        (excluded.poa_irradiance_wm2, excluded.ambient_temperature_c, excluded.consumption_kw)
    RETURNING reading.site_id, reading.xmax = 0 AS is_new
)
SELECT
    count(*) FILTER (WHERE is_new) AS inserted,
    count(*) FILTER (WHERE NOT is_new) AS updated,
    array_agg(DISTINCT site_id) AS changed_ids
FROM stored
