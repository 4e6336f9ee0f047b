-- The latest status of each asset in use: how many have which, and the first assets, by id, whose status needs somebody.
--
-- One step into the entries' key per asset for both, where a statement each took two. The entries of the last hour are
-- looked at first, for the reason that fleet_now.sql gives.
WITH status_now AS MATERIALIZED (
    SELECT asset.id, asset.name, asset.lifecycle, coalesce(latest.status, %(unknown)s) AS status
    FROM assets_asset AS asset
    LEFT JOIN LATERAL (
        (
            SELECT status
            FROM assets_statusentry
            WHERE asset_id = asset.id AND effective_at > %(now)s - interval '1 hour'
            ORDER BY effective_at DESC, event_id DESC
            LIMIT 1
        )
        UNION ALL
        (
            SELECT status
            FROM assets_statusentry
            WHERE asset_id = asset.id
            ORDER BY effective_at DESC, event_id DESC
            LIMIT 1
        )
        LIMIT 1
    ) AS latest ON true
    WHERE asset.lifecycle = ANY (%(in_use)s)
)
SELECT status, count(*), NULL AS id, NULL AS name, NULL AS lifecycle
FROM status_now
GROUP BY status
UNION ALL
(
    SELECT status, 0, id, name, lifecycle
    FROM status_now
    WHERE status = ANY (%(troubled)s)
    ORDER BY id
    LIMIT %(most)s
)
