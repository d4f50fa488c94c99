create table {target} as {query};
