create schema marts;
create table marts.dim_customer_contacts as
select 'c' || left(md5(number::varchar), 24) as customer_id, 'person' || number || '@example.com' as email
from range({members}) as numbers (number);
