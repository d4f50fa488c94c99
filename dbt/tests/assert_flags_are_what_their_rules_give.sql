-- depends_on: {{ ref('ftr_customers') }}
{% for flag in flag_rules() -%}
select
    customer_id,
    as_of,
    {{ sql_text(flag.flag) }} as flag

from (
    select
        customer_id,
        as_of,
        {{ flag.flag }} as is_so,
        coalesce({{ flag.rule }}, false) as is_ruled_so

    from {{ ref(flag.model) }}
) as evaluated

where is_so != is_ruled_so
{{ 'union all' if not loop.last }}
{% endfor %}
