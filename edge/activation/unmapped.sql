create or replace temp view mapped_{name} as select null::varchar as customer_id where false;
