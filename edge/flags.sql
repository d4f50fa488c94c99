-- The rules of features of yes and no. Grain: one feature.
select
    relation,
    flag,
    rule,
    words
from warehouse.segments.dim_flags
where list_contains($relations::varchar[], relation)
order by relation, flag
