{#- The share of a group for whom something holds. -#}
{% macro share_of(condition) -%}
    count(*) filter (where {{ condition }}) / cast(count(*) as double)
{%- endmacro %}

{#- Sarle's coefficient of bimodality, (skewness² + 1) / kurtosis, from the means of the first four powers; null
    where the variance is below the least: two peaks side by side are no two groups. -#}
{% macro bimodality(first, second, third, fourth, least_variance) -%}
    {%- set variance = '(' ~ second ~ ' - ' ~ first ~ ' * ' ~ first ~ ')' -%}
    case
        when {{ variance }} >= {{ least_variance }}
            then (
                power({{ third }} - 3 * {{ first }} * {{ second }} + 2 * power({{ first }}, 3), 2) / power({{ variance }}, 3) + 1
            ) * power({{ variance }}, 2) / (
                {{ fourth }} - 4 * {{ first }} * {{ third }} + 6 * power({{ first }}, 2) * {{ second }} - 3 * power({{ first }}, 4)
            )
    end
{%- endmacro %}

{#- Welch's difference of two means in standard errors, from count, sum and sum of squares of each group. Groups
    without any spread differ by 0 if their means agree, else by more than any limit. -#}
{% macro mean_difference(first, second, measure) -%}
    {%- set means = [] -%}
    {%- set errors = [] -%}
    {%- for group in [first, second] -%}
        {%- set count, sum, squares = group ~ '_customers', group ~ '_' ~ measure, group ~ '_' ~ measure ~ '_squares' -%}
        {%- do means.append(sum ~ ' / ' ~ count) -%}
        {%- do errors.append('(' ~ squares ~ ' - ' ~ sum ~ ' * ' ~ sum ~ ' / ' ~ count ~ ') / (' ~ count ~ ' - 1) / ' ~ count) -%}
    {%- endfor -%}
    case
        when least({{ first }}_customers, {{ second }}_customers) < 2 then 0
        when {{ errors[0] }} + {{ errors[1] }} > 1e-9 then abs({{ means[0] }} - {{ means[1] }}) / sqrt({{ errors[0] }} + {{ errors[1] }})
        when abs({{ means[0] }} - {{ means[1] }}) > 1e-9 then 1e3
        else 0
    end
{%- endmacro %}

{#- A list of the sorted values of a group's column. -#}
{% macro sorted_list(column) -%}
    {{ return(adapter.dispatch('sorted_list', 'tessera')(column)) }}
{%- endmacro %}

{% macro default__sorted_list(column) -%}
    list({{ column }} order by {{ column }})
{%- endmacro %}

{% macro spark__sorted_list(column) -%}
    sort_array(collect_list({{ column }}))
{%- endmacro %}

{#- Every element of a list column as a row, for a cross join. -#}
{% macro elements_of(column) -%}
    {{ return(adapter.dispatch('elements_of', 'tessera')(column)) }}
{%- endmacro %}

{% macro default__elements_of(column) -%}
    unnest({{ column }})
{%- endmacro %}

{% macro spark__elements_of(column) -%}
    lateral explode({{ column }})
{%- endmacro %}
