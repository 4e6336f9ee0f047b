-- The items of a batch that would leave a row whose energy_low is above its energy_high, each with its first such slot
-- [L7]; continues expand_limits.sql. Run after the constraint has refused the batch, to say whose fault it was: of the
-- two items that set the row's band, the later one, and of an item that sets both, its energy_low. Without `after_merge`
-- only what the items say between them is looked at, and nothing that is stored.
--
-- SQL, because the fault lies between what is sent and what is stored; the rows stay where they are.
merged AS (
    SELECT
        asset_id, start_time, source,
        coalesce(wanted.energy_low, stored.energy_low) AS energy_low,
        coalesce(wanted.energy_high, stored.energy_high) AS energy_high,
        greatest(energy_low_item, energy_high_item) AS item,
        energy_low_item >= energy_high_item OR energy_high_item IS NULL AS is_low
    FROM wanted
    LEFT JOIN (SELECT * FROM markets_limit WHERE %(after_merge)s) AS stored USING (asset_id, start_time, source)
)
SELECT DISTINCT ON (item)
    item,
    CASE WHEN is_low THEN 'energy_low' ELSE 'energy_high' END,
    asset_id, start_time, source, energy_low, energy_high
FROM merged
WHERE energy_low > energy_high
ORDER BY item, start_time
LIMIT %(most)s
