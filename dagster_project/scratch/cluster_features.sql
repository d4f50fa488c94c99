select
    customer_id,
    as_of,
    {columns}
from warehouse.features.ftr_customers
order by as_of, customer_id
