insert into raw.loaded_files by name
select *
from published.raw.loaded_files
