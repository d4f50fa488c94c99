select regexp_replace(reason, '[0-9]{4,}', 'N', 'g') as reason, sum(lines)::bigint as lines
from ops.rejections
group by all
order by lines desc, reason
limit 12
