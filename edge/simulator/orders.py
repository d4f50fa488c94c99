"""What carts cost, and what happens to orders after the visit: refunds, updates, repetitions."""

from dataclasses import dataclass, replace

import numpy as np

from edge.simulator import columns
from edge.simulator.catalogue import Catalogue
from edge.simulator.chance import Flags, Integers
from edge.simulator.kinds import Kind
from edge.simulator.people import People
from edge.simulator.personas import parameter
from edge.simulator.span import DAY, HOUR, MINUTE, Span
from edge.simulator.steps import CARTS_PER_VISIT, STEPS_PER_VISIT, Lines, Steps
from edge.simulator.visits import Visits

_UPDATED_SHARE = 0.02
_REPEATED_SHARE = 0.003
_PARTIAL_SHARE = 0.4
_UNKNOWN_ORDER_SHARE = 0.01
_COUPON = 0.10
_UPDATE_DISCOUNT = 0.05
_TAX = 0.19
_FREE_SHIPPING, _SHIPPING = 50_00, 4_90
_LONGEST_RETURN = 20 * DAY


@dataclass(frozen=True, slots=True)
class Amounts:
    """What one cart, order, update or refund comes to, in cents; one row per cart key."""

    cart: Integers
    revenue: Integers
    discount: Integers
    shipping: Integers
    tax: Integers
    items: Integers
    names_order: Flags


@dataclass(frozen=True, slots=True)
class Orders:
    """The orders as they truly are, one row each, in cents."""

    visit: Integers
    person: Integers
    moment: Integers
    revenue: Integers
    updated_revenue: Integers
    refunded: Integers
    refund_moment: Integers
    names_order: Flags
    is_repeated: Flags
    items: Integers


def price(
    *,
    steps: Steps,
    lines: Lines,
    visits: Visits,
    first: int,
    people: People,
    catalogue: Catalogue,
    span: Span,
    chance: np.random.Generator,
) -> tuple[Steps, Lines, Amounts, Orders]:
    """Return the steps with those after the visit, all lines, their amounts, and the orders."""
    count = len(visits.person)
    visit = lines.cart // CARTS_PER_VISIT - first
    sale = span.in_season(visits.start)[visit]
    each = np.where(sale, catalogue.sale_price[lines.product], catalogue.price[lines.product])
    gross = _sums(visit, each * lines.quantity, count)
    items = _sums(visit, lines.quantity, count)
    discount = np.where(visits.uses_coupon, np.rint(gross * _COUPON), 0).astype(np.int64)
    carts = (np.arange(count) + first) * CARTS_PER_VISIT
    amounts = _amounts(carts, gross - discount, discount, items)

    completed = np.flatnonzero(steps.kind == Kind.COMPLETED)
    at = steps.visit[completed] - first
    size = len(at)
    fate = chance.random(size)
    refund_share = parameter("refund_share")[people.persona[visits.person[at]]]
    is_updated = fate < _UPDATED_SHARE
    longest = min(_LONGEST_RETURN, (span.end - span.start) // 4)
    update_moment = steps.moment[completed] + chance.integers(10 * MINUTE, DAY, size)
    refund_moment = steps.moment[completed] + chance.integers(longest // 20, longest, size)
    is_refunded = ~is_updated & (fate < _UPDATED_SHARE + refund_share)
    is_refunded &= refund_moment < span.end - HOUR
    is_updated &= update_moment < span.end - HOUR
    repeat_moment = steps.moment[completed] + chance.integers(MINUTE, HOUR, size)
    is_repeated = (chance.random(size) < _REPEATED_SHARE) & (repeat_moment < span.end - HOUR)
    is_partial = (chance.random(size) < _PARTIAL_SHARE) & (items[at] > 1)
    names_order = chance.random(size) >= _UNKNOWN_ORDER_SHARE

    # the order of each line's visit; -1 picks the False put at the end of the flags below
    order_of = np.full(count, -1, dtype=np.int64)
    order_of[at] = np.arange(size)
    order = order_of[visit]
    in_partial = np.r_[is_partial, False][order]
    updated = _copied(lines, np.r_[is_updated, False][order], 2)
    is_first = np.r_[True, visit[1:] != visit[:-1]][: len(visit)]
    returned = np.r_[is_refunded, False][order] & (is_first | ~in_partial)
    returns = _copied(lines, returned, 1)
    kept = np.divide(gross - discount, gross, out=np.ones(count), where=gross > 0)
    single = np.where(in_partial, 1, lines.quantity)
    returns = replace(returns, quantity=single[returned])
    refund = np.rint(_sums(visit[returned], (each * single)[returned], count) * kept)
    refund = np.where(is_partial, refund[at], (gross - discount)[at]).astype(np.int64)
    less = np.rint((gross - discount)[at] * _UPDATE_DISCOUNT).astype(np.int64)

    zeros = np.zeros(size, dtype=np.int64)
    orders = Orders(
        visit=steps.visit[completed],
        person=steps.person[completed],
        moment=steps.moment[completed],
        revenue=(gross - discount)[at],
        updated_revenue=(gross - discount)[at] - np.where(is_updated, less, 0),
        refunded=np.where(is_refunded, refund, 0),
        refund_moment=np.where(is_refunded, refund_moment, 0),
        names_order=names_order,
        is_repeated=is_repeated,
        items=items[at],
    )
    more = [
        amounts,
        columns.take(
            replace(
                _amounts(carts[at] + 1, refund, zeros, zeros),
                shipping=zeros,
                tax=zeros,
                names_order=names_order,
            ),
            is_refunded,
        ),
        columns.take(
            _amounts(carts[at] + 2, orders.updated_revenue, discount[at] + less, items[at]),
            is_updated,
        ),
    ]
    after = [
        steps,
        _after(steps, completed[is_refunded], Kind.REFUNDED, refund_moment[is_refunded], 1),
        _after(steps, completed[is_updated], Kind.UPDATED, update_moment[is_updated], 2),
        _after(steps, completed[is_repeated], Kind.COMPLETED, repeat_moment[is_repeated], 0),
    ]
    return (
        columns.joined(after),
        columns.joined([lines, updated, returns]),
        columns.joined(more),
        orders,
    )


def _sums(group: Integers, values: Integers, size: int) -> Integers:
    """Sum whole numbers per group, exactly."""
    return np.bincount(group, values, minlength=size).astype(np.int64)


def _amounts(cart: Integers, revenue: Integers, discount: Integers, items: Integers) -> Amounts:
    """Return amounts with the shipping and the tax that follow from the revenue."""
    return Amounts(
        cart=cart,
        revenue=revenue,
        discount=discount,
        shipping=np.where(revenue < _FREE_SHIPPING, _SHIPPING, 0),
        tax=np.rint(revenue * _TAX).astype(np.int64),
        items=items,
        names_order=np.ones(len(cart), dtype=bool),
    )


def _copied(lines: Lines, rows: Flags, key: int) -> Lines:
    """Return some lines again under another key of the same visit."""
    chosen = columns.take(lines, rows)
    return replace(chosen, cart=chosen.cart + key)


def _after(steps: Steps, rows: Integers, kind: Kind, moment: Integers, key: int) -> Steps:
    """Return a step of the server's own, some time after the order's completion."""
    chosen = columns.take(steps, rows)
    return replace(
        chosen,
        uid=chosen.visit * STEPS_PER_VISIT + STEPS_PER_VISIT - 1 - key,
        kind=np.full(len(rows), int(kind)),
        moment=moment,
        cart=chosen.cart + key,
    )
