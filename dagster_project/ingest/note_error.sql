update raw.loaded_files
set error = $error
where source = $source and file = $file
