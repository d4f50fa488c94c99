{#- Orders come from events, which are in sessions, or from invoices, which are in none. -#}

select
    orders.source,
    orders.order_id
from {{ ref('fct_orders') }} as orders
left join {{ ref('fct_sessions') }} as sessions on orders.session_id = sessions.session_id
left join {{ ref('int_invoices_summed') }} as invoices
    on orders.source = invoices.source and orders.order_id = invoices.invoice
where sessions.session_id is null and invoices.invoice is null
