select 1 as found
from (select distinct cluster, label from {batch}) as named
group by cluster
having count(*) > 1

union all

select 1 as found
from (select distinct cluster, label from {batch}) as named
group by label
having count(*) > 1
