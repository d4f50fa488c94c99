select exists(
    select 1
    from ops.ledger
    where
        kind = 'delivery'
        and loaded_at > coalesce((select max(loaded_at) from activation.fct_deliveries), timestamp '-infinity')
) as has_new_deliveries
