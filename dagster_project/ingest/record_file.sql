insert into raw.loaded_files by name
select
    $source as source,
    $file as file,
    $number as file_number,
    $sha256 as sha256,
    $bytes as bytes,
    $rows_read as rows_read,
    $rows_stored as rows_stored,
    $rows_duplicate as rows_duplicate,
    $rows_rejected as rows_rejected,
    $status as status,
    $error as error,
    $loaded_at as loaded_at
