-- What stays guarded although somebody who shared it was erased. Grain: one identifier.
select distinct payload ->> 'hash' as guard
from ops.ledger
where kind = 'guard'
order by guard
