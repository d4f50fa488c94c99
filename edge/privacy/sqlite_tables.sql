select name
from sqlite_master
where type = 'table' and sql is not null
order by name
