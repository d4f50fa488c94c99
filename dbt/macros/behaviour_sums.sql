{#-
What the roll-ups count. The same lines sum whole days once, and the session that as_of interrupts up to as_of.
-#}

{#- Behaviour is what a person does on a site. Orders are left out: marts.fct_orders counts them once, and a
server reports them at any time, even after the session. -#}
{% macro is_behaviour() -%}
    not is_bot and event not like 'Order %'
{%- endmacro %}

{% macro day_sums() -%}
    count(*) filter (where type in ('page', 'screen')) as page_views,
    count(*) filter (where event = 'Product Viewed') as product_views,
    count(*) filter (where event = 'Product Added') as cart_adds,
    count(*) filter (where event = 'Product Removed') as cart_removes,
    count(*) filter (where event = 'Checkout Started') as checkouts,
    count(*) filter (where event = 'Products Searched') as searches,
    count(*) filter (where event = 'Promotion Viewed') as promotion_views,
    count(*) filter (where event = 'Promotion Clicked') as promotion_clicks,
    count(*) filter (where event = 'Form Started') as form_starts,
    count(*) filter (where event = 'Form Submitted') as form_submits,
    count(*) filter (where event = 'Video Playback Started') as video_starts,
    count(*) filter (where event = 'Video Playback Completed') as video_completions,
    count(*) filter (where event = 'Product List Filtered') as list_filters,
    min(timestamp) as first_at,
    max(timestamp) as last_at
{%- endmacro %}

{% macro product_sums() -%}
    max(category) as category,
    max(brand) as brand,
    max(coalesce(list_price, price)) as list_price,
    max(margin_share) as margin_share,
    count(*) filter (where event = 'Product Viewed') as product_views,
    count(*) filter (where event = 'Product Viewed' and price < list_price) as discounted_views,
    count(*) filter (where event = 'Product Added') as cart_adds,
    min(timestamp) as first_at,
    max(timestamp) as last_at
{%- endmacro %}

{% macro page_sums() -%}
    count(*) as engagements,
    count(dwell_seconds) as timed_engagements,
    count(scroll_depth_share) as scrolled_engagements,
    coalesce(try_cast(sum(dwell_seconds) as decimal(18, 3)), 0) as dwell_seconds,
    coalesce(try_cast(sum(scroll_depth_share) as decimal(18, 6)), 0) as scroll_depth_total,
    min(timestamp) as first_at,
    max(timestamp) as last_at
{%- endmacro %}
