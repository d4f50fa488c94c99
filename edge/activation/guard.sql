-- How much a sync would change that nobody allowed yet; whoever withdrew does not count. Grain: one row.
select
    (select count(*) from acknowledged) as held,
    count(*) filter (
        where operation = 'remove' and is_acknowledged and not is_decided and reason <> 'no consent'
    ) as removed,
    count(*) filter (where operation = 'add' and not is_decided) as added
from changes
