-- The groups of limits, a line of JSON each [B3]; continues limit_groups.sql.
SELECT text FROM slot_group ORDER BY asset_id, start_time
