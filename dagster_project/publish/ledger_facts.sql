-- What the ledger holds besides builds. Grain: one kind of entry.
select kind, count(*) as entries, max(file) as newest_file
from ops.ledger
where kind <> 'build'
group by kind
order by kind
