{#- One row per pair of identifiers seen together, or per identifier seen alone (the other side is null). -#}
{{ config(materialized='incremental', incremental_strategy='delete+insert', unique_key='link_id') }}

{%- set origins = {
    'events': {'from': ref('stg_segment__events'), 'at': 'timestamp', 'received': 'received_at'},
    'records': {'from': ref('stg_customers__records'), 'at': 'updated_at', 'anonymous_id': 'null'},
    'lines': {'from': ref('stg_online_retail__lines'), 'at': 'invoice_at', 'email': 'null', 'phone': 'null'},
} %}
{#- A user ties his contacts together; without one, each contact is tied to each. What has no partner stands alone. -#}
{%- set pairs = [
    ('anonymous_id', 'user_id', 'true'),
    ('anonymous_id', 'email', 'user_id is null'),
    ('anonymous_id', 'phone', 'user_id is null'),
    ('user_id', 'email', 'true'),
    ('user_id', 'phone', 'true'),
    ('email', 'phone', 'user_id is null'),
    ('anonymous_id', none, 'coalesce(user_id, email, phone) is null'),
    ('user_id', none, 'coalesce(anonymous_id, email, phone) is null'),
    ('email', none, 'coalesce(anonymous_id, user_id, phone) is null'),
    ('phone', none, 'coalesce(anonymous_id, user_id, email) is null'),
] %}
{%- set times = 'first_arrival, first_seen_at, last_seen_at, first_received_at, '
    ~ 'events_loaded_at, records_loaded_at, lines_loaded_at' %}
{%- set pair = 'namespace_a, type_a, identifier_a, namespace_b, type_b, identifier_b' %}

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
        min({{ arrival() }}) as first_arrival,
        min({{ origin.at }}) as first_seen_at,
        max({{ origin.at }}) as last_seen_at,
        min({{ origin.get('received', 'cast(null as timestamp)') }}) as first_received_at,
        {% for other in origins %}
        {{ 'max(loaded_at)' if name == other else 'cast(null as timestamp)' }} as {{ other }}_loaded_at{{ ',' if not loop.last }}
        {%- endfor %}
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
        *,
        {{ arrival() }} as arrival
    from {{ ref('stg_segment__events') }}
    where
        type = 'alias' and previous_id is not null and user_id is not null and previous_id != user_id
        {% if is_incremental() %} and loaded_at > {{ watermark('events_loaded_at') }} {% endif %}

),

users as (

    select namespace, user_id, first_arrival from sightings where user_id is not null
    {% if is_incremental() %}
    {% for side in ['a', 'b'] %}
    union all
    select namespace_{{ side }}, identifier_{{ side }}, first_arrival
    from {{ this }}
    where type_{{ side }} = 'user_id' and exists (select 1 from aliases)
    {% endfor %}
    {% endif %}

),

pairs as (

    {% for type_a, type_b, condition in pairs %}
    select
        {{ 'namespace' if type_a in ('anonymous_id', 'user_id') else "''" }} as namespace_a,
        '{{ type_a }}' as type_a,
        {{ type_a }} as identifier_a,
        {{ 'null' if type_b is none else 'namespace' if type_b == 'user_id' else "''" }} as namespace_b,
        {{ 'null' if type_b is none else "'" ~ type_b ~ "'" }} as type_b,
        {{ type_b or 'null' }} as identifier_b,
        source, {{ times }}
    from sightings
    where {{ type_a }} is not null {{ 'and ' ~ type_b ~ ' is not null' if type_b }} and {{ condition }}
    union all
    {% endfor %}
    select
        aliases.namespace,
        case when bool_or(users.first_arrival < aliases.arrival) then 'user_id' else 'anonymous_id' end,
        aliases.previous_id, aliases.namespace, 'user_id', aliases.user_id,
        aliases.source, aliases.arrival, aliases.timestamp, aliases.timestamp, aliases.received_at,
        aliases.loaded_at, null, null
    from aliases
    left join users on aliases.namespace = users.namespace and aliases.previous_id = users.user_id
    group by all

),

keyed as (

    select
        {{ dbt.hash("concat_ws('|', namespace_a, type_a, length(identifier_a), identifier_a, namespace_b, type_b, identifier_b)") }}
            as link_id,
        *
    from pairs

),

grown as (

    select * from keyed
    {% if is_incremental() %}
    union all
    select link_id, {{ pair }}, source, {{ times }}
    from {{ this }}
    where link_id in (select link_id from keyed)
    {% endif %}

)

select
    link_id,
    {{ pair }},
    arg_min(source, first_arrival) as source,
    min(first_arrival) as first_arrival,
    {{ arrival_file_number('min(first_arrival)') }} as first_file_number,
    {{ arrival_line('min(first_arrival)') }} as first_line,
    min(first_seen_at) as first_seen_at,
    max(last_seen_at) as last_seen_at,
    min(first_received_at) as first_received_at,
    max(events_loaded_at) as events_loaded_at,
    max(records_loaded_at) as records_loaded_at,
    max(lines_loaded_at) as lines_loaded_at,
    greatest(max(events_loaded_at), max(records_loaded_at), max(lines_loaded_at)) as loaded_at
from grown
group by link_id, {{ pair }}
