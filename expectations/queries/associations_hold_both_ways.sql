select 1 as found
from {batch} as one
inner join {batch} as other
    on one.product_id = other.associated_product_id and one.associated_product_id = other.product_id
where one.baskets <> other.baskets or abs(one.lift - other.lift) > 0.00001
