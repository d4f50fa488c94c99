select *
from {table}
where list_has_any([{columns}], (select list(id) from subject_ids))
order by all
