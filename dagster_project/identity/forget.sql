-- Everything is resolved anew.
drop table if exists intermediate.int_identifiers_resolved;
drop table if exists intermediate.int_customers_merged;
