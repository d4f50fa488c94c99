-- The moment evaluated: null without any behaviour.
select max(as_of) as as_of
from intermediate.int_moments_evaluated
