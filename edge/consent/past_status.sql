create table warehouse.marts.dim_consent_status as
{sql}
