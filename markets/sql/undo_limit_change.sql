-- Takes back a change of one source's limits: each of its slots becomes what it was before. Answers how many rows were
-- deleted, changed and inserted, and the assets of all.
--
-- One statement, whose three writes touch no row twice; the rows are locked before, and hold what the change left.
WITH slot AS (
    SELECT changed.asset_id, changed.start_time, changed.before IS NOT NULL AS was_there, old.*
    FROM markets_limitchangeslot AS changed
    CROSS JOIN LATERAL jsonb_to_record(coalesce(changed.before, '{}')) AS old (
        power_charge numeric, power_discharge numeric, energy_low numeric, energy_high numeric, trading_locked boolean
    )
    WHERE changed.change_id = %(change_id)s
),
deleted AS (
    DELETE FROM markets_limit AS stored
    USING slot
    WHERE
        stored.asset_id = slot.asset_id AND stored.start_time = slot.start_time AND stored.source = %(source)s
        AND NOT slot.was_there
    RETURNING stored.asset_id
),
restored AS (
    INSERT INTO markets_limit AS stored (
        asset_id, start_time, source, end_time,
        power_charge, power_discharge, energy_low, energy_high, trading_locked, created_at, updated_at
    )
    SELECT
        asset_id, start_time, %(source)s, start_time + interval '15 minutes',
        power_charge, power_discharge, energy_low, energy_high, trading_locked, %(now)s, %(now)s
    FROM slot
    WHERE was_there
    ORDER BY asset_id, start_time
    ON CONFLICT (asset_id, start_time, source) DO UPDATE SET
        power_charge = excluded.power_charge,
        power_discharge = excluded.power_discharge,
        energy_low = excluded.energy_low,
        energy_high = excluded.energy_high,
        trading_locked = excluded.trading_locked,
        updated_at = excluded.updated_at
    RETURNING stored.asset_id
)
SELECT count(*), coalesce(array_agg(DISTINCT asset_id), '{}')
FROM (SELECT asset_id FROM deleted UNION ALL SELECT asset_id FROM restored) AS written
