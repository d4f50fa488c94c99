"""The largest value of a log-likelihood over positive parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import optimize

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

SMALLEST, LARGEST = 1e-6, 1e6


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
    found = optimize.minimize(
        negative,
        np.log(start),
        jac=True,
        method="L-BFGS-B",
        bounds=[(np.log(SMALLEST), np.log(LARGEST))] * len(start),
        options={"maxiter": 2_000, "maxfun": 20_000, "ftol": 1e-15, "gtol": 1e-9},
    )
    is_flat = np.max(np.abs(found.jac * _inside(found.x))) < 1e-5
    if not (found.success or is_flat):
        raise ArithmeticError(f"no maximum of the likelihood was found: {found.message}")
    return tuple(float(value) for value in np.exp(found.x))


def _inside(logarithms: NDArray[np.float64]) -> NDArray[np.bool_]:
    edge = np.isclose(logarithms, np.log(SMALLEST)) | np.isclose(logarithms, np.log(LARGEST))
    return np.asarray(~edge)
