{#- An aggregate over each window of the features, as <name>_<N>_days. A window of N days runs from midnight
    N days before as_of's day up to as_of: the rows aggregated carry age_days, the days since theirs. -#}
{% macro windowed(aggregate, name) -%}
    {%- for days in var('feature_windows_days') -%}
        cast(coalesce({{ aggregate }} filter (where age_days <= {{ days }}), 0) as bigint) as {{ name }}_{{ days }}_days
        {{- ",\n        " if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
