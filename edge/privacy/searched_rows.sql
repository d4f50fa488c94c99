select concat_ws(chr(10), {columns}) as content
from {relation}
where {near}
