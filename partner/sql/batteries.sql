-- What the state snapshots of a site's batteries in [start_time, end_time) come to (contract 13.1,
-- docs/partner-metrics.md): the mean share of the capacity that held at the time, MWh in and out, and the newest instant.
-- SQL, because 30 days of ten batteries are 28,800 snapshots; each finds its spec by one step into the key's index, so
-- that a long history of specs costs nothing.
SELECT
    avg(snapshot.energy / nullif(spec.max_capacity, 0)),
    sum(coalesce(snapshot.charged_energy, 0) + coalesce(snapshot.discharged_energy, 0))
        FILTER (WHERE snapshot.charged_energy IS NOT NULL OR snapshot.discharged_energy IS NOT NULL),
    max(snapshot.effective_at)
FROM assets_statesnapshot snapshot
LEFT JOIN LATERAL (
    SELECT max_capacity, valid_to FROM assets_spec
    WHERE asset_id = snapshot.asset_id AND valid_from <= snapshot.effective_at
    ORDER BY valid_from DESC
    LIMIT 1
) spec ON spec.valid_to IS NULL OR spec.valid_to > snapshot.effective_at
WHERE snapshot.asset_id = ANY(%(asset_ids)s)
    AND snapshot.effective_at >= %(start_time)s AND snapshot.effective_at < %(end_time)s
