{#- What a row of actions scores by the weights of the project. -#}
{% macro interaction_score() -%}
    {%- set scores = var('interaction_weights') -%}
    {{ scores.view }} * product_views + {{ scores.cart }} * cart_adds + {{ scores.purchase }} * purchases
{%- endmacro %}
