-- What must change at the target, and why someone is removed. Grain: one member of one segment.
-- ``is_decided``: a sync was allowed to do this already. ``is_refused``: the target refused exactly this for good.
create or replace temp table changes as
with

-- sent once with an unknown end, and nothing is known to have settled it
perhaps as (
    select
        unsettled.segment,
        unsettled.customer_id,
        bool_or(unsettled.fingerprint is not null) as is_perhaps_held,
        bool_or(unsettled.fingerprint is distinct from wanted.fingerprint) as is_perhaps_other
    from unsettled
    left join wanted on unsettled.segment = wanted.segment and unsettled.customer_id = wanted.customer_id
    where not unsettled.is_answered or unsettled.settled_at <= $now::timestamp
    group by unsettled.segment, unsettled.customer_id
),

differing as (
    select
        coalesce(wanted.segment, acknowledged.segment) as segment,
        coalesce(wanted.customer_id, acknowledged.customer_id) as customer_id,
        wanted.customer_id is not null as is_wanted,
        acknowledged.customer_id is not null as is_acknowledged,
        wanted.fingerprint
    from wanted
    full join acknowledged
        on wanted.segment = acknowledged.segment and wanted.customer_id = acknowledged.customer_id
    where $is_full or wanted.customer_id is null or wanted.fingerprint is distinct from acknowledged.fingerprint

    union

    select
        perhaps.segment,
        perhaps.customer_id,
        wanted.customer_id is not null as is_wanted,
        acknowledged.customer_id is not null as is_acknowledged,
        wanted.fingerprint
    from perhaps
    left join wanted on perhaps.segment = wanted.segment and perhaps.customer_id = wanted.customer_id
    left join acknowledged
        on perhaps.segment = acknowledged.segment and perhaps.customer_id = acknowledged.customer_id
    where case when wanted.customer_id is null then perhaps.is_perhaps_held else perhaps.is_perhaps_other end

    union

    -- what was to be sent again, by --full, and was not taken
    select
        wanted.segment,
        wanted.customer_id,
        true as is_wanted,
        true as is_acknowledged,
        wanted.fingerprint
    from wanted
    inner join acknowledged on wanted.segment = acknowledged.segment and wanted.customer_id = acknowledged.customer_id
    inner join unacknowledged as earlier
        on wanted.segment = earlier.segment and wanted.customer_id = earlier.customer_id
    where earlier.fingerprint = wanted.fingerprint
),

judged as (
    select
        segment,
        customer_id,
        is_acknowledged,
        fingerprint,
        case when not is_wanted then 'remove' when is_acknowledged then 'update' else 'add' end as operation
    from differing
),

known as (
    select
        judged.*,
        coalesce(earlier.operation = judged.operation, false) as is_decided,
        coalesce(
            earlier.operation = judged.operation and earlier.fingerprint is not distinct from judged.fingerprint, false
        ) as is_same_content,
        earlier.since_number,
        earlier.attempts,
        earlier.status
    from judged
    left join unacknowledged as earlier
        on judged.segment = earlier.segment and judged.customer_id = earlier.customer_id
),

unconsented as (
    select
        removed.segment,
        removed.customer_id
    from judged as removed
    left join audiences on removed.segment = audiences.segment
    left join consented as for_target
        on removed.customer_id = for_target.customer_id and for_target.purpose = $purpose
    left join consented as for_segment
        on removed.customer_id = for_segment.customer_id and for_segment.purpose = audiences.purpose
    where
        removed.operation = 'remove'
        and (
            for_target.customer_id is null
            or (audiences.purpose is not null and for_segment.customer_id is null)
        )
)

select
    known.segment,
    known.customer_id,
    known.operation,
    case known.operation when 'remove' then 1 when 'update' then 2 else 3 end as operation_rank,
    known.is_acknowledged,
    case
        when known.operation <> 'remove' then null
        when people.customer_id is null then 'customer is gone'
        when unconsented.customer_id is not null then 'no consent'
        when audiences.status <> 'active' then 'segment ' || audiences.status
        else 'left the segment'
    end as reason,
    known.fingerprint,
    known.is_decided,
    case when known.is_same_content then known.since_number else $sync_number end as since_number,
    case when known.is_same_content then known.attempts else 0 end as attempts,
    -- a removal is never given up
    known.is_same_content
    and known.status = 'rejected'
    and known.operation <> 'remove'
    and not $is_retrying_rejected as is_refused
from known
left join unconsented on known.segment = unconsented.segment and known.customer_id = unconsented.customer_id
left join audiences on known.segment = audiences.segment
left join warehouse.marts.dim_customers as people on known.customer_id = people.customer_id
