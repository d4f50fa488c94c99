select 1 as found
from {batch}
where email is not null and not regexp_full_match(email, '[^@\sA-Z]+@[^@\sA-Z]+')
