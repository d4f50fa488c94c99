"""The kinds of lines that the shop sends, in the words of the Segment spec."""

from enum import IntEnum

import numpy as np


class Kind(IntEnum):
    """What happened; the order is that of ``NAMES``."""

    PAGE = 0
    IDENTIFY = 1
    ALIAS = 2
    CONSENT_GRANTED = 3
    CONSENT_WITHDRAWN = 4
    PROMOTION_VIEWED = 5
    PROMOTION_CLICKED = 6
    SEARCHED = 7
    LIST_VIEWED = 8
    LIST_FILTERED = 9
    CLICKED = 10
    VIEWED = 11
    ENGAGED = 12
    ADDED = 13
    REMOVED = 14
    CART_VIEWED = 15
    CHECKOUT_STARTED = 16
    PAYMENT_ENTERED = 17
    COUPON_APPLIED = 18
    COMPLETED = 19
    UPDATED = 20
    REFUNDED = 21
    FORM_STARTED = 22
    FORM_SUBMITTED = 23
    VIDEO_STARTED = 24
    VIDEO_COMPLETED = 25


# the type of the call, the name of the event if it has one, the usual seconds since the one before
NAMES: tuple[tuple[str, str | None, float], ...] = (
    ("page", None, 14.0),
    ("identify", None, 6.0),
    ("alias", None, 0.4),
    ("track", "Consent Granted", 3.0),
    ("track", "Consent Withdrawn", 20.0),
    ("track", "Promotion Viewed", 2.0),
    ("track", "Promotion Clicked", 6.0),
    ("track", "Products Searched", 15.0),
    ("track", "Product List Viewed", 12.0),
    ("track", "Product List Filtered", 15.0),
    ("track", "Product Clicked", 10.0),
    ("track", "Product Viewed", 16.0),
    ("track", "Page Engaged", 20.0),
    ("track", "Product Added", 12.0),
    ("track", "Product Removed", 20.0),
    ("track", "Cart Viewed", 10.0),
    ("track", "Checkout Started", 25.0),
    ("track", "Payment Info Entered", 60.0),
    ("track", "Coupon Applied", 15.0),
    ("track", "Order Completed", 8.0),
    ("track", "Order Updated", 0.0),
    ("track", "Order Refunded", 0.0),
    ("track", "Form Started", 20.0),
    ("track", "Form Submitted", 20.0),
    ("track", "Video Playback Started", 15.0),
    ("track", "Video Playback Completed", 60.0),
)
EVENTS = frozenset(event for _, event, _ in NAMES if event is not None)
GAPS = np.array([gap for _, _, gap in NAMES])
TYPES = sorted({kind for kind, _, _ in NAMES})
TYPE_CODES = np.array([TYPES.index(kind) for kind, _, _ in NAMES])
EVENT_NAMES = [event or "" for _, event, _ in NAMES]
EVENT_CODES = np.array([-1 if event is None else code for code, (_, event, _) in enumerate(NAMES)])
SERVER_KINDS = (Kind.COMPLETED, Kind.UPDATED, Kind.REFUNDED)
