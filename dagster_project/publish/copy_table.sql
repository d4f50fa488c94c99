create table {target} as from {source};
