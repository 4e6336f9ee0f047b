-- The fingerprint of what a site's document is computed from, for the given sites or (null) for all that have a
-- profile: rows of records as they are, numbers of revisions, and the local day, for some kinds the hour too. It reads
-- no period, so that a site that did not change costs a few index look-ups, and all sites together one statement.
SELECT profile.site_id, md5(concat_ws(E'\n',
    %(version)s::text,
    timezone(profile.time_zone, %(now)s)::date,
    CASE WHEN %(hourly)s THEN date_trunc('hour', %(now)s::timestamptz, 'UTC') END,
    profile::text,
    (SELECT string_agg(period::text, E'\n' ORDER BY period.id)
        FROM partner_tariffperiod period WHERE period.profile_id = profile.id),
    (SELECT string_agg(inverter::text, E'\n' ORDER BY inverter.id)
        FROM sites_inverter inverter WHERE inverter.site_id = profile.site_id),
    (SELECT string_agg(concat_ws(' ', behind.inverter_id, asset.id, asset.type), E'\n' ORDER BY behind.inverter_id, asset.id)
        FROM sites_inverter inverter
        JOIN sites_inverterasset behind ON behind.inverter_id = inverter.id
        JOIN assets_asset asset ON asset.id = behind.asset_id
        WHERE inverter.site_id = profile.site_id),
    -- The specs of the last days that a document is about, and which of them hold now: time alone changes that.
    (SELECT string_agg(concat_ws(' ', behind.inverter_id, spec::text, spec.valid_to > %(now)s), E'\n'
            ORDER BY behind.inverter_id, spec.asset_id, spec.valid_from)
        FROM sites_inverter inverter
        JOIN sites_inverterasset behind ON behind.inverter_id = inverter.id
        JOIN assets_spec spec ON spec.asset_id = behind.asset_id
        WHERE inverter.site_id = profile.site_id AND spec.valid_from <= %(now)s
            AND (spec.valid_to IS NULL OR spec.valid_to > %(now)s - interval '32 days')),
    (SELECT string_agg(concat_ws(' ', revision.owner_id, revision.kind, revision.number), E'\n'
            ORDER BY revision.owner_id, revision.kind)
        FROM assets_revision revision
        WHERE revision.kind = ANY(%(revision_kinds)s) AND revision.owner_id IN (
            SELECT profile.site_id
            UNION ALL SELECT site.delivery_area
                FROM sites_site site WHERE site.id = profile.site_id AND profile.market <> ''
            UNION ALL SELECT inverter.id FROM sites_inverter inverter WHERE inverter.site_id = profile.site_id
            UNION ALL SELECT behind.asset_id
                FROM sites_inverter inverter
                JOIN sites_inverterasset behind ON behind.inverter_id = inverter.id
                WHERE inverter.site_id = profile.site_id
        ))
)) AS inputs
FROM partner_partnerprofile profile
WHERE %(site_ids)s::text[] IS NULL OR profile.site_id = ANY(%(site_ids)s)
