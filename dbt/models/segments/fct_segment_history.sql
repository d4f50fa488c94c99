{#-
One row per stay of a customer in a segment, as it was known over a time. An evaluation says who is a member from
its as_of to the next moment evaluated already (for ever, if there is none); late events say it again of past moments.
Where that differs from what was believed, the stays it touches get a known_to and new ones take their place; nothing
else is ever changed.
-#}
{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key=['customer_id', 'segment', 'valid_from', 'known_from'],
    on_schema_change='append_new_columns',
    full_refresh=false
) }}
{%- set forever = "cast('infinity' as timestamp)" %}

with

moment as (

    select
        max(as_of) as as_of,
        max(known_at) as known_at
    from {{ ref('int_moments_evaluated') }}
    where not is_of_clock
    having count(*) > 0

),

held as (
    {% if is_incremental() %}
    select
        customer_id,
        segment,
        valid_from,
        coalesce(valid_to, {{ forever }}) as valid_to,
        ended_as,
        known_from
    from {{ this }}
    where known_to is null
    {% else %}
    select
        customer_id,
        segment,
        as_of as valid_from,
        as_of as valid_to,
        'left' as ended_as,
        as_of as known_from
    from {{ ref('fct_segment_members') }}
    where false
    {% endif %}
),

believed as (

    select held.*
    from held
    inner join moment on held.valid_from <= moment.as_of and held.valid_to > moment.as_of

),

-- what the evaluation and the late events say otherwise, of one moment each
differing as (

    select
        coalesce(members.customer_id, believed.customer_id) as customer_id,
        coalesce(members.segment, believed.segment) as segment,
        members.customer_id is not null as is_member,
        moment.as_of
    from {{ ref('fct_segment_members') }} as members
    full join believed
        on members.customer_id = believed.customer_id and members.segment = believed.segment
    cross join moment
    where members.customer_id is null or believed.customer_id is null

    union all

    select
        late.customer_id,
        late.segment,
        late.is_member,
        late.as_of
    from {{ source('segments', 'late_memberships') }} as late
    inner join moment on late.known_at = moment.known_at and late.as_of != moment.as_of

),

changed as (

    {{ stays_changed(forever) }}

),

touched as (

    {{ stays_touched() }}

),

stays as (

    {{ stays_after_evaluation() }}

),

versions as (

    select
        stays.customer_id,
        stays.segment,
        stays.valid_from,
        case when stays.valid_to < {{ forever }} then stays.valid_to end as valid_to,
        case when stays.valid_to < {{ forever }} then coalesce(stays.ended_as, 'left') end as ended_as,
        moment.known_at as known_from,
        cast(null as timestamp) as known_to
    from stays
    cross join moment

    union all

    select
        touched.customer_id,
        touched.segment,
        touched.valid_from,
        case when touched.valid_to < {{ forever }} then touched.valid_to end as valid_to,
        touched.ended_as,
        touched.known_from,
        moment.known_at as known_to
    from touched
    cross join moment

)

select *

from versions

-- an evaluation repeated within the same instant leaves one version of a stay, the newest
qualify row_number() over (
    partition by customer_id, segment, valid_from, known_from order by known_to nulls first
) = 1
