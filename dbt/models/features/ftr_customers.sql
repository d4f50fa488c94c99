{#-
One row per customer and moment: everything known of them at as_of, joined from the feature tables by topic.
Counts are 0 where nothing happened; what cannot be measured (an average of nothing) is null.
-#}
{{ config(materialized='table') }}
{%- set windows = var('feature_windows_days') %}

select
    profiles.customer_id,
    profiles.as_of,

    profiles.is_known,
    profiles.days_since_first_seen,
    profiles.age_years,
    profiles.gender,
    profiles.preferred_channel,
    coalesce(profiles.country, visits.country, profiles.invoice_country) as country,
    coalesce(profiles.city, visits.city) as city,
    coalesce(coalesce(profiles.city, visits.city) in (
        {% for city in var('urban_cities') -%}
        {{ sql_text(city) }}{{ ',' if not loop.last }}
        {% endfor %}
    ), false) as is_urban,
    coalesce(profiles.locale, visits.locale) as locale,
    visits.device_type,
    visits.referrer,
    visits.favourite_hour,
    visits.last_click_path,
    visits.first_campaign,

    rfm.recency_days,
    rfm.frequency,
    rfm.monetary,
    rfm.r_score,
    rfm.f_score,
    rfm.m_score,
    rfm.rfm_score,
    coalesce(rfm.is_top_decile, false) as is_top_decile,

    coalesce(orders.orders, 0) as orders,
    coalesce(orders.revenue, 0) as revenue,
    coalesce(orders.refunded, 0) as refunded,
    orders.average_order_value,
    orders.days_since_last_purchase,
    orders.days_since_first_purchase,
    {% for days in windows -%}
    coalesce(orders.orders_{{ days }}_days, 0) as orders_{{ days }}_days,
    {% endfor -%}
    -- the 60 days before the last 30, so that the two can be compared
    (coalesce(orders.orders_90_days, 0) - coalesce(orders.orders_30_days, 0)) / 2.0 as earlier_orders_per_30_days,
    orders.orders_per_30_days,
    orders.purchase_interval_days,
    orders.purchase_interval_variation,
    orders.busiest_quarter_share,
    prices.price_level,
    prices.discounted_share,

    visits.days_since_last_visit,
    {% for days in windows -%}
    coalesce(visits.sessions_{{ days }}_days, 0) as sessions_{{ days }}_days,
    {% endfor -%}
    visits.evening_share,
    coalesce(visits.commuting_sessions_30_days, 0) as commuting_sessions_30_days,
    seasons.busiest_weeks_share,
    visits.session_minutes,
    visits.session_minutes_trend,

    {% for measure in [
        'page_views', 'product_views', 'cart_adds', 'searches', 'promotion_views', 'promotion_clicks'
    ] -%}
    {% for days in windows -%}
    coalesce(activity.{{ measure }}_{{ days }}_days, 0) as {{ measure }}_{{ days }}_days,
    {% endfor -%}
    {% endfor -%}
    {% for measure in ['form_starts', 'form_submits', 'video_starts', 'video_completions', 'list_filters'] -%}
    coalesce(activity.{{ measure }}, 0) as {{ measure }},
    {% endfor -%}
    activity.dwell_seconds_per_page,
    activity.scroll_depth_share,

    activity.product_views_90_days / nullif(cast(visits.sessions_90_days as double), 0) as views_per_session,
    activity.cart_adds_90_days / nullif(cast(activity.product_views_90_days as double), 0) as add_to_cart_rate,
    case
        when activity.cart_sessions_90_days > 0
            then least(1, coalesce(orders.orders_90_days, 0) / cast(activity.cart_sessions_90_days as double))
    end as cart_to_order_rate,
    activity.promotion_clicks_90_days
    / nullif(cast(activity.promotion_views_90_days as double), 0) as promotion_click_rate,

    coalesce(preferences.categories_viewed, 0) as categories_viewed,
    preferences.favourite_category,
    preferences.favourite_category_share,
    preferences.favourite_brand,
    preferences.favourite_brand_share,
    {% for level in ['category', 'brand'] -%}
    preferences.most_bought_{{ level }},
    preferences.most_bought_{{ level }}_share,
    coalesce(preferences.{{ level }}_purchases, 0) as {{ level }}_purchases,
    {% endfor -%}
    {% for taste in ['discounted', 'margin', 'luxury'] -%}
    coalesce(tastes.{{ taste }}_views_30_days, 0) as {{ taste }}_views_30_days,
    {% endfor -%}
    tastes.discounted_views_30_days / nullif(cast(activity.product_views_30_days as double), 0) as discounted_view_share,

    coalesce(carts.open_cart_items, 0) as open_cart_items,
    coalesce(carts.open_cart_value, 0) as open_cart_value,
    carts.open_cart_category,
    carts.open_cart_idle_minutes

from {{ ref('ftr_profiles') }} as profiles
{% for topic in [
    'rfm', 'orders', 'prices', 'visits', 'seasons', 'activity', 'preferences', 'tastes', 'carts'
] %}
left join {{ ref('ftr_' ~ topic) }} as {{ topic }}
    on profiles.customer_id = {{ topic }}.customer_id and profiles.as_of = {{ topic }}.as_of
{% endfor %}
