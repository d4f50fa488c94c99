select distinct file_number, line
from named_in_batch
where namespace = $namespace and type = $type and text = $text
