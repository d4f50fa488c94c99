select json_serialize_sql($query)
