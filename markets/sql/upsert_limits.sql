-- Writes a batch of limits; continues expand_limits.sql. Answers how many rows were inserted and updated, how many the
-- batch hits in all, and the assets of those that changed [L3] [C11].
--
-- null keeps what is stored; a row that stays as it is is not written and keeps its updated_at [C10]. Rows are written in
-- the order of their key, so that batches wait for each other and never deadlock. xmax tells an update from an insert;
-- where the table is partitioned, what stands in its place does (config/database/partitions.py).
--
-- SQL, because a request may hold a quarter of a million rows: a year of three sources, 105,120 rows, was written in one
-- second while a foreign key looked at each row, which was a third of it; now the assets are looked at once (ADR 17).
written AS (
    INSERT INTO markets_limit AS stored (
        asset_id, start_time, source, end_time,
        power_charge, power_discharge, energy_low, energy_high, trading_locked, created_at, updated_at
    )
    SELECT
        asset_id, start_time, source, start_time + interval '15 minutes',
        power_charge, power_discharge, energy_low, energy_high, trading_locked, %(now)s, %(now)s
    FROM wanted
    ORDER BY asset_id, start_time, source
    ON CONFLICT (asset_id, start_time, source) DO UPDATE SET
        power_charge = coalesce(excluded.power_charge, stored.power_charge),
        power_discharge = coalesce(excluded.power_discharge, stored.power_discharge),
        energy_low = coalesce(excluded.energy_low, stored.energy_low),
        energy_high = coalesce(excluded.energy_high, stored.energy_high),
        trading_locked = coalesce(excluded.trading_locked, stored.trading_locked),
        updated_at = excluded.updated_at
    WHERE (
        coalesce(excluded.power_charge, stored.power_charge),
        coalesce(excluded.power_discharge, stored.power_discharge),
        coalesce(excluded.energy_low, stored.energy_low),
        coalesce(excluded.energy_high, stored.energy_high),
        coalesce(excluded.trading_locked, stored.trading_locked)
    ) IS DISTINCT FROM (
        stored.power_charge, stored.power_discharge, stored.energy_low, stored.energy_high, stored.trading_locked
    )
    RETURNING asset_id, stored.xmax = 0 AS inserted
),
changed AS (
    SELECT
        asset_id,
        count(*) FILTER (WHERE inserted) AS inserted,
        count(*) FILTER (WHERE NOT inserted) AS updated
    FROM written
    GROUP BY asset_id
)
SELECT
    coalesce(sum(inserted), 0)::bigint,
    coalesce(sum(updated), 0)::bigint,
    (SELECT count(*) FROM wanted),
    coalesce(array_agg(asset_id), '{}')
FROM changed
