-- Changes with every row that is added or written anew.
select concat_ws(' ', count(*), max(loaded_at), sum(hash(link_id, loaded_at)))
from intermediate.int_identifiers_linked
