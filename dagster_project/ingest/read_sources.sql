select
    source,
    kind,
    namespace
from raw.sources
