-- Store one batch of inverters' readings [T1]: new ones are added, known ones overwritten whole, and those that are the
-- same are left as they are, updated_at included [C10]. Answers how many were added and changed, and whose.
-- SQL, because it is one statement for 10,000 rows, in the order of their key: two batches never wait for each other in
-- a circle.
WITH stored AS (
    INSERT INTO sites_inverterreading AS reading
        (inverter_id, time, ac_power_kw, energy_kwh, state, temperature_c, error_code, created_at, updated_at)
    SELECT inverter_id, time, ac_power_kw, energy_kwh, state, temperature_c, error_code, %(now)s, %(now)s
    FROM json_to_recordset(%(readings)s::json) AS given (
        inverter_id text,
        time timestamptz,
        ac_power_kw numeric,
        energy_kwh numeric,
        state text,
        temperature_c numeric,
        error_code text
    )
    ORDER BY inverter_id COLLATE "C", time
    ON CONFLICT (inverter_id, time) DO UPDATE SET
        ac_power_kw = excluded.ac_power_kw,
        energy_kwh = excluded.energy_kwh,
        state = excluded.state,
        temperature_c = excluded.temperature_c,
        error_code = excluded.error_code,
        updated_at = excluded.updated_at
    WHERE (reading.ac_power_kw, reading.energy_kwh, reading.state, reading.temperature_c, reading.error_code)
        IS DISTINCT FROM
        (excluded.ac_power_kw, excluded.energy_kwh, excluded.state, excluded.temperature_c, excluded.error_code)
    RETURNING reading.inverter_id, reading.xmax = 0 AS is_new
)
SELECT
    count(*) FILTER (WHERE is_new) AS inserted,
    count(*) FILTER (WHERE NOT is_new) AS updated,
    array_agg(DISTINCT inverter_id) AS changed_ids
FROM stored
