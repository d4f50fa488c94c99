select
    as_of,
    known_at
from live.intermediate.int_moments_evaluated
