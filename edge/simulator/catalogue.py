"""The shop's products, and which of them a person with a given taste looks at."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from edge.simulator.chance import Flags, Floats, Integers, generator
from edge.simulator.wording import ADJECTIVES, BASE_PRICES, BRANDS, CATEGORIES, STYLES

_ALL, _CATEGORY, _STYLE, _OUTLET, _PREMIUM, _BRAND = range(6)
_CATEGORIES, _STYLES, _BRANDS = len(CATEGORIES), len(STYLES), len(BRANDS)
_BRANDS_PER_CATEGORY = 6
# where each kind of pool begins in the numbering of pools
_FIRST = np.cumsum([0, 1, _CATEGORIES, _CATEGORIES * _STYLES, _CATEGORIES, _CATEGORIES])
TRENDING_CATEGORY = 5
SEASONAL_DISCOUNT = 0.15


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Products, one row each, and the pools they are drawn from (prices in cents)."""

    category: Integers
    brand: Integers
    style: Integers
    list_price: Integers
    price: Integers
    sale_price: Integers
    margin_share: Floats
    is_margin_known: Flags
    popularity: Floats
    pool_products: Integers
    pool_shares: Floats

    def draw(
        self, kind: Integers, category: Integers, style: Integers, brand: Integers, chance: Floats
    ) -> Integers:
        """Return one product for each row, from the pool of its kind, by popularity."""
        pool = _FIRST[kind] + np.select(
            [kind == _ALL, kind == _STYLE, kind == _BRAND],
            [0, category * _STYLES + style, brand],
            category,
        )
        found = np.searchsorted(self.pool_shares, pool + chance, side="right")
        products: Integers = self.pool_products[np.minimum(found, len(self.pool_products) - 1)]
        return products

    def table(self) -> pa.Table:
        """Return the catalogue as it truly is, margins included."""
        numbers = np.arange(len(self.category))
        names = [
            f"{ADJECTIVES[n % len(ADJECTIVES)]} {STYLES[s]} {CATEGORIES[c][1 + n // 8 % 3]} {n}"
            for n, (c, s) in enumerate(zip(self.category, self.style, strict=True))
        ]
        return pa.table(
            {
                "product": numbers,
                "product_id": [f"p{n:05d}" for n in numbers],
                "sku": [f"SKU-{10_000 + n}" for n in numbers],
                "name": names,
                "category": [CATEGORIES[c][0] for c in self.category],
                "brand": [BRANDS[b] for b in self.brand],
                "style": [STYLES[s] for s in self.style],
                "list_price": self.list_price / 100,
                "price": self.price / 100,
                "sale_price": self.sale_price / 100,
                "margin_share": self.margin_share,
                "is_margin_known": self.is_margin_known,
                "popularity": self.popularity,
            }
        )


def pool_kinds(outlet: Floats, premium: Floats, chance: Floats) -> Integers:
    """Return the kind of pool each product view draws from; what is left goes to taste."""
    left = 1.0 - outlet - premium
    edges = np.cumsum([premium, outlet, left * 0.5, left * 0.2, left * 0.15], axis=0)
    kinds = np.array([_PREMIUM, _OUTLET, _STYLE, _CATEGORY, _BRAND, _ALL])
    drawn: Integers = kinds[(chance[None, :] >= edges).sum(axis=0)]
    return drawn


def make(*, customers: int, seed: int) -> Catalogue:
    """Make a catalogue whose size fits the number of customers."""
    chance = generator(seed, 1)
    size = int(np.clip(12 * np.sqrt(customers), 7 * _CATEGORIES, 12_000))
    numbers = np.arange(size)
    category = numbers % _CATEGORIES
    within = numbers // _CATEGORIES
    brand = (category * 2 + chance.integers(0, _BRANDS_PER_CATEGORY, size)) % _BRANDS
    cents = np.array(BASE_PRICES)[category] * 100 * chance.lognormal(0.0, 0.5, size)
    list_price = np.maximum(cents.astype(np.int64) // 100, 2) * 100 - 1
    is_outlet = within % 4 == 3
    discount = np.where(is_outlet, chance.uniform(0.2, 0.5, size), 0.0)
    price = np.rint(list_price * (1 - discount)).astype(np.int64)
    is_seasonal = ~is_outlet & (chance.random(size) < 0.3)
    sale_price = np.where(is_seasonal, np.rint(price * (1 - SEASONAL_DISCOUNT)), price)
    popularity = 1.0 / (chance.permutation(size) + 3.0) ** 0.9
    dear = np.empty(size, dtype=bool)
    for number in range(_CATEGORIES):
        rows = category == number
        dear[rows] = list_price[rows] >= np.quantile(list_price[rows], 0.75)
    style = within % _STYLES
    members = [
        (np.zeros(size, np.int64), np.ones(size, bool)),
        (category, np.ones(size, bool)),
        (category * _STYLES + style, np.ones(size, bool)),
        (category, is_outlet),
        (category, dear),
        (brand, np.ones(size, bool)),
    ]
    pools = np.concatenate([_FIRST[k] + pool[rows] for k, (pool, rows) in enumerate(members)])
    products = np.concatenate([numbers[rows] for _, rows in members])
    order = np.argsort(pools, kind="stable")
    pools, products = pools[order], products[order]
    return Catalogue(
        category=category,
        brand=brand,
        style=style,
        list_price=list_price,
        price=price,
        sale_price=sale_price.astype(np.int64),
        margin_share=np.round(chance.uniform(0.1, 0.6, size), 3),
        is_margin_known=chance.random(size) < 0.6,
        popularity=popularity / popularity.sum(),
        pool_products=products,
        pool_shares=_cumulated(pools, popularity[products]),
    )


def _cumulated(pools: Integers, weights: Floats) -> Floats:
    """Return pool number plus the share of its weight up to each row, ascending throughout."""
    sums = np.bincount(pools, weights)
    running = np.cumsum(weights / sums[pools])
    starts = np.searchsorted(pools, pools, side="left")
    before = np.where(starts > 0, running[starts - 1], 0.0)
    shares: Floats = np.minimum(pools + running - before, np.nextafter(pools + 1.0, 0))
    return shares
