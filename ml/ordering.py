"""An order of things in which those that are alike stand beside each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.cluster.hierarchy import leaves_list, linkage
from scipy.spatial.distance import squareform

if TYPE_CHECKING:
    from numpy.typing import NDArray


def by_similarity(similarity: NDArray[np.float64]) -> list[int]:
    """Order things by average linkage, each branch turned so that neighbours are most alike.

    Parameters
    ----------
    similarity : array of shape (n, n)
        Symmetric; 0 for nothing in common to 1 for the same.

    Returns
    -------
    list of int
        Every index from 0 to n - 1 once.

    Raises
    ------
    ValueError
        If the array is not square or not symmetric.

    References
    ----------
    Bar-Joseph, Z., Gifford, D. K., Jaakkola, T. S. (2001). Fast optimal leaf ordering for
    hierarchical clustering. Bioinformatics 17.
    """
    if similarity.ndim != 2 or similarity.shape[0] != similarity.shape[1]:
        raise ValueError(f"similarity must be square, got {similarity.shape}")
    if not np.allclose(similarity, similarity.T):
        raise ValueError("similarity must be symmetric")
    if len(similarity) < 3:
        return list(range(len(similarity)))
    distance = 1.0 - similarity
    np.fill_diagonal(distance, 0.0)
    tree = linkage(squareform(distance, checks=False), "average", optimal_ordering=True)
    return [int(index) for index in leaves_list(tree)]
