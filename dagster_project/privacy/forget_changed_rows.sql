delete from raw.events where (file_number, line) in (select file_number, line from changed_rows);
delete from raw.customers where (file_number, line) in (select file_number, line from changed_rows);
delete from raw.online_retail where (file_number, line) in (select file_number, line from changed_rows);
delete from raw.rejected_events where (file_number, line) in (select file_number, line from changed_rows)
