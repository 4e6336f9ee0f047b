-- What a change of one source's limits would do: a row per slot of these assets and windows that it changes, as it is
-- (`before`) and as it would be (`after`); null: no row. The statements of markets/queries/limit_changes.py continue it.
--
-- It says in SQL what upsert_limits.sql and clear_limits.sql do: a value that is not given keeps what is stored [L3], and
-- clearing leaves a lock alone [L6]. It is SQL so that a preview of 50,000 slots brings a few sums to Python and no rows.
WITH slot AS (
    SELECT asset.id COLLATE "C" AS asset_id, start_time
    FROM unnest(%(asset_ids)s::text[]) AS asset (id)
    CROSS JOIN unnest(%(starts)s::timestamptz[], %(ends)s::timestamptz[]) AS hours (first, last)
    CROSS JOIN generate_series(hours.first, hours.last - interval '15 minutes', interval '15 minutes') AS start_time
),
planned AS (
    SELECT
        slot.asset_id,
        slot.start_time,
        CASE WHEN stored.asset_id IS NOT NULL THEN jsonb_build_object(
            'power_charge', trim_scale(stored.power_charge), 'power_discharge', trim_scale(stored.power_discharge),
            'energy_low', trim_scale(stored.energy_low), 'energy_high', trim_scale(stored.energy_high),
            'trading_locked', stored.trading_locked
        ) END AS before,
        CASE
            WHEN NOT %(clears)s THEN jsonb_build_object(
                'power_charge', trim_scale(coalesce(%(power_charge)s::numeric, stored.power_charge)),
                'power_discharge', trim_scale(coalesce(%(power_discharge)s::numeric, stored.power_discharge)),
                'energy_low', trim_scale(coalesce(%(energy_low)s::numeric, stored.energy_low)),
                'energy_high', trim_scale(coalesce(%(energy_high)s::numeric, stored.energy_high)),
                'trading_locked', coalesce(%(trading_locked)s::boolean, stored.trading_locked)
            )
            WHEN stored.trading_locked THEN jsonb_build_object(
                'power_charge', NULL, 'power_discharge', NULL, 'energy_low', NULL, 'energy_high', NULL,
                'trading_locked', true
            )
        END AS after
    FROM slot
    LEFT JOIN markets_limit AS stored
        ON
            stored.asset_id = slot.asset_id AND stored.start_time = slot.start_time AND stored.source = %(source)s
),
changing AS (SELECT * FROM planned WHERE before IS DISTINCT FROM after)
