-- The rows of a page of limits, with what is computed for their slots [L4] [L5]; limit_groups.sql and limit_columns.sql
-- continue it.
--
-- `page` takes groups straight from the primary key, asset by asset: no more of an asset than the page can hold, and no
-- asset beyond the page's end. So the first page and one behind a cursor cost the same, whatever is stored: 3 ms for 500
-- assets in a table of five million rows. `starts` holds where each asset's groups begin, which is how a cursor is met.
-- It has a group more than `limit`, if there is one; of `listed` groups the rows are read. `sources` narrows what is
-- listed; what is computed looks at all sources. The LIMIT of a slot's rows, one per source, keeps PostgreSQL from
-- reading a whole table of a few hundred thousand rows where it expects a full page.
WITH page AS MATERIALIZED (
    SELECT wanted.asset_id, slot.start_time
    FROM (
        SELECT asset_id COLLATE "C" AS asset_id, start
        FROM unnest(%(asset_ids)s::text[], %(starts)s::timestamptz[]) AS given (asset_id, start)
        ORDER BY 1
    ) AS wanted
    CROSS JOIN LATERAL (
        SELECT DISTINCT stored.start_time
        FROM markets_limit AS stored
        WHERE
            stored.asset_id = wanted.asset_id
            AND stored.start_time >= wanted.start AND stored.start_time < %(end)s
            AND (%(sources)s::text[] IS NULL OR stored.source = ANY (%(sources)s::text[]))
        ORDER BY stored.start_time
        LIMIT %(offset)s + %(limit)s + 1
    ) AS slot
    ORDER BY wanted.asset_id, slot.start_time
    OFFSET %(offset)s
    LIMIT %(limit)s + 1
),
source_row AS (
    SELECT
        stored.*,
        max(power_charge) OVER slot AS power_charge_bound,
        min(power_discharge) OVER slot AS power_discharge_bound,
        max(energy_low) OVER slot AS energy_low_bound,
        min(energy_high) OVER slot AS energy_high_bound
    FROM (SELECT * FROM page ORDER BY asset_id, start_time LIMIT %(listed)s) AS listed
    CROSS JOIN LATERAL (
        SELECT *
        FROM markets_limit
        WHERE asset_id = listed.asset_id AND start_time = listed.start_time
        LIMIT cardinality(%(order)s::text[])
    ) AS stored
    WINDOW slot AS (PARTITION BY stored.asset_id, stored.start_time)
    ORDER BY stored.asset_id, stored.start_time, array_position(%(order)s::text[], stored.source::text)
),
