-- A page of limits as the JSON array that is answered, whether more follow, and the key of its last group [L4] [L5];
-- continues limit_groups.sql.
SELECT
    '[' || coalesce(string_agg(text, ',' ORDER BY asset_id, start_time), '') || ']',
    (SELECT count(*) FROM page) > %(limit)s,
    (array_agg(asset_id ORDER BY asset_id DESC, start_time DESC))[1],
    (array_agg(start_time ORDER BY asset_id DESC, start_time DESC))[1]
FROM slot_group
