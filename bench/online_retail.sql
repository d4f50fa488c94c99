-- Goods that known customers bought, by the rules that staging and marts apply: one row per customer, product and
-- moment.
select
    regexp_replace(CustomerID, '\.0$', '') as customer_id,
    trim(StockCode) as product_id,
    cast(InvoiceDate as timestamp) as at,
    5.0 as weight,
    max(Description) as name,
    max(cast(UnitPrice as double)) as price,
    max(Country) as country
from read_parquet($path)
where
    CustomerID is not null
    and upper(InvoiceNo) not like 'C%'
    and cast(Quantity as integer) > 0
    and cast(UnitPrice as double) > 0
    and upper(trim(StockCode)) not in (
        'POST', 'DOT', 'C2', 'C3', 'D', 'M', 'S', 'B', 'A', 'PADS', 'CRUK', 'BANK CHARGES', 'AMAZONFEE'
    )
    and upper(trim(StockCode)) not like 'GIFT%'
    and upper(trim(StockCode)) not like 'TEST%'
    and upper(trim(StockCode)) not like 'ADJUST%'
group by all
order by customer_id, product_id, cast(InvoiceDate as timestamp)
