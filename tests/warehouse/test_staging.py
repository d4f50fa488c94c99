"""Staging takes whatever an accepted event may hold."""

import itertools

from tests.warehouse.conftest import at

STAGED = ["path:models/staging"]
ODD = [
    '"text"',
    "[1, 2]",
    "7",
    "null",
    "{}",
    '{"a": {"b": [null]}}',
    '"' + "x" * 5000 + '"',
    "1e400",
]


def test_any_json_in_any_field_is_staged(home):
    fields = ["page", "device", "campaign", "location", "traits", "consent", "gpc", "userAgent"]
    properties = ["price", "quantity", "products", "order_id", "revenue", "path", "product_id"]
    contexts = [f'{{"{field}": {odd}}}' for field, odd in itertools.product(fields, ODD)]
    given = [f'{{"{field}": {odd}}}' for field, odd in itertools.product(properties, ODD)]
    traits = [f'{{"{field}": {odd}}}' for field in ("email", "address", "age") for odd in ODD]
    made = [
        *(
            {"type": "track", "event": "Order Completed", "context": text}
            for text in [*contexts, *ODD]
        ),
        *(
            {"type": "track", "event": "Order Completed", "properties": text}
            for text in [*given, *ODD]
        ),
        *({"type": "identify", "traits": text} for text in [*traits, *ODD]),
    ]
    home.deliver({**event, "anonymous_id": "a", "timestamp": at(0)} for event in made)
    home.dbt("run", "--select", *STAGED)
    assert home.rows("select count(*) from staging.stg_segment__events") == [(len(made),)]
    assert home.rows("select count(*) from staging.stg_segment__traits") == [
        (len([*traits, *ODD]),)
    ]
    assert home.rows(
        "select count(*) from staging.stg_segment__events where revenue is not null or price < 0"
    ) == [(1,)]  # the 7 among the odd values


def test_devices_and_robots_are_told_by_the_user_agent(home):
    expected = {
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Mobile/15E148": ("mobile", False),
        "Mozilla/5.0 (iPad; CPU OS 18_0 like Mac OS X)": ("tablet", False),
        "Mozilla/5.0 (Linux; Android 15; Pixel 9) Chrome/131.0 Mobile Safari/537.36": (
            "mobile",
            False,
        ),
        "Mozilla/5.0 (Linux; Android 15; SM-X910) Chrome/131.0 Safari/537.36": ("tablet", False),
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/131.0": ("desktop", False),
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)": ("other", True),
        "Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/131.0": ("desktop", True),
        "Scrapy/2.13 (+https://scrapy.org)": ("other", True),
        "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)": (
            "other",
            True,
        ),
        "": ("other", False),
    }
    home.deliver(
        {
            "type": "page",
            "anonymous_id": "a",
            "timestamp": at(0),
            "context": {"userAgent": text},
        }
        for text in expected
    )
    home.dbt("run", "--select", *STAGED)
    assert home.rows(
        "select device_type, is_bot from staging.stg_segment__events order by line"
    ) == list(expected.values())


def test_a_second_run_adds_only_what_was_loaded_since(home):
    event = {"type": "page", "anonymous_id": "a", "timestamp": at(0)}
    home.deliver([event])
    home.dbt("run", "--select", *STAGED)
    home.dbt("run", "--select", *STAGED)
    home.deliver([event, event])
    home.dbt("run", "--select", *STAGED)
    assert home.rows("select count(*) from staging.stg_segment__events") == [(3,)]
