-- Whose an e-mail is; null where several people share it. Grain: one row, or none.
select customer_id
from intermediate.int_identifiers_resolved
where identifier_type = 'email' and identifier = $email
