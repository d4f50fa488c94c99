select 1 as found
from {batch}
where event in ('Product Viewed', 'Product Added', 'Product Removed', 'Product Clicked')
having count(product_id) < 0.95 * count(*)
