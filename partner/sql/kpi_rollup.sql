-- Sums of one site over [start_time, end_time), from which partner/kpi_rollup.py makes the KPI rollup (contract 13.2,
-- docs/partner-metrics.md). One row over everything (tariff null), then one per name of the tariff in force.
-- SQL, because 30 days of 100 inverters are 288,000 slots and nobody needs them one by one.
WITH profile AS (
    SELECT id, site_id, time_zone, pr_target, tariff FROM partner_partnerprofile WHERE site_id = %(site_id)s
),
reading AS (
    SELECT
        solar.inverter_id, solar.p0, reading.time, reading.ac_power_kw, reading.energy_kwh, reading.state,
        date_bin('15 minutes', reading.time, timestamptz 'epoch') AS slot
    FROM unnest(%(inverter_ids)s::text[], %(p0s)s::numeric[]) AS solar (inverter_id, p0)
    JOIN sites_inverterreading reading USING (inverter_id)
    WHERE reading.time >= %(start_time)s AND reading.time < %(end_time)s
),
-- E: energy as given, and for the readings without it their mean power times a quarter of an hour times their share.
produced AS (
    SELECT
        inverter_id, p0, slot,
        greatest(
            coalesce(sum(energy_kwh), 0)
            + coalesce(sum(ac_power_kw) FILTER (WHERE energy_kwh IS NULL), 0) * 0.25 / count(*),
            0
        ) AS energy,
        coalesce(bool_or(state IN ('FAULT', 'OFFLINE', 'CRITICAL')), false) AS down
    FROM reading
    GROUP BY inverter_id, p0, slot
),
sensed AS (
    SELECT
        date_bin('15 minutes', time, timestamptz 'epoch') AS slot,
        avg(poa_irradiance_wm2) AS irradiance,
        avg(consumption_kw) * 0.25 AS consumption,
        max(time) AS newest
    FROM sites_sitereading
    WHERE site_id = %(site_id)s AND time >= %(start_time)s AND time < %(end_time)s
    GROUP BY 1
),
priced AS (
    SELECT slot.slot, coalesce(period.name, 'flat') AS tariff, coalesce(period.rate, profile.tariff) AS rate
    FROM profile
    CROSS JOIN (SELECT DISTINCT slot FROM produced) slot
    CROSS JOIN LATERAL (SELECT timezone(profile.time_zone, slot.slot) AS local) AS clock
    LEFT JOIN partner_tariffperiod period
        ON period.profile_id = profile.id
        AND (period.days = 'ALL' OR (period.days = 'WEEKENDS') = (extract(isodow FROM clock.local) >= 6))
        AND clock.local::time >= period.start_time
        AND (clock.local::time < period.end_time OR period.end_time = '00:00')
),
-- One row per inverter and slot; what belongs to a pair is null where the pair does not count (G < 20 W/m2).
paired AS (
    SELECT
        produced.*, priced.tariff, priced.rate, sensed.irradiance, pair.reference,
        pair.reference * profile.pr_target AS expected,
        CASE WHEN pair.reference IS NOT NULL THEN greatest(pair.reference * profile.pr_target - produced.energy, 0) END AS lost
    FROM profile
    CROSS JOIN produced
    JOIN priced USING (slot)
    LEFT JOIN sensed USING (slot)
    CROSS JOIN LATERAL (
        SELECT CASE WHEN sensed.irradiance >= 20 THEN produced.p0 * sensed.irradiance * 0.00025 END AS reference
    ) AS pair
),
energy AS (
    SELECT
        tariff,
        sum(energy) AS produced_kwh,
        sum(energy) FILTER (WHERE reference IS NOT NULL) AS counted_kwh,
        sum(reference) AS reference_kwh,
        sum(expected) AS expected_kwh,
        sum(lost) AS lost_kwh,
        sum(expected) FILTER (WHERE NOT down AND NOT (energy = 0 AND irradiance >= 50)) AS available_kwh,
        sum(p0) FILTER (WHERE irradiance >= 50) AS bright_kw,
        sum(p0) FILTER (WHERE irradiance >= 50 AND energy > 0) AS running_kw,
        CASE WHEN count(*) FILTER (WHERE energy > 0 AND rate IS NULL) = 0 THEN coalesce(sum(energy * rate), 0) END
            AS produced_value,
        CASE
            WHEN sum(lost) IS NOT NULL AND count(*) FILTER (WHERE lost > 0 AND rate IS NULL) = 0
                THEN coalesce(sum(lost * rate), 0)
        END AS lost_value
    FROM paired
    GROUP BY GROUPING SETS ((), (tariff))
),
-- A slot is balanced when both sides of it are known; in the dark no reading of an inverter is no production.
balance AS (
    SELECT
        sum(consumption) AS consumption_kwh,
        sum(consumption) FILTER (WHERE production IS NOT NULL) AS balanced_kwh,
        sum(greatest(consumption - production, 0)) FILTER (WHERE production IS NOT NULL) AS purchased_kwh,
        sum(least(production, consumption)) FILTER (WHERE production IS NOT NULL) AS offset_kwh
    FROM (
        SELECT sensed.consumption, coalesce(site.energy, CASE WHEN sensed.irradiance < 20 THEN 0 END) AS production
        FROM sensed
        LEFT JOIN (SELECT slot, sum(energy) AS energy FROM produced GROUP BY slot) site USING (slot)
        WHERE sensed.consumption IS NOT NULL
    ) slot
),
known AS (
    SELECT
        count(*) FILTER (WHERE state <> 'UNKNOWN') AS known_states,
        count(*) FILTER (WHERE state NOT IN ('UNKNOWN', 'FAULT', 'OFFLINE', 'CRITICAL')) AS good_states,
        greatest(max(time), (SELECT max(newest) FROM sensed)) AS data_through
    FROM reading
)
SELECT energy.*, balance.*, known.*
FROM energy CROSS JOIN balance CROSS JOIN known
ORDER BY energy.tariff NULLS FIRST
