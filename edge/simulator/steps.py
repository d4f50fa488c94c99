"""The steps inside visits: one row per event, with its moment and what it is about."""

from dataclasses import dataclass, replace

import numpy as np

from edge.simulator import columns
from edge.simulator.catalogue import TRENDING_CATEGORY, Catalogue, pool_kinds
from edge.simulator.chance import Flags, Floats, Integers, ranks
from edge.simulator.kinds import GAPS, SERVER_KINDS, Kind
from edge.simulator.logins import Logins
from edge.simulator.people import People
from edge.simulator.personas import BOT, parameter
from edge.simulator.span import MINUTE, Span
from edge.simulator.visits import TRENDING_SHARE, Visits

STEPS_PER_VISIT = 4_096  # room for the numbers of a visit's events; those after the visit come last
CARTS_PER_VISIT = 4  # the cart at the end of the visit, the order as refunded, as updated
_ROUND, _BROWSING, _CHECKOUT = 16, 200, 20_000
_LOGIN_FIRST, _LOGIN_LATE = 20, _CHECKOUT + 3_000
_ALIAS_SHARE = 0.04
_ANONYMOUS_SHARE = 0.3  # of server events: they carry the browser's anonymous id too
_BY_NEWSLETTER, _BY_LOGIN, _AGAIN = 1, 2, 3  # why an identify call is made: its quantity


@dataclass(frozen=True, slots=True)
class Steps:
    """One row per event. ``visit`` counts within the whole simulation; -1 stands for none."""

    uid: Integers
    kind: Integers
    visit: Integers
    person: Integers
    device: Integers
    product: Integers
    category: Integers
    quantity: Integers
    seconds: Integers
    moment: Integers
    variant: Integers
    cart: Integers
    is_landing: Flags
    is_user: Flags
    is_server: Flags


@dataclass(frozen=True, slots=True)
class Lines:
    """One row per product put into a cart and left there."""

    cart: Integers
    number: Integers
    product: Integers
    quantity: Integers


class _Sheet:
    """Collects steps in any order: kind, visit, place within the visit, product, quantity."""

    def __init__(self) -> None:
        self._parts: list[tuple[Integers, ...]] = []

    def add(
        self,
        kind: Kind,
        visit: Integers,
        place: Integers | int,
        product: Integers | int = -1,
        quantity: Integers | int = -1,
    ) -> None:
        values = (int(kind), visit, place, product, quantity)
        self._parts.append(tuple(np.broadcast_to(value, visit.shape) for value in values))

    def sorted(self) -> tuple[Integers, Integers, Integers, Integers, Integers]:
        kind, visit, place, product, quantity = (
            np.concatenate(parts) for parts in zip(*self._parts, strict=True)
        )
        order = np.argsort(visit * (1 << 20) + place, kind="stable")
        return kind[order], visit[order], place[order], product[order], quantity[order]


def expand(
    *,
    visits: Visits,
    logins: Logins,
    first: int,
    people: People,
    catalogue: Catalogue,
    span: Span,
    chance: np.random.Generator,
) -> tuple[Steps, Lines]:
    """Return the events of these visits in order, and what their carts hold at the end."""
    sheet = _Sheet()
    of_view, product = _views(visits, people, catalogue, span, chance)
    _browse(sheet, visits, of_view, product, chance)
    lines = _fill_carts(sheet, visits, of_view, product, chance)
    _buy(sheet, visits)
    _consent(sheet, logins, chance)
    kind, visit, place, product, quantity = sheet.sorted()

    size = len(kind)
    seconds = _gaps(kind, people.persona[visits.person[visit]], chance)
    starts = np.searchsorted(visit, np.arange(len(visits.person)), side="left")
    seconds[starts] = 0.0
    elapsed = np.rint(seconds * 1000).astype(np.int64).cumsum()
    moment = visits.start[visit] + elapsed - elapsed[starts][visit]
    is_user = logins.was_known[visit] | (logins.logs_in_first[visit] & (place >= _LOGIN_FIRST))
    is_user |= logins.logs_in_late[visit] & (place >= _LOGIN_LATE)
    is_server = np.isin(kind, SERVER_KINDS)
    without = is_server & (chance.random(size) >= _ANONYMOUS_SHARE)
    favourite = people.category[visits.person[visit]]
    category = np.where(product >= 0, catalogue.category[product], favourite)
    steps = Steps(
        uid=(visit + first) * STEPS_PER_VISIT + np.arange(size) - starts[visit],
        kind=kind,
        visit=visit + first,
        person=visits.person[visit],
        device=np.where(without, -1, visits.device[visit]),
        product=product,
        category=category,
        quantity=quantity,
        seconds=np.maximum(np.rint(seconds), 1).astype(np.int64),
        moment=np.minimum(moment, span.end - 1),
        variant=chance.integers(0, 1 << 30, size),
        cart=(visit + first) * CARTS_PER_VISIT,
        is_landing=place == 0,
        is_user=is_user,
        is_server=is_server,
    )
    return steps, replace(lines, cart=(lines.cart + first) * CARTS_PER_VISIT)


