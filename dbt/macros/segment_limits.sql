{#-
The numbers that segments compare with, each with its unit and its reason; a dbt var of the same name overrides one.
A limit that is said to be reached counts from its value on; "more than" and "less than" leave the value itself out.
-#}
{% macro segment_limits() %}
    {{ return({
        'recent_buyer_days': (30, 'whole days since the last kept order', 'a month, the usual rhythm of a mailing'),
        'lapsed_customer_days': (60, 'whole days since the last kept order, more than', 'two such rhythms without an order'),
        'high_value_money_score': (5, 'm_score', 'the best fifth by money: recency cannot count for who has lapsed'),
        'frequent_buyer_orders': (4, 'orders in 90 days', 'more than one a month'),
        'frequent_visitor_sessions': (5, 'sessions in 30 days', 'more than one a week'),
        'new_visitor_days': (7, 'whole days since the first event', 'long enough to include a weekend'),
        'frequency_change_orders': (2, 'orders in the period that has more', 'one order is chance, two are a habit'),
        'frequency_rise_factor': (1.5, 'orders of 30 days by those usual before', 'half as many again'),
        'frequency_fall_factor': (0.5, 'orders of 30 days by those usual before', 'half of what was usual'),
        'seasonal_orders': (2, 'orders in all', 'one order has no season'),
        'seasonal_history_days': (180, 'whole days since the first order', 'two quarters: one alone holds everything'),
        'seasonal_quarter_share': (0.75, 'share of the orders', 'three in four in the same quarter of the year'),
        'seasonal_visits': (4, 'sessions in 90 days', 'fewer fall together by chance'),
        'seasonal_visit_share': (0.75, 'share of the visits of 90 days in three weeks', 'an even visitor has a quarter of them there'),

        'cart_wait_hours': (24, 'hours since the last cart add', 'who buys the next day has been given a night to think'),
        'several_views_in_session': (3, 'views of one product in one session', 'twice may be the back button'),
        'large_cart_items': (3, 'pieces in the cart, more than', 'more than the usual order'),
        'category_views_in_hour': (2, 'views of one category within an hour, more than', 'two compare, three look for something'),
        'niche_search_share': (0.01, 'share of the searching customers, at most', 'one in a hundred looks for it'),
        'view_again_views': (1, 'product views in 24 hours', 'one is enough: the cart has shown what is wanted'),
        'quiet_hours': (48, 'hours since the last event', 'two days: a day off is no silence'),
        'active_spell_days': (2, 'days with a visit within 7', 'coming back once makes it a spell'),
        'returner_page_views': (3, 'views of one product in 30 days, more than', 'three are a comparison, four a wish'),
        'enthusiast_category_views': (5, 'views of one category in one session', 'twice what a usual session has in all'),
        'lookalike_likeness': (1, 'buyer_likeness', 'the mean of the recent buyers themselves'),

        'high_intent_cart_rate': (0.3, 'cart adds by product views of 90 days', 'about every third product'),
        'high_intent_views': (5, 'product views in 90 days', 'a rate of fewer says little'),
        'engaged_browser_sessions': (3, 'sessions in 30 days', 'more than every other week'),
        'engaged_browser_product_views': (15, 'product views in 30 days', 'some five products a session'),
        'low_engagement_known_days': (14, 'whole days since the first event', 'time to come back twice'),
        'low_engagement_views_per_session': (1, 'product views by sessions of 90 days, less than', 'mostly not one product a visit'),
        'margin_viewer_views': (5, 'views of high-margin products in 30 days', 'more than one a week'),
        'rare_buyer_orders': (1, 'orders in 90 days, at most', 'no more than one a quarter'),
        'luxury_views': (5, 'views of luxury categories in 30 days', 'more than one a week'),
        'discount_views': (5, 'views of reduced products in 30 days', 'more than one a week'),
        'discount_view_share': (0.6, 'share of the product views in 30 days', 'clearly most of what they look at'),
        'price_sensitive_orders': (2, 'orders in all', 'one cheap order is chance'),
        'price_sensitive_level': (0.8, 'price paid by the average of the category, at most', 'a fifth below it'),
        'brand_loyal_purchases': (3, 'order lines with a brand', 'fewer are of one brand by chance'),
        'brand_loyal_share': (0.6, 'share of the order lines with a brand', 'clearly most'),
        'promotion_views': (3, 'promotions seen in 90 days', 'a rate of fewer says little'),
        'promotion_click_rate': (0.3, 'promotion clicks by views of 90 days', 'several times what banners usually get'),

        'visitor_days': (30, 'whole days since the last visit, at most', 'older habits may have changed'),
        'evening_sessions': (3, 'sessions in 90 days', 'a share of fewer says little'),
        'evening_share': (0.6, 'share of the sessions in 90 days', 'clearly most; an even visitor has a sixth there'),
        'commuting_sessions': (2, 'sessions in commuting hours in 30 days', 'once may be a day off'),

        'weather_visits': (6, 'visits in 90 days on days of known weather', 'a share of fewer comes about by chance'),
        'wet_visit_share': (0.6, 'share of these visits', 'clearly most'),
        'wet_visit_factor': (1.5, 'by the share of wet days', 'half as often again as chance'),

        'favourite_cluster_ratio': (1, 'revenue of its customers by that of all, more than', 'better than average; the best cluster alone may have nobody who lapsed'),
        'abandoned_category': ('Shoes', 'a category', 'the one whose abandoners are written to first'),
        'category_bought': ('Audio', 'a category', 'accessories are offered to its buyers'),
        'category_bought_purchases': (1, 'order lines in 30 days', 'one is enough to offer accessories'),
        'home_country': ('DE', 'a country code', 'where the shop delivers from'),
        'cart_recovery_minutes': (30, 'minutes without touching the cart, more than', 'longer than a look at another page'),
        'discount_offer_minutes': (30, 'minutes without touching the cart, more than', 'as for its recovery'),
        'category_interest_views': (2, 'views of one category within an hour, more than', 'two compare, three look for something'),
        'inactivity_hours': (48, 'hours since the last event', 'two days: a day off is no silence'),
        'reminder_active_days': (3, 'days with an event within 7', 'more than coming back once'),
        'product_page_visits': (3, 'visits of one product page in 7 days, more than', 'the fourth is no accident'),

        'search_engines': (['google.', 'bing.', 'duckduckgo.', 'ecosia.'], 'parts of referrers', 'a search is no recommendation'),
    }) }}
{% endmacro %}

{#- One of them, as SQL: a text in quotes, a number as it is, a list as a list of Jinja. -#}
{% macro segment_limit(name) %}
    {%- set value = var(name, segment_limits()[name][0]) -%}
    {{ return(sql_text(value) | trim if value is string else value) }}
{% endmacro %}
