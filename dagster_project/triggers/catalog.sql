-- A warehouse in memory that knows which files the newest generation holds.
attach ':memory:' as warehouse;
use warehouse;
set timezone = 'UTC';
attach {published} as published (read_only);
