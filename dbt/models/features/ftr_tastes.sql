{#-
One row per customer and moment with any interaction: how much of what they view is reduced, leaves a high margin or
belongs to a luxury category. Views of the last 30 days.
-#}
{{ config(materialized='table') }}

select
    interactions.customer_id,
    interactions.as_of,
    cast(sum(interactions.discounted_views_30_days) as bigint) as discounted_views_30_days,
    {% for name, condition in {
        'margin': 'products.margin_share >= ' ~ var('high_margin_share'),
        'luxury': "products.category in ('" ~ var('luxury_categories') | join("', '") ~ "')",
    }.items() -%}
    cast(coalesce(sum(interactions.product_views_30_days) filter (where {{ condition }}), 0) as bigint) as {{ name }}_views_30_days
    {{- ',' if not loop.last }}
    {% endfor %}
from {{ ref('ftr_interactions') }} as interactions

inner join {{ ref('ftr_products') }} as products
    on interactions.as_of = products.as_of and interactions.product_id = products.product_id

group by interactions.customer_id, interactions.as_of
