-- The keys with these digests that open something now, each with the sites that it opens under all their names. One
-- statement reads all that a web worker remembers, twice a second, so that whoever changes a key, also past the
-- application, is heard of.
SELECT key.digest, key.id, key.name, key.rate_per_minute, key.expires_at,
    coalesce(array_agg(opened.site_id) FILTER (WHERE opened.site_id IS NOT NULL), '{}'),
    coalesce(array_agg(profile.public_name) FILTER (WHERE opened.site_id IS NOT NULL), '{}')
FROM partner_partnerkey key
LEFT JOIN partner_partnerkeysite opened ON opened.key_id = key.id
LEFT JOIN partner_partnerprofile profile ON profile.site_id = opened.site_id
WHERE key.digest = ANY(%(digests)s) AND key.revoked_at IS NULL AND (key.expires_at IS NULL OR key.expires_at > %(now)s)
GROUP BY key.id
