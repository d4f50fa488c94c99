"""The largest value of a log-likelihood over positive parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import optimize

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

SMALLEST, LARGEST = 1e-4, 1e4  # beyond, differences of logarithms of gamma are rounding errors
FLAT = 0.01  # log-likelihood per e-fold of a parameter: far below what data could tell


def maximise(
    objective: Callable[[NDArray[np.float64]], tuple[float, NDArray[np.float64]]],
    start: NDArray[np.float64],
) -> tuple[float, ...]:
    """Find where a function of positive parameters is largest, by L-BFGS-B over their logarithms.

    Parameters
    ----------
    objective : callable
        Takes the parameters, shape (n,), and gives the value and its slopes, shape (n,).
    start : ndarray of float, shape (n,)
        Where to begin; it should be of the size of the answer.

    Returns
    -------
    tuple of n floats
        Each between ``SMALLEST`` and ``LARGEST``; one at an end means that the data cannot tell.

    Raises
    ------
    ArithmeticError
        If the search ends without having found the place.
    """

    def negative(logarithms: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        parameters = np.exp(logarithms)
        value, slopes = objective(parameters)
        return -value / scale, -slopes * parameters / scale

    scale = max(1.0, abs(objective(start)[0]))
    bounds = (np.log(SMALLEST), np.log(LARGEST))
    found = optimize.minimize(
        negative,
        np.log(start),
        jac=True,
        method="L-BFGS-B",
        bounds=[bounds] * len(start),
        options={"maxiter": 2_000, "maxfun": 20_000, "ftol": 1e-15, "gtol": 1e-9},
    )
    # a step against the slope that the bounds allow; rounding may end the search before it is 0
    allowed = found.x - np.clip(found.x - found.jac, *bounds)
    if not found.success and np.max(np.abs(allowed)) * scale > FLAT:
        raise ArithmeticError(f"no maximum of the likelihood was found: {found.message}")
    return tuple(float(value) for value in np.exp(found.x))
