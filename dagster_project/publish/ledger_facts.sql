-- What the ledger holds besides our own builds and deliveries. Grain: one kind of entry.
select kind, count(*) as entries, max(file) as newest_file
from ops.ledger
where kind not in ('build', 'delivery')
group by kind
order by kind
