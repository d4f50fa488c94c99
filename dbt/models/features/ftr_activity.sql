{#- One row per customer and moment with behaviour by then: what they did, by window and in all. -#}
{{ config(materialized='table') }}

with

days as (

    select
        visitors.customer_id,
        days.*,
        {{ calendar_days('days.event_date', 'cast(days.as_of as date)') }} as age_days

    from {{ ref('int_visitor_days_evaluated') }} as days

    inner join {{ ref('dim_visitors') }} as visitors on days.visitor_id = visitors.visitor_id

),

pages as (

    select
        customer_id,
        as_of,
        cast(sum(cast(dwell_seconds as decimal(28, 6))) as double)
        / nullif(sum(timed_engagements), 0) as dwell_seconds_per_page,
        cast(sum(cast(scroll_depth_total as decimal(28, 6))) as double)
        / nullif(sum(scrolled_engagements), 0) as scroll_depth_share

    from {{ ref('ftr_engagements') }}

    group by customer_id, as_of

),

totals as (

    select
        customer_id,
        as_of,
        {% for measure in [
            'page_views', 'product_views', 'cart_adds', 'searches', 'promotion_views', 'promotion_clicks'
        ] -%}
        {{ windowed('sum(' ~ measure ~ ')', measure) }},
        {% endfor -%}
        {% for measure in ['form_starts', 'form_submits', 'video_starts', 'video_completions', 'list_filters'] -%}
        cast(sum({{ measure }}) as bigint) as {{ measure }},
        {% endfor -%}
        -- a session that goes on past midnight counts on both days
        count(*) filter (where cart_adds > 0 and age_days <= 90) as cart_sessions_90_days

    from days

    group by customer_id, as_of

)

select
    totals.*,
    pages.dwell_seconds_per_page,
    pages.scroll_depth_share

from totals

left join pages
    on totals.customer_id = pages.customer_id and totals.as_of = pages.as_of
