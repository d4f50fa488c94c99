{#- The grain of a table: no two rows agree in all of the columns, and none of the columns is null. Of one column,
    the test stands at the column and needs no list. -#}
{% test key(model, columns=none, column_name=none) %}
{%- set columns = columns or [column_name] %}
select {{ columns | join(', ') }}
from {{ model }}
group by {{ columns | join(', ') }}
having
    count(*) > 1
    {%- for column in columns %}
    or {{ column }} is null
    {%- endfor %}
{% endtest %}
