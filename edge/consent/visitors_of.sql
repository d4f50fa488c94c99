select visitors.visitor_id
from warehouse.marts.dim_customers as customers
left join warehouse.marts.dim_visitors as visitors on customers.customer_id = visitors.customer_id
where customers.customer_id = $customer_id
order by visitors.visitor_id
