-- What was submitted for these assets, hour by hour of [start_time, end_time), in kW of them all (contract 13.2,
-- docs/partner-metrics.md). In each quarter of an hour of an asset the window that started last holds, so that windows of
-- any length are prorated and a short one takes the place of the long one under it. An hour counts when every asset has
-- all of it. Quantiles are null where any window leaves one open.
-- SQL, because 30 days of ten assets are 28,800 quarters; each finds its window by one step into the key's index.
SELECT
    date_trunc('hour', slot.slot, 'UTC') AS hour,
    sum(held.generation) * 250 AS p50_kw,
    CASE WHEN bool_and(held.is_banded) THEN sum(held.generation_p10) * 250 END AS p10_kw,
    CASE WHEN bool_and(held.is_banded) THEN sum(held.generation_p90) * 250 END AS p90_kw,
    max(held.updated_at) AS submitted_at
FROM generate_series(
    %(start_time)s::timestamptz, %(end_time)s::timestamptz - interval '15 minutes', interval '15 minutes'
) AS slot (slot)
CROSS JOIN unnest(%(asset_ids)s::text[]) AS asset (id)
LEFT JOIN LATERAL (
    SELECT
        generation, generation_p10, generation_p90, updated_at,
        generation_p10 IS NOT NULL AND generation_p90 IS NOT NULL AS is_banded
    FROM markets_forecast
    WHERE asset_id = asset.id AND end_time > slot.slot
        AND start_time <= slot.slot AND start_time > slot.slot - interval '24 hours'
    ORDER BY start_time DESC
    LIMIT 1
) held ON true
GROUP BY 1
HAVING count(held.generation) = count(*)
ORDER BY 1
