insert into ops.late_memberships
select
    changes.*,
    $until as known_at
from late_changes as changes
