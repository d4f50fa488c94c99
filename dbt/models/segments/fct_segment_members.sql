{#-
One row per member and segment at the moment evaluated last. A new segment is added to this list; dbt must see the
names in the text, and a test finds one that is missing.
-#}
{{ config(materialized='table') }}
{%- set segments = [
    'seg_abandoners_of_large_carts',
    'seg_abandoners_viewing_again',
    'seg_active_cluster_slowing',
    'seg_added_without_purchase',
    'seg_bargain_cluster_abandoners',
    'seg_brand_loyal',
    'seg_browsing_enthusiasts',
    'seg_cart_abandoners',
    'seg_cart_recovery',
    'seg_category_abandoners',
    'seg_category_buyers_urban',
    'seg_category_interest',
    'seg_category_interest_now',
    'seg_discount_offer',
    'seg_discount_seekers',
    'seg_engaged_browsers',
    'seg_evening_visitors',
    'seg_frequent_buyers',
    'seg_frequent_visitors',
    'seg_gone_quiet',
    'seg_high_intent_buyers',
    'seg_high_value_customers',
    'seg_high_value_lapsed',
    'seg_home_country_customers',
    'seg_inactivity_reminder',
    'seg_lapsed_customers',
    'seg_lapsed_favourites',
    'seg_lookalikes_of_buyers',
    'seg_lookalikes_with_carts',
    'seg_low_engagement_users',
    'seg_luxury_browsers',
    'seg_margin_viewers',
    'seg_mobile_users',
    'seg_new_visitors',
    'seg_new_visitors_by_campaign',
    'seg_niche_searchers',
    'seg_one_time_buyers',
    'seg_price_sensitive',
    'seg_product_page_offer',
    'seg_product_page_returners',
    'seg_promotion_responsive',
    'seg_purchase_frequency_falling',
    'seg_purchase_frequency_rising',
    'seg_recent_buyers',
    'seg_recent_viewers_without_purchase',
    'seg_referred_visitors',
    'seg_repeat_product_viewers',
    'seg_seasonal_shoppers',
    'seg_urban_customers',
    'seg_urban_mobile_commuters',
    'seg_weather_shoppers',
] %}
{#- Read without ref(): the history is written after the members, from them. -#}
{%- set history = adapter.get_relation(this.database, this.schema, 'fct_segment_history') if execute %}

with

moment as (

    select max(as_of) as as_of from {{ ref('int_moments_evaluated') }}

),

members as (
    {% for segment in segments %}
    select
        customer_id,
        '{{ segment[4:] }}' as segment,
        as_of,
        '{{ segment_source(segment) }}' as source
    from {{ ref(segment) }}
    {% if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}
),

stays as (
    {% if history %}
    select
        history.customer_id,
        history.segment,
        min(history.valid_from) as valid_from
    from {{ history or this }} as history
    inner join moment
        on
            history.valid_from <= moment.as_of
            -- a stay that ended at this very moment goes on, if the customer is a member now
            and (history.valid_to is null or history.valid_to >= moment.as_of)
    where history.known_to is null
    group by history.customer_id, history.segment
    {% else %}
    select
        customer_id,
        segment,
        as_of as valid_from
    from members
    where false
    {% endif %}
)

select
    members.customer_id,
    members.segment,
    coalesce(stays.valid_from, members.as_of) as entered_at,
    members.as_of,
    members.source

from members

inner join moment on members.as_of = moment.as_of

left join stays
    on members.customer_id = stays.customer_id and members.segment = stays.segment
