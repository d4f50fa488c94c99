-- Where today's evaluation of a past moment differs from what is believed of it. Grain: one customer, segment and moment.
select
    found.customer_id,
    found.segment,
    found.as_of,
    found.is_member
from analysis.found
inner join live.segments.fct_segment_sizes as sizes
    on found.segment = sizes.segment and found.as_of = sizes.as_of
left join live.segments.fct_segment_history as history
    on
        found.customer_id = history.customer_id
        and found.segment = history.segment
        and found.as_of >= history.valid_from
        -- an OR here would compare each row with every stay
        and found.as_of < coalesce(history.valid_to, 'infinity'::timestamp)
        and history.known_to is null
where found.is_member != (history.customer_id is not null)
