-- The warehouse for reading, and the scratch file under the name that compiled SQL speaks of.
attach {live} as live (read_only);
attach {scratch} as warehouse;
attach {analysis} as analysis;
set timezone = 'UTC';
use warehouse;
