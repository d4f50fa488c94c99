insert into segments.late_memberships
select
    changes.*,
    $until as known_at
from late_changes as changes
