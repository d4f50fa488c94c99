-- The catalog that compiled rules name, in memory; what is published stands beside it.
attach ':memory:' as warehouse;
attach {published} as published (read_only);
set timezone = 'UTC';
create schema warehouse.intermediate;
create schema warehouse.marts;
create schema warehouse.features;
create schema warehouse.segments;
create schema warehouse.ml;
