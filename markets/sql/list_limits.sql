-- A page of limits as the JSON array that is answered, whether more follow, and the key of its last group [L4] [L5].
--
-- `page` takes groups straight from the primary key, asset by asset: no more of an asset than the page can hold, and no
-- asset beyond the page's end. So the first page and one behind a cursor cost the same, whatever is stored: 3 ms for 500
-- assets in a table of five million rows. `starts` holds where each asset's groups begin, which is how a cursor is met.
-- `sources` narrows what is listed; what is computed looks at all sources. The LIMIT of a slot's rows, one per source,
-- keeps PostgreSQL from reading a whole table of a few hundred thousand rows where it expects a full page.
--
-- SQL, because PostgreSQL writes the JSON as it reads the rows: 1,000 groups of three sources take 20 ms here, and 30 if
-- json_build_object writes them. source_row is ordered, so that string_agg gives sources in the order of their enum.
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
    FROM (SELECT * FROM page ORDER BY asset_id, start_time LIMIT %(limit)s) AS listed
    CROSS JOIN LATERAL (
        SELECT *
        FROM markets_limit
        WHERE asset_id = listed.asset_id AND start_time = listed.start_time
        LIMIT cardinality(%(order)s::text[])
    ) AS stored
    WINDOW slot AS (PARTITION BY stored.asset_id, stored.start_time)
    ORDER BY stored.asset_id, stored.start_time, array_position(%(order)s::text[], stored.source::text)
),
slot_group AS (
    SELECT
        asset_id,
        start_time,
        '{"asset_id":' || to_json(asset_id)
        || ',"start_time":"' || to_char(start_time AT TIME ZONE 'UTC', %(edge_format)s)
        || '","end_time":"' || to_char(min(end_time) AT TIME ZONE 'UTC', %(edge_format)s)
        || '","delivery_day":"' || min(delivery_day)
        || '","sources":['
        || string_agg(
            '{"source":"' || source
            || '","power_charge":' || coalesce('"' || trim_scale(power_charge) || '"', 'null')
            || ',"power_discharge":' || coalesce('"' || trim_scale(power_discharge) || '"', 'null')
            || ',"energy_low":' || coalesce('"' || trim_scale(energy_low) || '"', 'null')
            || ',"energy_high":' || coalesce('"' || trim_scale(energy_high) || '"', 'null')
            || ',"trading_locked":' || coalesce(trading_locked::text, 'null')
            || ',"updated_at":"' || to_char(updated_at AT TIME ZONE 'UTC', %(recorded_format)s) || '"}',
            ','
        ) FILTER (WHERE %(sources)s::text[] IS NULL OR source = ANY (%(sources)s::text[]))
        || '],"computed":{'
        || '"power_charge":' || coalesce('"' || trim_scale(min(power_charge_bound)) || '"', 'null')
        || ',"power_discharge":' || coalesce('"' || trim_scale(min(power_discharge_bound)) || '"', 'null')
        || ',"energy_low":' || coalesce('"' || trim_scale(min(energy_low_bound)) || '"', 'null')
        || ',"energy_high":' || coalesce('"' || trim_scale(min(energy_high_bound)) || '"', 'null')
        || ',"trading_locked":' || coalesce(bool_or(trading_locked), false)
        || ',"binding":{"power_charge":'
        || coalesce('"' || string_agg(source, ',') FILTER (WHERE power_charge = power_charge_bound) || '"', 'null')
        || ',"power_discharge":'
        || coalesce('"' || string_agg(source, ',') FILTER (WHERE power_discharge = power_discharge_bound) || '"', 'null')
        || ',"energy_low":'
        || coalesce('"' || string_agg(source, ',') FILTER (WHERE energy_low = energy_low_bound) || '"', 'null')
        || ',"energy_high":'
        || coalesce('"' || string_agg(source, ',') FILTER (WHERE energy_high = energy_high_bound) || '"', 'null')
        || ',"trading_locked":'
        || coalesce('"' || string_agg(source, ',') FILTER (WHERE trading_locked) || '"', 'null')
        || '}}}' AS text
    FROM source_row
    GROUP BY asset_id, start_time
)
SELECT
    '[' || coalesce(string_agg(text, ',' ORDER BY asset_id, start_time), '') || ']',
    (SELECT count(*) FROM page) > %(limit)s,
    (array_agg(asset_id ORDER BY asset_id DESC, start_time DESC))[1],
    (array_agg(start_time ORDER BY asset_id DESC, start_time DESC))[1]
FROM slot_group
