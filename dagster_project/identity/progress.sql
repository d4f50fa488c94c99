-- The links there are, and of those the ones that had arrived by the last resolution: they must be as they were.
select
    max(first_arrival) as arrival,
    count(*) as links,
    sum(hash(link_id))::varchar as links_hash,
    max(loaded_at) as loaded_at,
    count(*) filter (where first_arrival <= $arrival) as known_links,
    (sum(hash(link_id)) filter (where first_arrival <= $arrival))::varchar as known_links_hash
from intermediate.int_identifiers_linked
