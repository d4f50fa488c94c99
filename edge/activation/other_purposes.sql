select count(*) > 0 as has_other_purposes
from audiences
where status = 'active' and purpose <> $purpose
