insert into consent_refusals
select
    customer_id,
    purpose
from read_parquet({path})