def _views(
    visits: Visits, people: People, catalogue: Catalogue, span: Span, chance: np.random.Generator
) -> tuple[Integers, Integers]:
    """Return the visit and the product of every product view."""
    of_view = np.repeat(np.arange(len(visits.views)), visits.views)
    size = len(of_view)
    person = visits.person[of_view]
    persona = people.persona[person]
    kinds = pool_kinds(
        parameter("outlet_share")[persona], parameter("premium_share")[persona], chance.random(size)
    )
    kinds = np.where(persona == BOT, 0, kinds)
    likes = chance.random(size) < 0.8
    category = np.where(likes, people.category[person], people.second_category[person])
    trends = (visits.start[of_view] >= span.drift) & (chance.random(size) < TRENDING_SHARE)
    return of_view, catalogue.draw(
        np.where(trends, 1, kinds),
        np.where(trends, TRENDING_CATEGORY, category),
        people.style[person],
        people.brand[person],
        chance.random(size),
    )


def _browse(
    sheet: _Sheet, visits: Visits, of_view: Integers, product: Integers, chance: np.random.Generator
) -> None:
    """Add pages, searches, lists, product views and what goes with them."""
    numbers = np.arange(len(visits.person))
    first = np.cumsum(visits.views) - visits.views
    sheet.add(Kind.PAGE, numbers, 0)
    sheet.add(Kind.PROMOTION_VIEWED, np.flatnonzero(visits.sees_promotion), 100)
    sheet.add(Kind.PROMOTION_CLICKED, np.flatnonzero(visits.clicks_promotion), 101)
    for kind, counts, place in (
        (Kind.PAGE, visits.pages, 1),
        (Kind.SEARCHED, visits.searches, 2),
        (Kind.LIST_VIEWED, visits.lists, 3),
        (Kind.LIST_FILTERED, visits.filters, 4),
    ):
        visit = np.repeat(numbers, counts)
        view = (chance.random(len(visit)) * visits.views[visit]).astype(np.int64)
        about = (visits.views[visit] > 0) & (kind != Kind.PAGE)
        near = np.full(len(visit), -1)
        near[about] = product[(first[visit] + view)[about]]
        sheet.add(kind, visit, _BROWSING + view * _ROUND + place, near)
    view = np.arange(len(of_view)) - first[of_view]
    places = _BROWSING + view * _ROUND
    clicked = ranks(of_view, chance.random(len(view))) < visits.clicked[of_view]
    sheet.add(Kind.CLICKED, of_view[clicked], places[clicked] + 5, product[clicked])
    sheet.add(Kind.VIEWED, of_view, places + 6, product)
    engaged = ranks(of_view, chance.random(len(view))) < visits.engaged[of_view]
    sheet.add(Kind.ENGAGED, of_view[engaged], places[engaged] + 7, product[engaged])
    sheet.add(Kind.ENGAGED, np.flatnonzero(visits.engaged > visits.views), 60)
    submitted = np.flatnonzero(visits.submits_form)
    sheet.add(Kind.FORM_STARTED, np.flatnonzero(visits.starts_form), 10_000)
    sheet.add(Kind.FORM_SUBMITTED, submitted, 10_001)
    sheet.add(Kind.IDENTIFY, submitted, 10_002, quantity=_BY_NEWSLETTER)
    played = np.flatnonzero(visits.starts_video)
    sheet.add(Kind.VIDEO_STARTED, played, 9_000)
    sheet.add(Kind.VIDEO_COMPLETED, played[visits.views[played] % 2 == 0], 9_001)


