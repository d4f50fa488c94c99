"""The BG/NBD model: purchases at a steady rate until, after one of them, a customer leaves.

A customer buys as a Poisson process of rate λ and after each purchase leaves for good with
probability p; λ ~ Gamma(r, rate α) and p ~ Beta(a, b) vary independently from one to another.
Whoever has not bought again cannot have left, so they count as alive.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import linalg, special

from ml.lifetimes import likelihood

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

NODES = 48  # places at which a function of p is read; with 32 the error was below 1e-3 at worst
ROWS_AT_ONCE = 100_000
SMALLEST_CHANCE = 1e-12  # nearer to 0 a node is rounding error


@dataclass(frozen=True, slots=True)
class Histories:
    """What the model knows of customers; times are in one unit of the caller's choice.

    Attributes
    ----------
    repeats : ndarray of float, shape (n_customers,)
        Purchases after the first.
    last : ndarray of float, shape (n_customers,)
        Time from the first purchase to the last; 0 without a repeat.
    age : ndarray of float, shape (n_customers,)
        Time from the first purchase to the moment that all is counted up to.

    Raises
    ------
    ValueError
        If the shapes differ, or a history is impossible.
    """

    repeats: NDArray[np.float64]
    last: NDArray[np.float64]
    age: NDArray[np.float64]

    def __post_init__(self) -> None:
        """Refuse impossible histories."""
        if not self.repeats.shape == self.last.shape == self.age.shape:
            raise ValueError("repeats, last and age must have one shape")
        if np.any((self.repeats < 0) | (self.last < 0) | (self.last > self.age)):
            raise ValueError("a history needs repeats >= 0 and 0 <= last <= age")
        if np.any((self.repeats == 0) & (self.last > 0)):
            raise ValueError("without a repeat, last must be 0")


@dataclass(frozen=True, slots=True)
class BgNbd:
    """The four parameters; ``alpha`` is in the unit of time of the histories.

    References
    ----------
    Fader, P. S., Hardie, B. G. S., Lee, K. L. (2005). "Counting your customers" the easy way: an
    alternative to the Pareto/NBD model. Marketing Science 24(2).
    """

    r: float
    alpha: float
    a: float
    b: float

    def state(self) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
        """Give the arrays and the parameters that ``restore`` needs."""
        return {}, asdict(self)

    @classmethod
    def restore(cls, arrays: Mapping[str, NDArray[Any]], parameters: Mapping[str, Any]) -> BgNbd:
        """Make the model again from its state."""
        del arrays  # it has none
        return cls(**{name: float(parameters[name]) for name in ("r", "alpha", "a", "b")})

    def log_likelihoods(self, histories: Histories) -> NDArray[np.float64]:
        """Give the natural logarithm of the likelihood of each history, shape (n_customers,)."""
        values, _ = _likelihood(np.array([self.r, self.alpha, self.a, self.b]), histories)
        return values

    def alive(self, histories: Histories) -> NDArray[np.float64]:
        """Give the probability, 0 to 1, that each customer has not left, shape (n_customers,)."""
        x, last, age = histories.repeats, histories.last, histories.age
        silence = np.log(self.alpha + age) - np.log(self.alpha + last)
        with np.errstate(divide="ignore"):
            odds = np.log(self.a) - np.log(self.b + x - 1.0, where=x > 0, out=np.zeros_like(x))
        gone = np.where(x > 0, odds + (self.r + x) * silence, -np.inf)
        return np.asarray(special.expit(-gone))

    def expected(self, histories: Histories, horizon: float) -> NDArray[np.float64]:
        """Expect the purchases of each customer in the time to come.

        Parameters
        ----------
        histories : Histories
            Of n_customers.
        horizon : float
            Length of the time to come, in the unit of the histories, not negative.

        Returns
        -------
        ndarray of float, shape (n_customers,)

        Raises
        ------
        ValueError
            If ``horizon`` is negative.
        """
        return self.expected_if_alive(histories, horizon) * self.alive(histories)

    def expected_if_alive(self, histories: Histories, horizon: float) -> NDArray[np.float64]:
        """Expect the purchases of each customer in the time to come, had none of them left yet.

        Parameters and errors are those of ``expected``.
        """
        if horizon < 0:
            raise ValueError(f"horizon must not be negative, got {horizon}")
        return _while_alive(
            self.r + histories.repeats,
            self.alpha + histories.age,
            self.a,
            self.b + histories.repeats,
            horizon,
        )

    def expected_of_new(self, horizon: float) -> float:
        """Expect the repeat purchases of a customer, unknown yet, after their first."""
        nothing = np.zeros(1)
        return float(self.expected(Histories(nothing, nothing, nothing), horizon)[0])


def fit(histories: Histories) -> BgNbd:
    """Find the parameters under which the histories are likeliest.

    Parameters
    ----------
    histories : Histories
        Of n_customers; equal ones cost no more than one.

    Returns
    -------
    BgNbd

    Raises
    ------
    ValueError
        If nobody bought again, which no parameter explains better than any other.
    """
    if not np.any((histories.repeats > 0) & (histories.age > 0)):
        raise ValueError("nobody bought again: the rates cannot be told")
    rows = np.column_stack([histories.repeats, histories.last, histories.age])
    distinct, counts = np.unique(rows, axis=0, return_counts=True)
    unit = float(distinct[:, 2].max())  # so that the parameters are of one size
    scaled = Histories(distinct[:, 0], distinct[:, 1] / unit, distinct[:, 2] / unit)

    def objective(parameters: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        values, slopes = _likelihood(parameters, scaled)
        return float(counts @ values), slopes @ counts

    r, alpha, a, b = likelihood.maximise(objective, np.array([0.5, 0.5, 1.0, 2.0]))
    return BgNbd(r, alpha * unit, a, b)


def _likelihood(
    parameters: NDArray[np.float64], histories: Histories
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the log-likelihood of each history and its slopes by r, α, a and b."""
    r, alpha, a, b = parameters
    x, last, age = histories.repeats, histories.last, histories.age
    has_repeats = x > 0
    known = np.where(has_repeats, x, 1.0)
    common = (
        special.gammaln(r + x)
        - special.gammaln(r)
        + r * np.log(alpha)
        + special.gammaln(a + b)
        + special.gammaln(b + x)
        - special.gammaln(b)
        - special.gammaln(a + b + x)
    )
    stayed = -(r + x) * np.log(alpha + age)
    left = np.log(a) - np.log(b + known - 1) - (r + x) * np.log(alpha + last)
    left = np.where(has_repeats, left, -np.inf)
    either = np.logaddexp(stayed, left)
    share = np.exp(left - either)  # of the likelihood that the customer has left
    digamma = special.digamma
    slopes = np.stack(
        [
            digamma(r + x) - digamma(r) + np.log(alpha)
            - (1 - share) * np.log(alpha + age) - share * np.log(alpha + last),
            r / alpha - (r + x) * ((1 - share) / (alpha + age) + share / (alpha + last)),
            digamma(a + b) - digamma(a + b + x) + share / a,
            digamma(a + b) - digamma(a + b + x) + digamma(b + x) - digamma(b)
            - share / (b + known - 1),
        ]
    )  # fmt: skip
    return common + either, slopes


