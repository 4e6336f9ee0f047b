-- Takes back what a source says for an asset in a window, and answers how many rows were updated and how many deleted
-- [L6]. trading_locked stays; a row that says nothing else and is not locked goes, and one that is locked and says
-- nothing else stays as it is [C10].
--
-- One statement, so that it is whole. All rows of the window are locked first, in the order of their key, as
-- upsert_limits.sql writes them, and judged by what they hold once they are locked.
WITH held AS (
    SELECT
        start_time,
        trading_locked IS TRUE AS is_locked,
        num_nonnulls(power_charge, power_discharge, energy_low, energy_high) > 0 AS has_values
    FROM markets_limit
    WHERE
        asset_id = %(asset_id)s AND source = %(source)s
        AND start_time >= %(start)s AND start_time < %(end)s
    ORDER BY start_time
    FOR UPDATE
),
updated AS (
    UPDATE markets_limit AS stored
    SET power_charge = NULL, power_discharge = NULL, energy_low = NULL, energy_high = NULL, updated_at = %(now)s
    FROM held
    WHERE
        stored.asset_id = %(asset_id)s AND stored.source = %(source)s AND stored.start_time = held.start_time
        AND held.is_locked AND held.has_values
    RETURNING 1
),
deleted AS (
    DELETE FROM markets_limit AS stored
    USING held
    WHERE
        stored.asset_id = %(asset_id)s AND stored.source = %(source)s AND stored.start_time = held.start_time
        AND NOT held.is_locked
    RETURNING 1
)
SELECT (SELECT count(*) FROM updated), (SELECT count(*) FROM deleted)