def _fill_carts(
    sheet: _Sheet, visits: Visits, of_view: Integers, product: Integers, chance: np.random.Generator
) -> Lines:
    """Add what goes into carts and out again, and return what stays."""
    first = np.cumsum(visits.views) - visits.views
    added = ranks(of_view, chance.random(len(of_view))) < visits.adds[of_view]
    visit, product = of_view[added], product[added]
    view = np.flatnonzero(added) - first[visit]
    more = chance.random(len(visit))
    quantity = 1 + (more < 0.15).astype(np.int64) + 2 * (more < 0.03)
    sheet.add(Kind.ADDED, visit, _BROWSING + view * _ROUND + 8, product, quantity)
    number = np.arange(len(visit)) - np.searchsorted(visit, visit, side="left")
    out = number < visits.removes[visit]
    sheet.add(Kind.REMOVED, visit[out], _CHECKOUT + number[out], product[out], quantity[out])
    return columns.take(Lines(visit, number, product, quantity), ~out)


def _buy(sheet: _Sheet, visits: Visits) -> None:
    """Add the way from the cart to the order."""
    sheet.add(Kind.CART_VIEWED, np.flatnonzero(visits.sees_cart), _CHECKOUT + 2_000)
    for kind, place in ((Kind.CHECKOUT_STARTED, 4_000), (Kind.PAYMENT_ENTERED, 4_002)):
        sheet.add(kind, np.flatnonzero(visits.checks_out), _CHECKOUT + place)
    sheet.add(Kind.COUPON_APPLIED, np.flatnonzero(visits.uses_coupon), _CHECKOUT + 4_001)
    sheet.add(Kind.COMPLETED, np.flatnonzero(visits.buys), _CHECKOUT + 4_003)


def _consent(sheet: _Sheet, logins: Logins, chance: np.random.Generator) -> None:
    """Add logins, and consents given and withdrawn; the quantity names the purpose."""
    for purpose in (1, 2, 4):
        answered = np.flatnonzero(logins.answers_banner & ((logins.consent & purpose) > 0))
        sheet.add(Kind.CONSENT_GRANTED, answered, 10 + purpose, quantity=purpose)
        withdrawn = np.flatnonzero(logins.withdraws & ((logins.consent & purpose & 6) > 0))
        sheet.add(Kind.CONSENT_WITHDRAWN, withdrawn, 30 + purpose, quantity=purpose)
    for flags, place in ((logins.logs_in_first, _LOGIN_FIRST), (logins.logs_in_late, _LOGIN_LATE)):
        visit = np.flatnonzero(flags)
        sheet.add(Kind.IDENTIFY, visit, place, quantity=_BY_LOGIN)
        sheet.add(Kind.ALIAS, visit[chance.random(len(visit)) < _ALIAS_SHARE], place + 1)
    again = np.flatnonzero(logins.identifies_again)
    sheet.add(Kind.IDENTIFY, again, _LOGIN_FIRST, quantity=_AGAIN)
    opened, stopped = np.flatnonzero(logins.grants_marketing), logins.withdraws_marketing
    sheet.add(Kind.CONSENT_GRANTED, opened, _LOGIN_LATE + 10, quantity=8)
    sheet.add(Kind.CONSENT_WITHDRAWN, np.flatnonzero(stopped), 40, quantity=8)


def _gaps(kind: Integers, persona: Integers, chance: np.random.Generator) -> Floats:
    """Draw the seconds between each event and the one before it."""
    size = len(kind)
    usual = np.where(kind == Kind.ENGAGED, parameter("dwell_seconds")[persona], GAPS[kind])
    gaps = np.clip(usual * chance.lognormal(0.0, 0.7, size), 0.2, 20 * MINUTE / 1000)
    return np.where(persona == BOT, chance.uniform(0.1, 1.5, size), gaps)
