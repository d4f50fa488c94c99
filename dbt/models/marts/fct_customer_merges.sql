{#- One row per merge: two customers whom an event, a record or a line of a table showed to be one. -#}

select
    loser_customer_id,
    customer_id,
    merged_at,
    known_at,
    file_number,
    line
from {{ source('intermediate', 'int_customers_merged') }}
