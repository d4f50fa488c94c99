{#-
What features of yes and no are computed from, as SQL over the other columns of their own relation, so that "why not" can say
how far somebody is from a yes; and in words what the rule measures, where its SQL is long. A test holds that each rule
gives what the column holds. A flag that nothing beside it tells (whether somebody is known) has no rule.
-#}
{% macro flag_rules() %}
    {%- set urban_cities = [] -%}
    {%- for city in var('urban_cities') -%}{%- do urban_cities.append(sql_text(city) | trim) -%}{%- endfor -%}
    {{ return([
        {
            'model': 'ftr_customers',
            'flag': 'is_urban',
            'rule': 'city in (' ~ urban_cities | join(', ') ~ ')',
            'words': none,
        },
        {
            'model': 'ftr_customers',
            'flag': 'is_top_decile',
            'rule': 'case when rfm_score is not null then'
                ~ ' percent_rank() over (partition by as_of, rfm_score is not null order by rfm_score, monetary) end >= 0.9',
            'words': 'share of buyers who are worse, by rfm_score and then monetary',
        },
    ]) }}
{% endmacro %}
