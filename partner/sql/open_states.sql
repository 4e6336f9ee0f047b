-- Of each inverter whose newest known state since read_from is a critical one: that state, and the first reading of the
-- kind after the last good one (contract 13.2, docs/partner-metrics.md). SQL, because it is three steps into an index
-- for each inverter that reports states, however many readings it has sent.
SELECT inverter.id, newest.state, (
    SELECT min(time) FROM sites_inverterreading
    WHERE inverter_id = inverter.id AND time < %(now)s AND state = ANY(%(critical)s::text[]) AND time > coalesce(
        (
            SELECT time FROM sites_inverterreading
            WHERE inverter_id = inverter.id AND time >= %(read_from)s AND time < %(now)s
                AND state <> 'UNKNOWN' AND state <> ALL(%(critical)s::text[])
            ORDER BY time DESC
            LIMIT 1
        ),
        %(read_from)s::timestamptz - interval '1 microsecond'
    )
) AS since
FROM unnest(%(inverter_ids)s::text[]) AS inverter (id)
CROSS JOIN LATERAL (
    SELECT state FROM sites_inverterreading
    WHERE inverter_id = inverter.id AND time >= %(read_from)s AND time < %(now)s AND state <> 'UNKNOWN'
    ORDER BY time DESC
    LIMIT 1
) newest
WHERE newest.state = ANY(%(critical)s::text[])
ORDER BY inverter.id
