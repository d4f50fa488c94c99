select loaded_at
from raw.loaded_files
where source = $source and file = $file and sha256 = $before and status = 'loaded'
