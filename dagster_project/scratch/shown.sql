-- Whose rows are shown of what is live: by the name of the key, a table of its values.
create or replace table analysis.shown_customer_id as select distinct customer_id from customers_shown;
create or replace table analysis.shown_visitor_id as
select visitors.visitor_id
from live.intermediate.int_identifiers_resolved as visitors
semi join analysis.shown_customer_id as shown on visitors.customer_id = shown.customer_id
where visitors.visitor_id is not null;
