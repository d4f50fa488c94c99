-- What the table of deliveries holds by now. Grain: one target.
select target, count(*) as deliveries, max(sent_at)::varchar as newest_sent_at
from activation.fct_deliveries
group by target
order by target
