-- A published table as the last build left it, for recent customers; its moment becomes the tick.
create table warehouse.main.{copy} as
select * from published.{relation} {condition};
create view warehouse.{relation} as
select carried.* {replaced}
from warehouse.main.{copy} as carried
cross join warehouse.intermediate.int_moments_evaluated as moments;
