{#- The score of a row of actions by the weights of the project; views count least, purchases most. -#}
{% macro interaction_score() -%}
    {%- set scores = var('interaction_weights') -%}
    {{ scores.view }} * actions.product_views + {{ scores.cart }} * actions.cart_adds + {{ scores.purchase }} * actions.purchases
{%- endmacro %}
