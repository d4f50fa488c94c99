create table staged as
{sql}
