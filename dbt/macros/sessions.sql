{#- An order that a server reports, without the visitor's device: it opens no session by itself. -#}
{% macro is_order_of_server(event='event', anonymous_id='anonymous_id') -%}
    ({{ anonymous_id }} is null and {{ event }} in ('Order Completed', 'Order Updated', 'Order Cancelled', 'Order Refunded'))
{%- endmacro %}

{#- A visitor starts one session at a time on a source. -#}
{% macro session_id(visitor_id, source, started_at, kind="''") -%}
    's' || substring({{ dbt.hash("concat_ws('|', " ~ visitor_id ~ ", " ~ source ~ ", " ~ started_at ~ ", " ~ kind ~ ")") }}, 1, 24)
{%- endmacro %}

{% macro session_gap() -%}
    interval '{{ var("session_gap_minutes") }} minutes'
{%- endmacro %}

{#- From when on each visitor with new events is sessionized again: from the start of the session that the earliest
    of them may prolong. Visitors of several sources, whose sessions may overlap, are taken whole. -#}
{% macro session_cuts(arrived, held) -%}
    select
        firsts.visitor_id,
        case
            when bool_or(firsts.has_sources or held.source != firsts.source) then cast('0001-01-01' as timestamp)
            else least(
                firsts.first_at,
                max(
                    case
                        when held.timestamp between firsts.first_at - {{ session_gap() }} and firsts.first_at
                            then held.session_started_at
                    end
                )
            )
        end as cut_at
    from (
        select
            visitor_id,
            min(source) as source,
            min(source) != max(source) as has_sources,
            min(timestamp) as first_at
        from {{ arrived }}
        group by visitor_id
    ) as firsts
    left join {{ held }} as held on firsts.visitor_id = held.visitor_id
    group by firsts.visitor_id, firsts.first_at
{%- endmacro %}
