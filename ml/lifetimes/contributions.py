"""Why a customer is expected to order more, or be worth more, than a new one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ml.lifetimes.value import COLUMNS
from ml.predictions import contributions

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    from ml.lifetimes.value import LifetimeModel

ORDERS = ("orders_if_active", "chance_active")
VALUE = (*ORDERS, "order_value")
SMALLEST = 1e-12  # what is rarer counts as this rare, so that its logarithm is finite
NEW = pd.DataFrame({name: [0.0] for name in COLUMNS}).assign(mean_value=np.nan)


def of_orders(model: LifetimeModel, customers: pd.DataFrame, horizon_days: float) -> pa.Array:
    """Say what makes each customer's expected orders differ from a new customer's.

    The expectation is a product, so its logarithm is a sum: of how often somebody like them
    orders while active, and of the chance that they still are. Each is compared with a customer
    who has just ordered for the first time.

    Parameters
    ----------
    model : LifetimeModel
    customers : DataFrame of shape (n_customers, >= 5)
        ``value.COLUMNS``.
    horizon_days : float

    Returns
    -------
    pyarrow list array of n_customers lists
        Of structs ``feature``, ``value`` and ``contribution`` to the natural logarithm, the
        strongest first; see ``ORDERS``.
    """
    values, new = (_of_orders(model, rows, horizon_days, 0.0) for rows in (customers, NEW))
    return _against(ORDERS, values, new)


def of_value(
    model: LifetimeModel, customers: pd.DataFrame, *, horizon_days: float, yearly_discount: float
) -> pa.Array:
    """Say what makes each customer's lifetime value differ from a new customer's.

    As ``of_orders``, with what an order of theirs is worth as a third factor; see ``VALUE``.
    Orders that come later count less, as their value does.
    """
    values, new = (
        np.column_stack(
            [_of_orders(model, rows, horizon_days, yearly_discount), model.order_values(rows)]
        )
        for rows in (customers, NEW)
    )
    return _against(VALUE, values, new)


def _of_orders(
    model: LifetimeModel, customers: pd.DataFrame, horizon_days: float, yearly_discount: float
) -> NDArray[np.float64]:
    orders = model.orders_if_active(customers, horizon_days, yearly_discount=yearly_discount)
    return np.column_stack([orders, model.alive(customers)])


def _against(
    names: tuple[str, ...], values: NDArray[np.float64], new: NDArray[np.float64]
) -> pa.Array:
    matrix = np.log(np.maximum(values, SMALLEST)) - np.log(np.maximum(new, SMALLEST))
    return contributions.lists(names, values, matrix, count=len(names))
