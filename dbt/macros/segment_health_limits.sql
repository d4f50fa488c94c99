{#-
The numbers that the health of segments is judged by; a dbt var of the same name overrides one.

health_window_days            days that a segment's figures look back: a whole week, so that weekdays weigh the same
health_size_jump_share        change of size in a week: a mailing planned for 1000 may not go to 1500 unnoticed
health_stability_share        members a week ago and now, by both together: below a half most are new
health_orders_per_member      orders per member in 30 days: above it, a habit rather than a purchase
health_visits_per_member      visits per member in 7 days: above it, people of every week
health_slack_share            once one of these two is reached, it holds until missed by so much: else chance crosses it daily
health_significance           standard errors that a difference must exceed to count: 5 % of chance findings
merge_jaccard_share           overlap above which two segments may be one: nine in ten of either are in both
prune_members_factor          times the minimum size below which a segment counts as small
prune_lift_share              lift this near to 1 is none
prune_followed_members        members to have been followed for a week: fewer tell nothing
split_bimodality              Sarle's coefficient of log spend: a flat spread has 0.556, two peaks more
split_buyers                  buyers to tell two peaks from chance
split_spend_factor            times that spend differs at the least, by one standard deviation, to have two peaks worth a split
split_share                   share of all customers above which a segment is very large
split_visits                  visits in a week that those who visit more must reach: seldom against never is no difference
split_visits_factor           times that known members visit more than anonymous ones, or less
-#}
{% macro health_limit(name) %}
    {%- set limits = {
        'health_window_days': 7,
        'health_size_jump_share': 0.5,
        'health_stability_share': 0.5,
        'health_orders_per_member': 0.5,
        'health_visits_per_member': 1,
        'health_slack_share': 0.1,
        'health_significance': 1.96,
        'merge_jaccard_share': 0.8,
        'prune_members_factor': 2,
        'prune_lift_share': 0.25,
        'prune_followed_members': 30,
        'split_bimodality': 0.6,
        'split_buyers': 100,
        'split_spend_factor': 1.5,
        'split_share': 0.25,
        'split_visits': 0.5,
        'split_visits_factor': 2,
    } -%}
    {{ return(var(name, limits[name])) }}
{% endmacro %}
