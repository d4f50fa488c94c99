-- One row per line to write: the parts of it that are objects, as text.
create or replace temp view worded as
select
    *,
    case
        when type in ('identify', 'alias') then null
        when fault = 'properties_not_object' then '"none"'
        when type = 'page' then concat(
            '{"path":"', path, '","title":"', category, ' at the shop"',
            ',"url":"https://shop.example.com', path, '"',
            pair('category', category), pair('referrer', referrer), '}'
        )
        when event = 'Page Engaged' then concat(
            '{"path":"', path, '"', pair('category', category),
            plain('dwell_seconds', seconds), plain('scroll_depth_share', scroll / 100), '}'
        )
        when event = 'Product Viewed' then concat('{', product, ',"currency":"EUR"', margin, '}')
        when event in ('Product Added', 'Product Removed') then concat(
            '{', product, pair('cart_id', cart_id), plain('quantity', quantity), '}'
        )
        when event = 'Product Clicked' then concat('{', product, plain('position', variant % 24 + 1), '}')
        when event = 'Products Searched' then concat(
            '{"query":"', coalesce(search_query, lower(category)), '"}'
        )
        when event = 'Product List Viewed' then concat(
            '{"list_id":"list_', slug(category), '"', pair('category', category), '}'
        )
        when event = 'Product List Filtered' then concat(
            '{"list_id":"list_', slug(category), '"', pair('category', category),
            ',"filters":[{"type":"price","value":"under ', 25 * (1 + variant % 6), '"}]}'
        )
        when event in ('Promotion Viewed', 'Promotion Clicked') then concat(
            '{"promotion_id":"promo_', promotion, '"', pair('name', promotion),
            ',"creative":"banner","position":"home_', 1 + variant % 3, '"}'
        )
        when event like 'Consent %' then concat('{"purpose":"', purpose, '","method":"banner"}')
        when event = 'Cart Viewed' then concat(
            '{"cart_id":"', cart_id, '"', plain('products', products), '}'
        )
        when event in ('Payment Info Entered', 'Coupon Applied') then concat(
            '{"order_id":"', order_id, '"',
            case
                when event = 'Coupon Applied' then concat(
                    ',"coupon_id":"WELCOME10","cart_id":"', cart_id, '","discount":', discount
                )
                else ',"payment_method":"card"'
            end,
            '}'
        )
        when event = 'Order Refunded' then concat(
            '{"order_id":"', order_id, '","refund_id":"', refund_id, '"',
            plain('revenue', revenue), plain('total', revenue), ',"currency":"EUR"',
            plain('products', products), '}'
        )
        when event in ('Checkout Started', 'Order Completed', 'Order Updated') then concat(
            '{"order_id":"', order_id, '"', plain('revenue', revenue), plain('subtotal', revenue),
            plain('total', total), plain('shipping', shipping), plain('tax', tax),
            plain('discount', discount), pair('coupon', coupon), ',"currency":"EUR"',
            plain('products', products), '}'
        )
        when event like 'Form %' then '{"form_id":"newsletter"}'
        when event like 'Video %' then concat(
            '{"video_id":"v', variant % 9, '","title":"Lookbook ', variant % 9, '"}'
        )
    end as properties,
    case
        when type != 'identify' then null
        when quantity = 1 then concat('{"email":"', typed_email, '"}')
        when quantity = 3 then concat(
            '{"firstName":"', first_name, '"', pair('lastName', last_name),
            case when variant % 2 = 0 then pair('email', typed_email) end, '}'
        )
        else concat(
            '{"email":"', typed_email, '"', pair('phone', typed_phone),
            pair('firstName', first_name), pair('lastName', last_name),
            case when lot % 10 < 7 then pair('gender', gender) end,
            case when lot % 10 < 6 then pair('birthday', birthday) end,
            case when lot % 10 < 5 then concat(
                ',"address":{"street":"', street, '"', pair('city', city),
                pair('postalCode', postcode), pair('country', country), '}'
            ) end,
            pair('createdAt', left(original, 10)), '}'
        )
    end as traits,
    case
        when fault = 'context_not_object' then '"web"'
        when is_server then concat(
            '{"library":{"name":"shop-server","version":"4.2.0"},"channel":"server"',
            case when variant % 3 = 0 then concat(',"traits":{"email":"', typed_email, '"}') end, '}'
        )
        else concat(
            '{', context, ',"page":{"path":"', path, '"', pair('referrer', referrer), '}',
            campaign,
            case when consent >= 0 then concat(
                ',"consent":{"categoryPreferences":{"analytics":', consent & 1 > 0,
                ',"personalisation":', consent & 2 > 0, ',"ads":', consent & 4 > 0, '}}'
            ) end,
            '}'
        )
    end as full_context
from described
