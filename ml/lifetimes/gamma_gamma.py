"""The Gamma-Gamma model: what a customer's purchases are worth on average.

The values of a customer's purchases are Gamma(p, rate ν) and ν ~ Gamma(q, rate v) varies from one
customer to another; how often they buy is taken to be independent of how much they spend.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import special

from ml.lifetimes import likelihood

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class GammaGamma:
    """The three parameters; ``v`` is in the currency of the values.

    References
    ----------
    Fader, P. S., Hardie, B. G. S. (2013). The Gamma-Gamma model of monetary value.
    """

    p: float
    q: float
    v: float

    def state(self) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
        """Give the arrays and the parameters that ``restore`` needs."""
        return {}, asdict(self)

    @classmethod
    def restore(
        cls, arrays: Mapping[str, NDArray[Any]], parameters: Mapping[str, Any]
    ) -> GammaGamma:
        """Make the model again from its state."""
        del arrays  # it has none
        return cls(**{name: float(parameters[name]) for name in ("p", "q", "v")})

    def log_likelihoods(
        self, counts: NDArray[np.float64], means: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Give the natural logarithm of the likelihood of each customer's mean value.

        Parameters
        ----------
        counts, means : ndarray of float, shape (n_customers,)
            How many purchases, at least 1, and what they were worth on average, above 0.

        Returns
        -------
        ndarray of float, shape (n_customers,)
        """
        _require(counts, means)
        return _likelihood(np.array([self.p, self.q, self.v]), counts, means)[0]

    def expected(
        self, counts: NDArray[np.float64], means: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Expect what each purchase to come is worth on average.

        Parameters
        ----------
        counts, means : ndarray of float, shape (n_customers,)
            How many purchases and what they were worth on average; where there were none the mean
            is not read, and the answer is that of a customer unknown yet.

        Returns
        -------
        ndarray of float, shape (n_customers,)
            Infinite for a customer unknown yet if ``q`` is at most 1, as the model then says.
        """
        spent = np.where(counts > 0, counts * np.where(counts > 0, means, 0.0), 0.0)
        weight = self.p * counts + self.q - 1.0
        with np.errstate(divide="ignore"):
            expected = (self.v + spent) * self.p / weight
        return np.asarray(np.where(weight > 0, expected, np.inf))


def fit(counts: NDArray[np.float64], means: NDArray[np.float64]) -> GammaGamma:
    """Find the parameters under which the mean values are likeliest.

    Parameters
    ----------
    counts, means : ndarray of float, shape (n_customers,)
        How many purchases, at least 1, and what they were worth on average, above 0.

    Returns
    -------
    GammaGamma

    Raises
    ------
    ValueError
        If there are fewer than two customers, or all have the same mean.
    """
    _require(counts, means)
    if len(means) < 2 or means.min() == means.max():
        raise ValueError("the spread of values cannot be told from fewer than two different means")
    unit = float(means.mean())  # so that the parameters are of one size

    def objective(parameters: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        values, slopes = _likelihood(parameters, counts, means / unit)
        return float(values.sum()), slopes.sum(axis=1)

    p, q, v = likelihood.maximise(objective, np.array([2.0, 2.0, 1.0]))
    return GammaGamma(p, q, v * unit)


def _likelihood(
    parameters: NDArray[np.float64], counts: NDArray[np.float64], means: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the log-likelihood of each mean and its slopes by p, q and v."""
    p, q, v = parameters
    shape = p * counts
    spent = counts * means
    values = (
        special.gammaln(shape + q)
        - special.gammaln(shape)
        - special.gammaln(q)
        + q * np.log(v)
        + (shape - 1) * np.log(means)
        + shape * np.log(counts)
        - (shape + q) * np.log(v + spent)
    )
    both = special.digamma(shape + q)
    slopes = np.stack(
        [
            counts * (both - special.digamma(shape) + np.log(spent) - np.log(v + spent)),
            both - special.digamma(q) + np.log(v) - np.log(v + spent),
            q / v - (shape + q) / (v + spent),
        ]
    )
    return values, slopes


def _require(counts: NDArray[np.float64], means: NDArray[np.float64]) -> None:
    if counts.shape != means.shape:
        raise ValueError(f"counts and means differ in shape: {counts.shape} and {means.shape}")
    if np.any(counts < 1) or np.any(~(means > 0)):
        raise ValueError("counts must be at least 1 and means above 0")
