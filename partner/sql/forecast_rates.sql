-- What a kWh is worth, hour by hour of [start_time, end_time): the mean over the hour's quarters of the market's price
-- where the profile names a market, else of the tariff in force, by the rule of partner/sql/kpi_rollup.sql. Null where a
-- quarter has none, or a price is in another currency than the site's.
SELECT
    date_trunc('hour', slot.slot, 'UTC') AS hour,
    CASE WHEN count(worth.rate) = count(*) THEN avg(worth.rate) END AS rate
FROM partner_partnerprofile profile
JOIN sites_site site ON site.id = profile.site_id
CROSS JOIN generate_series(
    %(start_time)s::timestamptz, %(end_time)s::timestamptz - interval '15 minutes', interval '15 minutes'
) AS slot (slot)
CROSS JOIN LATERAL (SELECT timezone(profile.time_zone, slot.slot) AS local) AS clock
LEFT JOIN partner_tariffperiod period
    ON period.profile_id = profile.id
    AND (period.days = 'ALL' OR (period.days = 'WEEKENDS') = (extract(isodow FROM clock.local) >= 6))
    AND clock.local::time >= period.start_time
    AND (clock.local::time < period.end_time OR period.end_time = '00:00')
LEFT JOIN LATERAL (
    SELECT CASE WHEN currency = profile.currency THEN amount / 1000 END AS amount
    FROM markets_price
    WHERE delivery_area = site.delivery_area AND market = profile.market AND end_time > slot.slot
        AND start_time <= slot.slot AND start_time > slot.slot - interval '24 hours'
    ORDER BY start_time DESC
    LIMIT 1
) price ON profile.market <> ''
CROSS JOIN LATERAL (
    SELECT CASE WHEN profile.market <> '' THEN price.amount ELSE coalesce(period.rate, profile.tariff) END AS rate
) AS worth
WHERE profile.site_id = %(site_id)s
GROUP BY 1
ORDER BY 1
