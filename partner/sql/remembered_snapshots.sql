-- The stamps of these snapshots, without their bodies: whether a body is another is told by its tag.
SELECT snapshot.site_id, snapshot.kind, snapshot.etag, snapshot.last_success_at, snapshot.next_check_at,
    snapshot.stale_from, snapshot.published_at
FROM unnest(%(site_ids)s::text[], %(kinds)s::text[]) AS asked (site_id, kind)
JOIN partner_snapshot snapshot ON snapshot.site_id = asked.site_id AND snapshot.kind = asked.kind
WHERE snapshot.published_at IS NOT NULL
