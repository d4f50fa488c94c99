create or replace temp table changed_rows as
select *
from arrived
where list_contains($lines::bigint[], line)
