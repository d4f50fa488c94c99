delete from raw.loaded_files
where source = $source and file = $file
