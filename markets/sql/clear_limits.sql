-- Takes back what a source says for an asset in a window, and answers how many rows were updated and how many deleted
-- [L6]. trading_locked stays; a row that says nothing else and is not locked goes.
--
-- One statement, so that it is whole; rows are locked in the order of their key, as upsert_limits.sql writes them. A row
-- that is locked and says nothing else stays as it is [C10].
WITH hit AS (
    SELECT start_time, trading_locked IS TRUE AS stays
    FROM markets_limit
    WHERE
        asset_id = %(asset_id)s AND source = %(source)s
        AND start_time >= %(start)s AND start_time < %(end)s
        AND (
            trading_locked IS NOT TRUE
            OR num_nonnulls(power_charge, power_discharge, energy_low, energy_high) > 0
        )
    ORDER BY start_time
    FOR UPDATE
),
updated AS (
    UPDATE markets_limit AS stored
    SET power_charge = NULL, power_discharge = NULL, energy_low = NULL, energy_high = NULL, updated_at = %(now)s
    FROM hit
    WHERE
        stored.asset_id = %(asset_id)s AND stored.source = %(source)s AND stored.start_time = hit.start_time
        AND hit.stays
    RETURNING 1
),
deleted AS (
    DELETE FROM markets_limit AS stored
    USING hit
    WHERE
        stored.asset_id = %(asset_id)s AND stored.source = %(source)s AND stored.start_time = hit.start_time
        AND NOT hit.stays
    RETURNING 1
)
SELECT (SELECT count(*) FROM updated), (SELECT count(*) FROM deleted)
