-- A fleet of 5,000 assets in use and ten million rows of periods around now: a spec each; of each asset 960 slots of
-- limits (half of them in the past), 200 hours of forecasts, 640 status entries and 200 state snapshots.
-- Without triggers, whose checks these rows keep by how they are made.
SET LOCAL session_replication_role = replica;

INSERT INTO assets_asset (id, code, name, type, region, delivery_area, provider, lifecycle)
SELECT
    'DE_' || area || '_F_' || number, 'F', 'Asset ' || number,
    (ARRAY['BESS', 'PV', 'GREEN_COLOCATION', 'VBAT'])[1 + number % 4], 'DE', area, 'TERRALAYR',
    CASE WHEN number % 50 = 0 THEN 'COMMISSIONING' ELSE 'LIVE' END
FROM (
    SELECT number, (ARRAY['50HZ', 'AMPN', 'TNBW', 'TNNT'])[1 + number / 4 % 4] AS area
    FROM generate_series(1, 5000) AS number
) AS made;

INSERT INTO assets_spec (asset_id, valid_from, rated_power, max_capacity)
SELECT id, now() - interval '300 days', 10, 20
FROM assets_asset;

INSERT INTO markets_limit (asset_id, start_time, end_time, source, power_charge, power_discharge, trading_locked)
SELECT id, at, at + interval '15 minutes', 'CUSTOMER', -5, 5, slot % 97 = 0
FROM assets_asset,
    generate_series(-480, 479) AS slot,
    LATERAL (SELECT date_bin('15 minutes', now(), '2000-01-01Z') + slot * interval '15 minutes' AS at) AS found;

INSERT INTO markets_forecast (asset_id, start_time, end_time, generation, consumption)
SELECT id, at, at + interval '1 hour', 3, 0
FROM assets_asset,
    generate_series(-150, 49) AS hour,
    LATERAL (SELECT date_bin('1 hour', now(), '2000-01-01Z') + hour * interval '1 hour' AS at) AS found;

INSERT INTO assets_statusentry (asset_id, effective_at, event_id, status, reasons)
SELECT id, now() - number * interval '7 minutes', 'e' || number,
    CASE WHEN hashtext(id || number) % 50 = 0 THEN 'FAULT' ELSE 'ONLINE' END, '[]'
FROM assets_asset, generate_series(1, 640) AS number;

INSERT INTO assets_statesnapshot (asset_id, effective_at, energy)
SELECT id, now() - number * interval '15 minutes', 10
FROM assets_asset, generate_series(1, 200) AS number;
