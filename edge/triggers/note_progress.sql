update progress
set evaluated_to = greatest(evaluated_to, $evaluated_to::timestamp), file_number = greatest(file_number, $file_number)
