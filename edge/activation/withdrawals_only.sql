-- Whoever is gone goes too, unless so many are that something broke.
delete from changes
where
    reason is null
    or reason not in ('no consent', 'customer is gone')
    or (
        reason = 'customer is gone'
        and (select count(*) from changes where is_acknowledged and reason = 'customer is gone')
        > $max_removed_share * (select count(*) from acknowledged)
    )
