insert into consent_newcomers
select distinct customer_id
from read_parquet({path})
