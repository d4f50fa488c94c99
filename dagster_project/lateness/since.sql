-- Up to when arrivals were looked at, and the time of this refresh.
select
    coalesce(
        (select max(until) from ops.late_evaluations),
        (
            select max(sizes.known_at)
            from segments.fct_segment_sizes as sizes
            where sizes.known_at < moment.known_at
        ),
        moment.known_at
    ) as since,
    moment.known_at as until
from intermediate.int_moments_evaluated as moment
