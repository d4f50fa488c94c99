-- For one transaction: a pool of connections would refuse this of a session, or hand it to others.
set local statement_timeout = '30s';
set local lock_timeout = '30s';
