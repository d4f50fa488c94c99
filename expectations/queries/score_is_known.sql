select 1 as found
from {batch}
where split_part(score, ':', 1) not in (
    'purchase_7d', 'category_purchase_7d', 'churn', 'expected_orders', 'lifetime_value'
)
