select 1 as found
from {batch}
where product_id = similar_product_id
