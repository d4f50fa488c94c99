-- Who the new events are of, by the source's own names, in order of arrival. Grain: one pair.
select
    namespace,
    anonymous_id,
    user_id
from staged
group by namespace, anonymous_id, user_id
order by min((file_number, line))
