-- Stores status entries out of events, each id once, and answers whose.
-- SQL, because the ids are noted and the entries written in one step: what another worker has noted meanwhile is not
-- written here, and neither statement reads what is stored. An entry is never changed [S2].
WITH item AS MATERIALIZED (
    SELECT * FROM json_to_recordset(%(rows)s::json)
        AS item (event_id text, asset_id text, status text, effective_at timestamptz, reasons jsonb)
),
fresh AS (
    INSERT INTO assets_storedevent (stream, event_id, stored_at)
    SELECT %(stream)s, event_id, %(now)s FROM item ORDER BY event_id COLLATE "C"
    ON CONFLICT (stream, event_id) DO NOTHING
    RETURNING event_id
),
written AS (
    INSERT INTO assets_statusentry (asset_id, effective_at, event_id, status, reasons, created_at)
    SELECT asset_id, effective_at, event_id, status, reasons, %(now)s
    FROM item JOIN fresh USING (event_id)
    ORDER BY asset_id COLLATE "C", effective_at, event_id COLLATE "C"
    ON CONFLICT (asset_id, effective_at, event_id) DO NOTHING
    RETURNING asset_id
)
SELECT array_agg(DISTINCT asset_id) FROM written
