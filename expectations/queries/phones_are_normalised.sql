select 1 as found
from {batch}
where phone is not null and not regexp_full_match(phone, '\+?[0-9]+')
