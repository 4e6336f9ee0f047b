-- The rows that an import may change, as they are before, held until it ends. SQL, since there may be a hundred thousand.
CREATE TEMPORARY TABLE imported_rows_before ON COMMIT DROP AS
SELECT new.*
FROM {table} AS new
WHERE new.asset_id = ANY(%(asset_ids)s) AND new.start_time >= %(first)s AND new.start_time < %(end)s
ORDER BY {key}
FOR UPDATE
