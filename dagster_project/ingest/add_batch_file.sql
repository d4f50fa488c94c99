insert into batch values ($file_number, $source, $file)