def _while_alive(
    shape: NDArray[np.float64],
    rate: NDArray[np.float64],
    a: float,
    b: NDArray[np.float64],
    horizon: float,
) -> NDArray[np.float64]:
    """Expect purchases of those who are alive: λ ~ Gamma(shape, rate), p ~ Beta(a, b).

    Given p they are (1 - (1 + p horizon / rate) ** -shape) / p, which Gauss-Jacobi quadrature
    averages over p: the published closed form overflows for customers with many purchases, and is
    0 / 0 where a is 1.
    """
    expected = np.empty(len(rate))
    passed = horizon / rate
    for value in np.unique(b):
        rows = np.flatnonzero(b == value)
        leaves, weights = _quadrature(a, float(value))
        for part in np.array_split(rows, 1 + len(rows) // ROWS_AT_ONCE):
            unbroken = -np.expm1(-shape[part, None] * np.log1p(np.outer(passed[part], leaves)))
            expected[part] = (unbroken / leaves) @ weights
    return expected


def _quadrature(a: float, b: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give places in 0..1 and their weights, so that sums over them are means under Beta(a, b).

    The eigenvalues and first components of the Jacobi matrix; unlike scipy's ``roots_jacobi`` it
    does not overflow where both parameters are large, as they are where all customers are alike.

    References
    ----------
    Golub, G. H., Welsch, J. H. (1969). Calculation of Gauss quadrature rules. Mathematics of
    Computation 23(106).
    """
    up, down = b - 1.0, a - 1.0  # exponents of 1 - x and of 1 + x
    n = np.arange(1, NODES)
    total = 2.0 * n + up + down
    diagonal = np.empty(NODES)
    diagonal[0] = (down - up) / (up + down + 2.0)
    diagonal[1:] = (down - up) * (down + up) / (total * (total + 2.0))
    squares = np.empty(NODES - 1)
    squares[0] = 4.0 * (1.0 + up) * (1.0 + down) / (total[0] ** 2 * (total[0] + 1.0))
    m, later = n[1:], total[1:]
    squares[1:] = (4.0 * m * (m + up) * (m + down) * (m + up + down)) / (
        later**2 * (later + 1.0) * (later - 1.0)
    )
    nodes, vectors = linalg.eigh_tridiagonal(diagonal, np.sqrt(squares))
    return np.maximum((nodes + 1.0) / 2.0, SMALLEST_CHANCE), vectors[0] ** 2
