-- The slots of a batch of limits [L2] [L3]; continues items_of_batch.sql or items_of_rows.sql, and upsert_limits.sql and
-- find_crossed_bands.sql continue it.
--
-- `slot` has a row per item, day and quarter; `wanted` has one per natural key: where items hit the same slot and source,
-- each column is what the last item says that says anything, and the `*_item` columns are the numbers of these items.
-- `overlapping` is whether any do. It is a constant to PostgreSQL, which plans the one branch only: folding 105,120 rows
-- that need none takes 1,107 ms of its time, and not folding them 938.
--
-- SQL, because the server makes the rows: a year of three sources would be 105,120 dictionaries in Python. One series
-- per item and not one of days and one of quarters: PostgreSQL expects 1,000 rows of a series.
slot AS (
    SELECT
        asset_id COLLATE "C" AS asset_id,
        source COLLATE "C" AS source,
        (valid_from + quarter / (end_quarter - first_quarter))::timestamp AT TIME ZONE 'UTC'
        + (first_quarter + quarter %% (end_quarter - first_quarter)) * interval '15 minutes' AS start_time,
        power_charge, power_discharge, energy_low, energy_high, trading_locked, number
    FROM item
    CROSS JOIN generate_series(
        0, (valid_until - valid_from + 1) * (end_quarter - first_quarter) - 1
    ) AS quarter
),
last_word AS (
    SELECT
        asset_id, start_time, source,
        max(number) FILTER (WHERE power_charge IS NOT NULL) AS power_charge_item,
        max(number) FILTER (WHERE power_discharge IS NOT NULL) AS power_discharge_item,
        max(number) FILTER (WHERE energy_low IS NOT NULL) AS energy_low_item,
        max(number) FILTER (WHERE energy_high IS NOT NULL) AS energy_high_item,
        max(number) FILTER (WHERE trading_locked IS NOT NULL) AS trading_locked_item
    FROM slot
    GROUP BY asset_id, start_time, source
),
wanted AS (
    SELECT
        asset_id, start_time, source,
        power_charge, power_discharge, energy_low, energy_high, trading_locked,
        CASE WHEN energy_low IS NOT NULL THEN number END AS energy_low_item,
        CASE WHEN energy_high IS NOT NULL THEN number END AS energy_high_item
    FROM slot
    WHERE NOT %(overlapping)s
    UNION ALL
    SELECT
        last_word.asset_id, last_word.start_time, last_word.source,
        charge.power_charge, discharge.power_discharge, low.energy_low, high.energy_high, locked.trading_locked,
        energy_low_item, energy_high_item
    FROM last_word
    LEFT JOIN item AS charge ON charge.number = power_charge_item
    LEFT JOIN item AS discharge ON discharge.number = power_discharge_item
    LEFT JOIN item AS low ON low.number = energy_low_item
    LEFT JOIN item AS high ON high.number = energy_high_item
    LEFT JOIN item AS locked ON locked.number = trading_locked_item
    WHERE %(overlapping)s
),
