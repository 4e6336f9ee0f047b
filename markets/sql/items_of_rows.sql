-- The items of a body of rows of limits, staged by COPY and numbered by their lines; expand_limits.sql goes on with them.
WITH item AS (
    SELECT
        asset_id, source, start_time AS first_quarter, end_time AS end_quarter, valid_from, valid_until,
        power_charge, power_discharge, energy_low, energy_high, trading_locked, line AS number
    FROM staged_row
),
