{#- One row per member of a nested segment who is no member of its parent. -#}

select
    members.segment,
    members.customer_id,
    segments.parent
from {{ ref('fct_segment_members') }} as members
inner join {{ ref('dim_segments') }} as segments on members.segment = segments.segment
where
    segments.parent is not null
    and not exists (
        select 1 from {{ ref('fct_segment_members') }} as parents
        where parents.segment = segments.parent and parents.customer_id = members.customer_id
    )
