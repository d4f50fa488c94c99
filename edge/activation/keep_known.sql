-- What the target refused for good is not sent again until its content changes.
delete from changes
where is_refused
