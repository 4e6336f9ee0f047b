-- Specs of some assets by (asset_id, valid_from DESC), those that begin in [start, end], both inclusive, or null [SP4].
-- Each asset comes with the instant before which its specs are wanted, or null: on a page that continues another, the
-- first one's is the last spec seen. SQL, because each asset's part is read from the end of its key's index backwards
-- and no further than `most_of_each`: the latest of an asset costs one row however long its history is, and a page
-- the same however deep.
SELECT spec.*
FROM (
    SELECT id COLLATE "C" AS id, before
    FROM unnest(%(asset_ids)s::text[], %(befores)s::timestamptz[]) AS given (id, before)
    ORDER BY 1
) AS wanted
CROSS JOIN LATERAL (
    SELECT * FROM assets_spec
    WHERE asset_id = wanted.id
        AND valid_from >= coalesce(%(start)s::timestamptz, '-infinity')
        AND valid_from <= coalesce(%(end)s::timestamptz, 'infinity')
        AND valid_from < coalesce(wanted.before, 'infinity')
    ORDER BY valid_from DESC
    LIMIT %(most_of_each)s
) AS spec
ORDER BY wanted.id, spec.valid_from DESC
OFFSET %(offset)s
LIMIT %(limit)s
