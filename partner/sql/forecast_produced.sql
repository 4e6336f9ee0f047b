-- What these inverters produced, hour by hour of [start_time, end_time), in kWh, with the kW of DC power of those that
-- have a reading in each of the hour's quarters: only they count. E of a quarter is that of partner/sql/kpi_rollup.sql.
-- SQL, because 30 days of 100 inverters are 288,000 quarters and nobody needs them one by one.
WITH produced AS (
    SELECT
        solar.inverter_id, solar.p0, date_bin('15 minutes', reading.time, timestamptz 'epoch') AS slot,
        max(reading.time) AS newest,
        greatest(
            coalesce(sum(reading.energy_kwh), 0)
            + coalesce(sum(reading.ac_power_kw) FILTER (WHERE reading.energy_kwh IS NULL), 0) * 0.25 / count(*),
            0
        ) AS energy
    FROM unnest(%(inverter_ids)s::text[], %(p0s)s::numeric[]) AS solar (inverter_id, p0)
    JOIN sites_inverterreading reading USING (inverter_id)
    WHERE reading.time >= %(start_time)s AND reading.time < %(end_time)s
    GROUP BY 1, 2, 3
),
whole AS (
    SELECT p0, date_trunc('hour', slot, 'UTC') AS hour, sum(energy) AS energy, max(newest) AS newest
    FROM produced
    GROUP BY inverter_id, p0, 2
    HAVING count(*) = 4
)
SELECT hour, sum(energy) AS kwh, sum(p0) AS p0_kw, max(newest) AS newest
FROM whole
GROUP BY hour
ORDER BY hour
