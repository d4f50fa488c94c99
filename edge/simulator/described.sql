-- One row per line to write: its event beside everything that the line may name.
create or replace temp view described as
with

cart_products as (
    select
        summed.cart,
        '[' || string_agg(
            '{' || products.fragment || ',"quantity":' || summed.quantity || '}', ','
            order by summed.number, summed.product
        ) || ']' as products
    from (
        select cart, product, is_sale, sum(quantity)::bigint as quantity, min(number) as number
        from cart_lines
        group by all
    ) as summed
    inner join products
        on summed.product = products.product and summed.is_sale = products.is_sale
    group by summed.cart
),

carts as (
    select
        amounts.cart,
        coalesce(cart_products.products, '[]') as products,
        case when amounts.names_order then 'o' else 'legacy-' end
        || (1000001 + amounts.cart // 4) as order_id,
        'k' || (amounts.cart // 4) as cart_id,
        'r' || (1000001 + amounts.cart // 4) as refund_id,
        money(amounts.revenue) as revenue,
        money(amounts.revenue + amounts.shipping + amounts.tax) as total,
        money(amounts.shipping) as shipping,
        money(amounts.tax) as tax,
        money(amounts.discount) as discount,
        case when amounts.discount > 0 then 'WELCOME10' end as coupon
    from amounts
    left join cart_products on amounts.cart = cart_products.cart
)

select
    events.* exclude (product) replace (coalesce(events.fault, '') as fault),
    people.email,
    people.phone,
    people.first_name,
    people.last_name,
    people.gender,
    people.birthday,
    people.street,
    people.city,
    people.postcode,
    people.country,
    people.lot,
    case when events.is_user then people.user_id end as user_id,
    devices.anonymous_id,
    devices.context,
    products.fragment as product,
    products.margin,
    products.price,
    products.search_query,
    carts.* exclude (cart),
    case
        when events.event = 'Products Searched' then '/search'
        when events.event in ('Product List Viewed', 'Product List Filtered')
            then '/c/' || slug(events.category)
        when events.event in ('Product Removed', 'Cart Viewed') then '/cart'
        when events.event in ('Checkout Started', 'Payment Info Entered', 'Coupon Applied')
            then '/checkout'
        when products.path is not null then products.path
        when events.variant % 10 < 3 then '/'
        when events.variant % 10 < 7 then '/c/' || slug(events.category)
        else (['/sale', '/blog/gift-ideas', '/help/returns'])[events.variant % 10 - 6]
    end as path,
    (['spring_sale', 'free_shipping', 'new_in', 'members_week'])[1 + events.variant % 4]
        as promotion,
    (['analytics', 'personalisation', null, 'ads', null, null, null, 'marketing_email'])
        [events.quantity] as purpose,
    typed_email(people.email, events.variant % 4) as typed_email,
    typed_phone(people.phone, events.variant % 5) as typed_phone
from events
left join people on events.person = people.person
left join devices on events.device = devices.device
left join products on events.product = products.product and events.is_sale = products.is_sale
left join carts on events.cart = carts.cart
