-- Stores dispatches out of events, and answers whose have changed. The event's id is the entry's: one that comes again
-- changes nothing, and one whose status comes later replaces the entry whole, in whatever order they arrive [D1].
-- SQL, because "later" is decided against the stored row while it is locked: two workers with two events of one
-- dispatch leave the later one, whoever is first.
WITH item AS MATERIALIZED (
    SELECT DISTINCT ON (asset_id COLLATE "C", event_id COLLATE "C") *
    FROM ROWS FROM (
        json_to_recordset(%(rows)s::json) AS (
            event_id text, asset_id text, start_time timestamptz, end_time timestamptz, power numeric, source text,
            market text, issued_at timestamptz, acknowledged_at timestamptz, status text, attributes jsonb
        )
    ) WITH ORDINALITY AS item (
        event_id, asset_id, start_time, end_time, power, source,
        market, issued_at, acknowledged_at, status, attributes, place
    )
    ORDER BY
        asset_id COLLATE "C", event_id COLLATE "C",
        array_position(%(statuses)s::text[], status) DESC, place
),
written AS (
    INSERT INTO assets_dispatch AS stored (
        asset_id, start_time, issued_at, id, end_time, power, source, market,
        acknowledged_at, status, attributes, created_at, updated_at
    )
    SELECT
        asset_id, start_time, issued_at, event_id, end_time, power, source, market,
        acknowledged_at, status, attributes, %(now)s, %(now)s
    FROM item
    ORDER BY asset_id COLLATE "C", event_id COLLATE "C"
    ON CONFLICT (asset_id, id) DO UPDATE SET
        start_time = excluded.start_time, issued_at = excluded.issued_at, end_time = excluded.end_time,
        power = excluded.power, source = excluded.source, market = excluded.market,
        acknowledged_at = excluded.acknowledged_at, status = excluded.status, attributes = excluded.attributes,
        updated_at = excluded.updated_at
    WHERE
        array_position(%(statuses)s::text[], stored.status::text)
        < array_position(%(statuses)s::text[], excluded.status::text)
    RETURNING asset_id
)
SELECT array_agg(DISTINCT asset_id) FROM written
