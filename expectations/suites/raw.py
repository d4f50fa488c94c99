"""What must hold of what arrived from outside."""

from typing import Final

from expectations.suite import (
    BETWEEN,
    IN_SET,
    LENGTH_BETWEEN,
    NOT_NULL,
    ROW_COUNT_BETWEEN,
    Expectation,
    LikeBefore,
    Suite,
    no_rows,
)

TYPES: Final = ("track", "page", "screen", "identify", "group", "alias")

EVENTS: Final = Suite(
    "raw.events",
    (
        Expectation(
            "message_id_is_present", "Every event has a message id.", NOT_NULL,
            {"column": "message_id"},
        ),
        Expectation(
            "message_id_is_short", "A message id has 1 to 100 characters.", LENGTH_BETWEEN,
            {"column": "message_id", "min_value": 1, "max_value": 100},
        ),
        Expectation(
            "type_is_known", "Every event is a call of the Segment spec.", IN_SET,
            {"column": "type", "value_set": list(TYPES)},
        ),
        Expectation(
            "time_is_present", "Every event has a time.", NOT_NULL, {"column": "timestamp"},
        ),
        no_rows("someone_did_it", "Every event has a user_id or an anonymous_id."),
        no_rows("track_names_its_event", "Every track call names its event."),
        no_rows("time_is_not_in_the_future", "No event is dated over 24 hours after it came."),
        no_rows(
            "time_is_not_ancient", "No event is dated over ten years before it came.", "warning",
        ),
        Expectation(
            "rows_are_not_lost", "There are at least nine tenths of the rows of earlier runs.",
            ROW_COUNT_BETWEEN, severity="critical", like_before=LikeBefore(low=0.9),
        ),
        no_rows(
            "volume_is_steady",
            "The last whole day brought a third to three times the median of its 28 days before.",
            "warning",
        ),
        no_rows(
            "mix_of_events_is_steady",
            "The last whole day's mix of events differs by at most 30 % from the 28 days before.",
            "warning",
        ),
    ),
)  # fmt: skip

REJECTED_EVENTS: Final = Suite(
    "raw.rejected_events",
    (
        Expectation(
            "reason_is_present", "Every refused line has a reason.", NOT_NULL, {"column": "reason"},
        ),
        Expectation(
            "file_is_present", "Every refused line names its file.", NOT_NULL, {"column": "file"},
        ),
        no_rows(
            "few_lines_are_rejected", "Of the newest batch at most 5 % of the lines are refused.",
            "warning",
        ),
        no_rows(
            "most_lines_are_accepted",
            "Of a newest batch of 1,000 lines or more, at most half are refused.",
        ),
    ),
)  # fmt: skip

LOADED_FILES: Final = Suite(
    "raw.loaded_files",
    (
        no_rows("sha256_is_present", "Every file that was loaded is known by its content."),
        no_rows(
            "files_are_readable", "No file of the newest batch ended in an error.", "warning",
        ),
        no_rows(
            "files_hold_rows", "No file of the newest batch is empty.", "warning",
        ),
    ),
)  # fmt: skip

ONLINE_RETAIL: Final = Suite(
    "raw.online_retail",
    (
        Expectation(
            "invoice_is_present", "Every line belongs to an invoice.", NOT_NULL,
            {"column": "invoice"},
        ),
        Expectation(
            "stock_code_is_present", "Every line names what was sold.", NOT_NULL,
            {"column": "stock_code"},
        ),
        Expectation(
            "invoice_time_is_present", "Every line has a time.", NOT_NULL, {"column": "invoice_at"},
        ),
        Expectation(
            "quantity_is_present", "Every line has a quantity.", NOT_NULL, {"column": "quantity"},
        ),
        Expectation(
            "quantity_is_plausible", "A line is of at most 100,000 pieces, sold or returned.",
            BETWEEN, {"column": "quantity", "min_value": -100_000, "max_value": 100_000},
            "warning",
        ),
        Expectation(
            "price_is_not_negative", "Prices are not negative, but for one bad debt in 10,000.",
            BETWEEN, {"column": "unit_price", "min_value": 0, "mostly": 0.9999}, "warning",
        ),
        Expectation(
            "customers_are_named", "At least half of the lines name their customer.", NOT_NULL,
            {"column": "customer", "mostly": 0.5}, "warning",
        ),
        no_rows("one_moment_per_invoice", "The lines of an invoice lie within a day.", "warning"),
        Expectation(
            "rows_are_not_lost", "There are at least nine tenths of the rows of earlier runs.",
            ROW_COUNT_BETWEEN, severity="critical", like_before=LikeBefore(low=0.9),
        ),
    ),
)  # fmt: skip
