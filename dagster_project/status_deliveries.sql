select target, segment, operation, status, count(*) as deliveries
from activation.fct_deliveries
group by all
order by all
