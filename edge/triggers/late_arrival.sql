-- When the first event arrived, by its own word, of the files after one. Grain: one row.
select min(arrived_at) as arrived_at
from warehouse.main.recent
where file_number > $file_number
