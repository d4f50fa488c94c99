select
    target,
    segment,
    operation,
    status,
    case when count(*) >= $minimum then count(*) end as deliveries
from activation.fct_deliveries
group by all
order by all
