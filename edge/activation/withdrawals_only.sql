delete from changes
where reason is distinct from 'no consent'
