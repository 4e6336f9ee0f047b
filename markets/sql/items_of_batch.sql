-- The items of a batch of limits, numbered from 1; expand_limits.sql goes on with them.
--
-- `items` is the batch as a JSON array; start_time and end_time are quarters of an hour since midnight UTC. JSON and not
-- arrays: PostgreSQL expects 100 items of JSON, sees the length of an array, and compiles a plan for ten million rows
-- (+190 ms).
WITH item AS (
    SELECT batch.*
    FROM ROWS FROM (
        json_to_recordset(%(items)s::json) AS (
            asset_id text, source text, start_time integer, end_time integer, valid_from date, valid_until date,
            power_charge numeric, power_discharge numeric, energy_low numeric, energy_high numeric,
            trading_locked boolean
        )
    ) WITH ORDINALITY AS batch (
        asset_id, source, first_quarter, end_quarter, valid_from, valid_until,
        power_charge, power_discharge, energy_low, energy_high, trading_locked, number
    )
),
