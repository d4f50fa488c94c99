-- The catalog that the rule of consents names, in memory; what is published stands beside it.
attach ':memory:' as warehouse;
attach {published} as published (read_only);
set timezone = 'UTC';
create schema warehouse.marts;
