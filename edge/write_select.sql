select json_deserialize_sql($tree::json)
