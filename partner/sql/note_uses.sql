-- When these partner keys were last used. SKIP LOCKED: nobody waits for an operator who has a key's row open.
UPDATE partner_partnerkey SET last_used_at = %(now)s WHERE id IN (
    SELECT id FROM partner_partnerkey
    WHERE id = ANY(%(ids)s) AND (last_used_at IS NULL OR last_used_at <= %(before)s)
    FOR NO KEY UPDATE SKIP LOCKED
)
