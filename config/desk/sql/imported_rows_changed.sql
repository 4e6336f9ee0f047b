-- Keeps what an import has inserted or changed, before and after: what it wrote has its instant. One statement, since
-- there may be a hundred thousand rows, and nobody needs them in Python.
INSERT INTO desk_importedrow (import_id, before, after)
SELECT
    %(import_id)s,
    to_jsonb(old) - %(unkept)s::text[],
    to_jsonb(new) - %(unkept)s::text[]
FROM {table} AS new LEFT JOIN imported_rows_before AS old ON {same}
WHERE
    new.asset_id = ANY(%(asset_ids)s) AND new.start_time >= %(first)s AND new.start_time < %(end)s
    AND new.updated_at = %(now)s
ORDER BY {key}
