-- The same number for the same customers whom models may learn from, in any order.
select coalesce(bit_xor(hash(customer_id)), 0) from {catalog}.intermediate.int_customers_learnable
