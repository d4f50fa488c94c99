-- The commonest reasons, numbers of any one line left out. Grain: one reason.
select
    replace(regexp_replace(reason, '[0-9]{4,}', 'N', 'g'), 'ISO N', 'ISO 8601') as reason,
    sum(lines)::bigint as lines
from ops.rejections
group by all
order by lines desc, reason
limit 12
