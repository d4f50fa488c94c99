select max(loaded_at) from raw.loaded_files
