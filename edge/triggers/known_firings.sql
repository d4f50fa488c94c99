-- What matters to new decisions: all that wait, and what customers got before. Grain: one firing.
select *
from firings
where
    as_of < $before::timestamp
    and (
        status = 'waiting'
        or list_contains($customers::varchar[], customer_id)
    )
order by as_of, firing_id
