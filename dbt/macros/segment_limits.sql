{#-
The numbers that segments compare with; a dbt var of the same name overrides one.

recent_buyer_days               whole days since the last kept order: a month, the usual rhythm of a mailing
lapsed_customer_days            whole days: two such rhythms without an order
engaged_browser_sessions        sessions in 30 days: more than every other week
engaged_browser_product_views   product views in 30 days: some five products a session
new_visitor_days                whole days since the first event: long enough to include a weekend
-#}
{% macro segment_limit(name) %}
    {%- set limits = {
        'recent_buyer_days': 30,
        'lapsed_customer_days': 60,
        'engaged_browser_sessions': 3,
        'engaged_browser_product_views': 15,
        'new_visitor_days': 7,
    } -%}
    {{ return(var(name, limits[name])) }}
{% endmacro %}
