{#- One row per pair of identifiers seen together, or per identifier seen alone (the other side is null). -#}
{{ config(materialized='incremental', incremental_strategy='delete+insert', unique_key='link_id') }}

{%- set origins = {
    'events': {'from': ref('stg_segment__events'), 'at': 'timestamp', 'received': 'received_at'},
    'records': {'from': ref('stg_customers__records'), 'at': 'updated_at', 'anonymous_id': 'null'},
    'lines': {'from': ref('stg_online_retail__lines'), 'at': 'invoice_at', 'email': 'null', 'phone': 'null'},
} %}
{%- set types = ['anonymous_id', 'user_id', 'email', 'phone'] %}
{#- A user ties his contacts together; without one, each contact is tied to each. -#}
{%- set pairs = [
    ('anonymous_id', 'user_id', 'true'),
    ('anonymous_id', 'email', 'user_id is null'),
    ('anonymous_id', 'phone', 'user_id is null'),
    ('user_id', 'email', 'true'),
    ('user_id', 'phone', 'true'),
    ('email', 'phone', 'user_id is null'),
] %}

with

sightings as (

    {% for name, origin in origins.items() %}
    select
        namespace,
        source,
        {{ origin.get('anonymous_id', 'anonymous_id') }} as anonymous_id,
        user_id,
        {{ origin.get('email', 'email') }} as email,
        {{ origin.get('phone', 'phone') }} as phone,
        '{{ name }}' as origin,
        min({{ arrival() }}) as first_arrival,
        min({{ origin.at }}) as first_seen_at,
        max({{ origin.at }}) as last_seen_at,
        min({{ origin.get('received', 'null') }}) as first_received_at,
        max(loaded_at) as loaded_at
    from {{ origin.from }}
    {% if is_incremental() %}
    where loaded_at > {{ watermark(name ~ '_loaded_at') }}
    {% endif %}
    group by all
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

aliases as (

    -- one by one: whether the previous id was a user's is judged at the arrival of each
    select
        namespace,
        source,
        previous_id,
        user_id,
        {{ arrival() }} as first_arrival,
        timestamp as seen_at,
        received_at,
        loaded_at
    from {{ ref('stg_segment__events') }}
    where type = 'alias' and previous_id is not null and user_id is not null and previous_id != user_id
    {% if is_incremental() %}
        and loaded_at > {{ watermark('events_loaded_at') }}
    {% endif %}

),

users as (

    select namespace, user_id, first_arrival from sightings where user_id is not null
    {% if is_incremental() %}
    {% for side in ['a', 'b'] %}
    union all
    select namespace_{{ side }}, identifier_{{ side }}, {{ arrival('first_file_number', 'first_line') }}
    from {{ this }}
    where type_{{ side }} = 'user_id' and exists (select 1 from aliases)
    {% endfor %}
    {% endif %}

),

pairs as (

    {% for type_a, type_b, condition in pairs %}
    select
        namespace, source, origin, first_arrival, first_seen_at, last_seen_at, first_received_at, loaded_at,
        '{{ type_a }}' as type_a, {{ type_a }} as identifier_a, '{{ type_b }}' as type_b, {{ type_b }} as identifier_b
    from sightings
    where {{ type_a }} is not null and {{ type_b }} is not null and {{ condition }}
    union all
    {% endfor %}
    {% for type in types %}
    select
        namespace, source, origin, first_arrival, first_seen_at, last_seen_at, first_received_at, loaded_at,
        '{{ type }}', {{ type }}, null, null
    from sightings
    where {{ type }} is not null
        {%- for other in types if other != type %} and {{ other }} is null{% endfor %}
    union all
    {% endfor %}
    select
        aliases.namespace, aliases.source, 'events', aliases.first_arrival, seen_at, seen_at, received_at, loaded_at,
        case when bool_or(users.first_arrival < aliases.first_arrival) then 'user_id' else 'anonymous_id' end,
        previous_id, 'user_id', aliases.user_id
    from aliases
    left join users on aliases.namespace = users.namespace and aliases.previous_id = users.user_id
    group by all

),

links as (

    select
        case when type_a in ('email', 'phone') then '' else namespace end as namespace_a,
        type_a,
        identifier_a,
        case when type_b in ('email', 'phone') then '' when type_b is not null then namespace end as namespace_b,
        type_b,
        identifier_b,
        {{ dbt.hash("concat_ws('|', namespace_a, type_a, length(identifier_a), identifier_a, namespace_b, type_b, identifier_b)") }}
            as link_id,
        arg_min(source, first_arrival) as source,
        min(first_arrival) as first_arrival,
        min(first_seen_at) as first_seen_at,
        max(last_seen_at) as last_seen_at,
        min(first_received_at) as first_received_at,
        {%- for name in origins %}
        max(case when origin = '{{ name }}' then loaded_at end) as {{ name }}_loaded_at,
        {%- endfor %}
        max(loaded_at) as loaded_at
    from pairs
    group by all

),

{% if is_incremental() %}
known as (

    select
        *,
        {{ arrival('first_file_number', 'first_line') }} as first_arrival
    from {{ this }}

),

{% endif %}
merged as (

    {% if is_incremental() %}
    -- what was known arrived first
    select
        links.* replace (
            coalesce(known.source, links.source) as source,
            coalesce(known.first_arrival, links.first_arrival) as first_arrival,
            least(known.first_seen_at, links.first_seen_at) as first_seen_at,
            greatest(known.last_seen_at, links.last_seen_at) as last_seen_at,
            least(known.first_received_at, links.first_received_at) as first_received_at
            {%- for name in origins %},
            greatest(known.{{ name }}_loaded_at, links.{{ name }}_loaded_at) as {{ name }}_loaded_at
            {%- endfor %}
        )
    from links
    left join known on links.link_id = known.link_id
    {% else %}
    select * from links
    {% endif %}

)

select
    * exclude (first_arrival),
    {{ arrival_file_number('first_arrival') }} as first_file_number,
    {{ arrival_line('first_arrival') }} as first_line
from merged
