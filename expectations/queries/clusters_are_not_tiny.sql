select 1 as found
from (select cluster, count(*) as customers from {batch} group by cluster) as sizes
where customers < 0.005 * (select count(*) from {batch})
