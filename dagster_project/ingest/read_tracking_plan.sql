select
    event,
    property
from raw.tracking_plan
