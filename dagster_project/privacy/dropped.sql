-- What was dropped of events, but for names that too few events bear: such a name may be a person's.
select
    event,
    property,
    sum(events)::bigint as dropped
from staging.stg_segment__dropped_properties
group by event, property
having sum(events) >= $minimum
order by dropped desc, event, property
limit 200
