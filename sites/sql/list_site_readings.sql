-- One page of sites' readings as the JSON text of its items, by (site_id, time) [T1] [C5];
-- list_inverter_readings.sql says how and why.
WITH page AS (
    SELECT reading.*
    FROM (
        SELECT * FROM unnest(%(owner_ids)s::text[], %(starts)s::timestamptz[]) AS given (id, start_time)
        ORDER BY id COLLATE "C"
    ) AS wanted
    CROSS JOIN LATERAL (
        SELECT * FROM sites_sitereading
        WHERE site_id = wanted.id AND time >= wanted.start_time AND time < %(end_time)s
        ORDER BY time
        LIMIT %(offset)s + %(limit)s + 1
    ) AS reading
    ORDER BY wanted.id COLLATE "C", reading.time
    OFFSET %(offset)s
    LIMIT %(limit)s + 1
),
placed AS (
    SELECT *, row_number() OVER (ORDER BY site_id, time) AS place FROM page
)
SELECT
    coalesce(
        json_agg(
            json_build_object(
                'site_id', site_id,
                'time', to_char(time AT TIME ZONE 'UTC', %(recorded_format)s),
                'poa_irradiance_wm2', trim_scale(poa_irradiance_wm2)::text,
                'ambient_temperature_c', trim_scale(ambient_temperature_c)::text,
                'consumption_kw', trim_scale(consumption_kw)::text,
                'created_at', to_char(created_at AT TIME ZONE 'UTC', %(recorded_format)s),
                'updated_at', to_char(updated_at AT TIME ZONE 'UTC', %(recorded_format)s)
            )
            ORDER BY place
        ) FILTER (WHERE place <= %(limit)s),
        '[]'
    )::text AS items,
    count(*) > %(limit)s AS more,
    max(site_id) FILTER (WHERE place = %(limit)s) AS last_id,
    max(time) FILTER (WHERE place = %(limit)s) AS last_time
FROM placed
