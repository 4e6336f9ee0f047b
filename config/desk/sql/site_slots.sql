-- What the limits of a site's assets leave them together, slot by slot: the most that all of them may discharge, and
-- charge (negative). An asset without a limit counts as unlimited only where `limited` is less than all of them.
SELECT
    to_char(start_time AT TIME ZONE 'UTC', %(edge_format)s),
    sum(discharge) FILTER (WHERE NOT is_locked),
    sum(charge) FILTER (WHERE NOT is_locked),
    count(*),
    count(*) FILTER (WHERE is_locked)
FROM (
    SELECT
        asset_id, start_time, min(power_discharge) AS discharge, max(power_charge) AS charge,
        coalesce(bool_or(trading_locked), false) AS is_locked
    FROM markets_limit
    WHERE asset_id = ANY (%(asset_ids)s) AND start_time >= %(start)s AND start_time < %(end)s
    GROUP BY asset_id, start_time
) AS computed
GROUP BY start_time
ORDER BY start_time
