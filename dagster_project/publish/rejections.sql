-- What was refused and why, without the lines themselves. Grain: source, file and reason.
select source, file, reason, count(*) as lines, max(loaded_at) as loaded_at
from {source}
group by source, file, reason
