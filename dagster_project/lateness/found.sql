create or replace table analysis.found (customer_id varchar, segment varchar, as_of timestamp, is_member boolean)
