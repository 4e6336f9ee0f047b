-- What was wrong with a site's inverters: one row per run of consecutive slots of one inverter and type that ends at
-- start_time or later (contract 13.2, docs/partner-metrics.md). Slots from read_from on are looked at, one window
-- earlier, so that a run that began before start_time is known to have. SQL, because a week of 100 inverters is 67,200
-- slots, of which a few hundred runs are left.
WITH slotted AS (
    SELECT
        device.inverter_id, device.p0, device.solar, reading.slot,
        CASE WHEN device.solar THEN greatest(reading.kw, 0) ELSE reading.kw END AS kw,
        reading.temperature, reading.state, reading.error_code,
        reading.slot + interval '15 minutes' <= %(now)s AS complete
    FROM unnest(%(inverter_ids)s::text[], %(p0s)s::numeric[], %(solar)s::boolean[]) AS device (inverter_id, p0, solar)
    CROSS JOIN LATERAL (
        SELECT
            date_bin('15 minutes', time, timestamptz 'epoch') AS slot,
            coalesce(sum(energy_kwh), 0) * 4
                + coalesce(sum(ac_power_kw) FILTER (WHERE energy_kwh IS NULL), 0) / count(*) AS kw,
            avg(temperature_c) AS temperature,
            -- A slot is in the worst of its states.
            max(array_position(%(states)s::text[], state::text)) AS state,
            max(error_code) AS error_code
        FROM sites_inverterreading
        WHERE inverter_id = device.inverter_id AND time >= %(read_from)s AND time < %(now)s
        GROUP BY 1
    ) reading
),
sensed AS (
    SELECT date_bin('15 minutes', time, timestamptz 'epoch') AS slot, avg(poa_irradiance_wm2) AS irradiance
    FROM sites_sitereading
    WHERE site_id = %(site_id)s AND time >= %(read_from)s AND time < %(now)s AND poa_irradiance_wm2 IS NOT NULL
    GROUP BY 1
),
-- kW per rated kW where no irradiance is measured, each in its place among those of its slot.
specific AS (
    SELECT
        inverter_id, slot, kw / p0 AS share,
        row_number() OVER (PARTITION BY slot ORDER BY kw / p0, inverter_id) AS place
    FROM slotted
    WHERE solar AND NOT EXISTS (SELECT FROM sensed WHERE sensed.slot = slotted.slot)
),
-- The median of the others: of the sorted list without the inverter's own place.
neighbours AS (
    SELECT
        inverter_id, slot,
        (shares[(low + (low >= place)::integer)::integer] + shares[(high + (high >= place)::integer)::integer]) / 2
            AS median
    FROM specific
    JOIN (
        SELECT slot, array_agg(share ORDER BY place) AS shares, count(*) / 2 AS low, (count(*) + 1) / 2 AS high
        FROM specific
        GROUP BY slot
        HAVING count(*) > 1
    ) sorted USING (slot)
),
-- `light` is the irradiance, or the one at which the neighbours would be on target.
measured AS (
    SELECT
        slotted.*, sensed.irradiance,
        CASE WHEN solar THEN
            p0 * coalesce(CASE WHEN irradiance < 0 THEN 0 ELSE irradiance END / 1000 * %(pr_target)s, median)
        END AS expected_kw,
        coalesce(irradiance, median * 1000 / %(pr_target)s) AS light,
        kw <= p0 * %(zero_production_pct)s / 100 AS is_zero
    FROM slotted
    LEFT JOIN sensed USING (slot)
    LEFT JOIN neighbours USING (inverter_id, slot)
),
-- Rolling windows: a slot falls short when it does so itself and so does a whole window that it is in.
windowed AS (
    SELECT
        inverter_id, slot, kw < expected_kw * %(capacity_pct)s / 100 AS is_low,
        count(*) OVER passed >= %(fewest)s
            AND sum(kw) OVER passed < sum(expected_kw) OVER passed * %(capacity_pct)s / 100 AS ends_low
    FROM measured
    WHERE solar AND complete AND light >= %(capacity_irradiance_wm2)s AND NOT is_zero
    WINDOW passed AS (PARTITION BY inverter_id ORDER BY slot RANGE BETWEEN %(reach)s PRECEDING AND CURRENT ROW)
),
-- Slots about which something can be said, by what.
judged (inverter_id, slot, type, found) AS (
    SELECT
        inverter_id, slot, 'Capacity Underperformance',
        is_low AND bool_or(ends_low) OVER (
            PARTITION BY inverter_id ORDER BY slot RANGE BETWEEN CURRENT ROW AND %(reach)s FOLLOWING
        )
    FROM windowed
    UNION ALL
    SELECT inverter_id, slot, 'Zero Production', is_zero
    FROM measured WHERE solar AND complete AND light >= %(zero_irradiance_wm2)s
    UNION ALL
    SELECT inverter_id, slot, 'Temperature', temperature > %(temperature_c)s
    FROM measured WHERE temperature IS NOT NULL
    UNION ALL
    SELECT inverter_id, slot, named.type, state = ANY(named.states)
    FROM measured
    CROSS JOIN (VALUES ('Critical State', ARRAY[5, 6, 7]), ('Warning State', ARRAY[4])) AS named (type, states)
    WHERE state > 1
),
-- Consecutive: nothing else is known in between, and the next one starts within a window's length.
numbered AS (
    SELECT inverter_id, slot, type, found, sum(begins::integer) OVER (PARTITION BY inverter_id, type ORDER BY slot) AS run
    FROM (
        SELECT *, NOT coalesce(
            lag(found) OVER earlier AND slot - lag(slot) OVER earlier <= %(window)s, false
        ) AS begins
        FROM judged
        WINDOW earlier AS (PARTITION BY inverter_id, type ORDER BY slot)
    ) begun
)
SELECT
    inverter_id, type,
    min(slot) AS start_time,
    max(slot) + interval '15 minutes' AS end_time,
    avg(kw) AS actual_kw,
    avg(expected_kw) AS expected_kw,
    100 * sum(kw) FILTER (WHERE light >= 20 AND expected_kw > 0)
        / sum(expected_kw) FILTER (WHERE light >= 20 AND expected_kw > 0) AS capacity_pct,
    avg(irradiance) AS irradiance,
    max(temperature) AS temperature,
    (%(states)s::text[])[max(state)] AS worst_state,
    (%(states)s::text[])[(array_agg(state ORDER BY slot DESC) FILTER (WHERE state IS NOT NULL))[1]] AS last_state,
    max(error_code) AS error_code
FROM numbered
JOIN measured USING (inverter_id, slot)
WHERE found
GROUP BY inverter_id, type, run
HAVING max(slot) >= %(start_time)s
    AND (type NOT IN ('Capacity Underperformance', 'Zero Production') OR count(*) >= %(fewest)s)
ORDER BY inverter_id, type, min(slot)
