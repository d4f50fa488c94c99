"""How each kind of person behaves in the shop."""

from dataclasses import dataclass, fields

import numpy as np

from edge.simulator.chance import Floats


@dataclass(frozen=True, slots=True)
class Persona:
    """One kind of person: shares are chances per visit or per step, counts are means per visit."""

    name: str
    share: float
    visits_per_day: float
    pages: float
    searches: float
    lists: float
    views: float
    filters: float
    add_share: float  # of product views
    remove_share: float  # of adds
    checkout_share: float  # of visits with a cart
    buy_share: float  # of checkouts
    promotion_share: float
    click_share: float  # of promotions seen
    engaged_share: float  # of product views
    dwell_seconds: float
    scroll_share: float
    known_share: float  # of people: can log in
    refund_share: float  # of orders
    outlet_share: float  # of product views: discounted ones
    premium_share: float  # of product views: dear ones
    coupon_share: float  # of orders


FREQUENT, SEASONAL, LAPSED, BROWSER, BARGAIN, ONE_TIME, LOW, BOT = range(8)

# fmt: off
PERSONAS = (
    Persona("frequent_buyer", .12, .24, .6, .40, .50, 2.2, .08, .40, .08, .70, .80, .25, .12,
            .30, 25, .55, 1.0, .05, .10, .10, .10),
    Persona("seasonal_shopper", .15, .10, .6, .35, .60, 2.4, .12, .38, .08, .65, .75, .30, .20,
            .30, 25, .55, 1.0, .06, .15, .10, .15),
    Persona("lapsed_high_value", .10, .30, .6, .35, .50, 3.0, .08, .50, .06, .75, .85, .20, .10,
            .35, 35, .60, 1.0, .04, .02, .80, .05),
    Persona("engaged_browser", .18, .16, 1.2, .80, .90, 4.5, .40, .03, .30, .0, .0, .25, .10,
            .65, 75, .85, .45, .0, .10, .15, .0),
    Persona("bargain_seeker", .15, .14, .6, .50, .80, 2.8, .45, .24, .18, .45, .65, .70, .55,
            .25, 20, .50, .95, .08, .70, .0, .50),
    Persona("one_time_buyer", .15, .10, .5, .40, .45, 1.8, .08, .12, .10, .0, .0, .20, .10,
            .25, 25, .50, 1.0, .08, .15, .10, .10),
    Persona("low_engagement", .15, .06, .2, .08, .12, .5, .02, .03, .20, .10, .40, .08, .03,
            .10, 8, .20, .35, .05, .15, .05, .05),
    Persona("bot", .0, .0, 20., .0, .0, 40., .0, .0, .0, .0, .0, .0, .0,
            .0, 1, .0, .0, .0, .0, .0, .0),
)
# fmt: on


def parameter(name: str) -> Floats:
    """Return one parameter of every persona, in the order of ``PERSONAS``."""
    if name not in {field.name for field in fields(Persona)}:
        raise ValueError(f"no such parameter of a persona: {name}")
    return np.array([getattr(persona, name) for persona in PERSONAS], dtype=np.float64)
