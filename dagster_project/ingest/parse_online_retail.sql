-- One row per line of one file of the UCI set, in either edition. Identical lines of one file are
-- several lines of an order, so a row is known by its content and by how often it came before.
create or replace temp table parsed as

with

texts as (

    select
        file_number,
        source,
        line,
        document,
        known(invoice) as invoice,
        known(stock_code) as stock_code,
        known(description) as description,
        known(quantity) as quantity,
        known(invoice_date) as invoice_date,
        known(unit_price) as unit_price,
        known(customer) as customer,
        known(country) as country

    from landed_rows

),

cleaned as (

    select
        * replace (
            without_point(invoice) as invoice,
            without_point(stock_code) as stock_code,
            without_point(quantity) as quantity,
            without_point(customer) as customer,
            round(decimal_number(unit_price), 4) as unit_price
        ),
        written_date(invoice_date) as date_parts

    from texts

),

-- The set's own CSV writes the month first. A file writes the day first if no date of it can be read
-- otherwise and one must be.
date_order as (

    select
        coalesce(
            bool_or(try_cast(date_parts.first as integer) > 12)
            and not bool_or(try_cast(date_parts.second as integer) > 12),
            false
        ) as is_day_first

    from cleaned

),

typed as (

    select
        cleaned.* replace (whole_number(cleaned.quantity) as quantity),
        coalesce(
            iso_moment(cleaned.invoice_date),
            written_moment(cleaned.date_parts, date_order.is_day_first)
        ) as invoice_at

    from cleaned

    cross join date_order

),

judged as (

    select
        *,
        case
            when invoice is null then 'InvoiceNo: missing'
            when stock_code is null then 'StockCode: missing'
            when quantity is null then 'Quantity: not a whole number'
            when invoice_at is null then 'InvoiceDate: not a date'
            when unit_price is null or not isfinite(unit_price) then 'UnitPrice: not a number'
        end as reason,
        sha256(
            concat_ws(
                chr(31),
                source,
                invoice,
                stock_code,
                coalesce(description, ''),
                quantity::varchar,
                invoice_at::varchar,
                unit_price::varchar,
                coalesce(customer, ''),
                coalesce(country, '')
            )
        ) as content_hash

    from typed

)

select
    file_number,
    line,
    reason,
    case when reason is not null then document::varchar end as payload,
    content_hash || '-' || row_number() over (
        partition by content_hash, reason
        order by line
    ) as message_id,
    invoice,
    stock_code,
    description,
    quantity,
    invoice_at,
    unit_price,
    customer,
    country
from judged
