"""What must hold of source data once it is typed."""

from typing import Final

from expectations.suite import BETWEEN, LENGTH_BETWEEN, NOT_NULL, Expectation, Suite, no_rows

EVENTS: Final = Suite(
    "staging.stg_segment__events",
    (
        Expectation(
            "price_is_plausible", "A price is not negative and below a million.", BETWEEN,
            {"column": "price", "min_value": 0, "max_value": 1_000_000, "mostly": 0.999}, "warning",
        ),
        Expectation(
            "quantity_is_plausible", "A quantity is not negative and at most 10,000.", BETWEEN,
            {"column": "quantity", "min_value": 0, "max_value": 10_000, "mostly": 0.999}, "warning",
        ),
        Expectation(
            "revenue_is_plausible", "The revenue of an order is not negative, below ten million.",
            BETWEEN,
            {"column": "revenue", "min_value": 0, "max_value": 10_000_000, "mostly": 0.999},
            "warning",
        ),
        Expectation(
            "scroll_depth_is_a_share", "A scroll depth lies between 0 and 1.", BETWEEN,
            {"column": "scroll_depth_share", "min_value": 0, "max_value": 1},
        ),
        Expectation(
            "dwell_is_plausible", "Nobody stays on a page for more than a day.", BETWEEN,
            {"column": "dwell_seconds", "min_value": 0, "max_value": 86_400, "mostly": 0.999},
            "warning",
        ),
        Expectation(
            "currency_is_a_code", "A currency has three letters.", LENGTH_BETWEEN,
            {"column": "currency", "min_value": 3, "max_value": 3, "mostly": 0.99}, "warning",
        ),
        no_rows("emails_are_normalised", "An e-mail is trimmed, lower-case and has one @."),
        no_rows("phones_are_normalised", "A phone is a + and digits, or digits."),
        no_rows(
            "orders_name_themselves", "At least 95 % of completed orders have an order_id.",
            "warning",
        ),
        no_rows(
            "product_events_name_products", "At least 95 % of product events name the product.",
            "warning",
        ),
        no_rows("robots_are_few", "At most half of the events are from robots.", "warning"),
    ),
)  # fmt: skip

CUSTOMERS: Final = Suite(
    "staging.stg_customers__records",
    (
        Expectation(
            "user_id_is_present", "Every record of a CRM table names a user.", NOT_NULL,
            {"column": "user_id", "mostly": 0.95}, "warning",
        ),
        Expectation(
            "age_is_plausible", "An age lies between 0 and 130.", BETWEEN,
            {"column": "age", "min_value": 0, "max_value": 130},
        ),
        no_rows(
            "emails_are_normalised", "An e-mail is trimmed, lower-case and has one @.",
        ),
        no_rows("phones_are_normalised", "A phone is a + and digits, or digits."),
        no_rows("birthdays_are_past", "Nobody was born in the future.", "warning"),
    ),
)  # fmt: skip
