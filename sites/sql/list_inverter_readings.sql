-- One page of inverters' readings as the JSON text of its items, by (inverter_id, time) [T1] [C5]. Each inverter comes
-- with the start of its own window: on a page that continues another, the first one's is behind the last reading seen.
-- SQL, because no row becomes an object here. Per inverter no more rows are taken from the key's index than the page can
-- hold, and inverters beyond the page's end are not looked at: a page costs the same however much is stored.
WITH page AS (
    SELECT reading.*
    FROM (
        SELECT * FROM unnest(%(owner_ids)s::text[], %(starts)s::timestamptz[]) AS given (id, start_time)
        ORDER BY id COLLATE "C"
    ) AS wanted
    CROSS JOIN LATERAL (
        SELECT * FROM sites_inverterreading
        WHERE inverter_id = wanted.id AND time >= wanted.start_time AND time < %(end_time)s
        ORDER BY time
        LIMIT %(offset)s + %(limit)s + 1
    ) AS reading
    ORDER BY wanted.id COLLATE "C", reading.time
    OFFSET %(offset)s
    LIMIT %(limit)s + 1
),
placed AS (
    SELECT *, row_number() OVER (ORDER BY inverter_id, time) AS place FROM page
)
SELECT
    coalesce(
        json_agg(
            json_build_object(
                'inverter_id', inverter_id,
                'time', to_char(time AT TIME ZONE 'UTC', %(recorded_format)s),
                'ac_power_kw', trim_scale(ac_power_kw)::text,
                'energy_kwh', trim_scale(energy_kwh)::text,
                'state', state,
                'temperature_c', trim_scale(temperature_c)::text,
                'error_code', error_code,
                'created_at', to_char(created_at AT TIME ZONE 'UTC', %(recorded_format)s),
                'updated_at', to_char(updated_at AT TIME ZONE 'UTC', %(recorded_format)s)
            )
            ORDER BY place
        ) FILTER (WHERE place <= %(limit)s),
        '[]'
    )::text AS items,
    count(*) > %(limit)s AS more,
    max(inverter_id) FILTER (WHERE place = %(limit)s) AS last_id,
    max(time) FILTER (WHERE place = %(limit)s) AS last_time
FROM placed
