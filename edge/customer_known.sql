select
    (select max(as_of) from warehouse.segments.dim_segments where status != 'retired') as as_of,
    exists (select 1 from warehouse.marts.dim_customers where customer_id = $customer_id) as is_customer,
    (select max(customer_id) from warehouse.marts.fct_customer_merges where loser_customer_id = $customer_id) as became
