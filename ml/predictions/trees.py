"""Forests and boosted trees as flat arrays: kept without pickles, evaluated with numpy alone."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Trees:
    """Binary trees whose nodes stand one after another.

    Attributes
    ----------
    roots : ndarray of int, shape (n_trees,)
        Where each tree begins.
    feature : ndarray of int, shape (n_nodes,)
        The column a node asks for.
    threshold : ndarray of float, shape (n_nodes,)
        At most this goes left; a leaf sends everything to itself.
    left, right : ndarray of int, shape (n_nodes,)
        The next node.
    value : ndarray of float, shape (n_nodes,)
        What a leaf answers; elsewhere the mean of the answers below, by the rows of the training.
    depth : int
        Steps after which every row has reached its leaf.
    """

    roots: NDArray[np.int32]
    feature: NDArray[np.int32]
    threshold: NDArray[np.float64]
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    value: NDArray[np.float64]
    depth: int

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Give what ``restore`` needs."""
        arrays = {name.name: getattr(self, name.name) for name in fields(self)}
        return {f"trees_{name}": np.asarray(array) for name, array in arrays.items()}

    @classmethod
    def restore(cls, arrays: Mapping[str, NDArray[Any]]) -> Trees:
        """Make the trees again from their arrays."""
        found: dict[str, Any] = {name.name: arrays[f"trees_{name.name}"] for name in fields(cls)}
        return cls(**{**found, "depth": int(found["depth"])})

    def sums(self, matrix: NDArray[np.float64], start: float = 0.0) -> NDArray[np.float64]:
        """Add up the answers of all trees, in their order.

        Parameters
        ----------
        matrix : ndarray of float, shape (n_rows, n_columns)
            Without missing values.
        start : float
            What the first answer is added to.

        Returns
        -------
        ndarray of float, shape (n_rows,)
        """
        total = np.full(len(matrix), start)
        for root in self.roots:
            *_, leaves = self._path(matrix, root)
            total += self.value[leaves]
        return total

    def contributions(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        """Say what each column adds to the sum: how the mean moves at the nodes that ask for it.

        Parameters
        ----------
        matrix : ndarray of float, shape (n_rows, n_columns)
            Without missing values.

        Returns
        -------
        ndarray of float, shape (n_rows, n_columns)
            ``sums(matrix)`` less ``base()`` is the sum of a row.
        """
        rows = np.arange(len(matrix))
        found = np.zeros(matrix.shape)
        for root in self.roots:
            path = self._path(matrix, root)
            place = next(path)
            for after in path:
                found[rows, self.feature[place]] += self.value[after] - self.value[place]
                place = after
        return found

    def base(self) -> float:
        """Give the sum of the means of all trees: what is answered before any question."""
        return float(self.value[self.roots].sum())

    def _path(self, matrix: NDArray[np.float64], root: int) -> Iterator[NDArray[np.int32]]:
        """Yield where the rows are, step by step from a root to the leaves."""
        flat = np.ascontiguousarray(matrix).reshape(-1)
        start = np.arange(len(matrix)) * matrix.shape[1]
        place = np.full(len(matrix), root, dtype=np.int32)
        yield place
        for _ in range(self.depth):
            goes_left = flat.take(start + self.feature[place]) <= self.threshold[place]
            place = np.where(goes_left, self.left[place], self.right[place])
            yield place


@dataclass(frozen=True, slots=True)
class _Tree:
    """One tree as scikit-learn keeps it; a leaf has ``left`` below 0."""

    feature: NDArray[Any]
    threshold: NDArray[Any]
    left: NDArray[Any]
    right: NDArray[Any]
    value: NDArray[Any]
    rows: NDArray[Any]


def of_forest(forest: Any) -> Trees:  # noqa: ANN401 - scikit-learn ships no types
    """Take the trees of a fitted ``RandomForestClassifier`` of two classes.

    Parameters
    ----------
    forest : RandomForestClassifier
        Its answers are probabilities of the second class; it compares single-precision values.

    Returns
    -------
    Trees
    """
    return _joined(
        [
            _Tree(
                tree.feature, tree.threshold, tree.children_left, tree.children_right,
                tree.value[:, 0, 1], tree.weighted_n_node_samples,
            )
            for tree in (estimator.tree_ for estimator in forest.estimators_)
        ]
    )  # fmt: skip


def of_boosting(boosting: Any) -> Trees:  # noqa: ANN401 - scikit-learn ships no types
    """Take the trees of a fitted ``HistGradientBoostingClassifier`` of two classes.

    Parameters
    ----------
    boosting : HistGradientBoostingClassifier
        Fitted without missing values and categorical columns; its answers are log-odds, to which
        its baseline prediction is to be added.

    Returns
    -------
    Trees
    """
    found = []
    for (predictor,) in boosting._predictors:
        nodes = predictor.nodes
        is_leaf = nodes["is_leaf"].astype(bool)
        found.append(
            _Tree(
                feature=nodes["feature_idx"],
                threshold=nodes["num_threshold"],
                left=np.where(is_leaf, -1, nodes["left"].astype(np.int64)),
                right=np.where(is_leaf, -1, nodes["right"].astype(np.int64)),
                value=nodes["value"],
                rows=nodes["count"],
            )
        )
    return _joined(found)


def _joined(trees: Sequence[_Tree]) -> Trees:
    sizes = [len(tree.feature) for tree in trees]
    roots = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int32)
    pieces, depth = [], 0
    for tree, root in zip(trees, roots, strict=True):
        is_leaf = tree.left < 0
        own = np.arange(len(tree.left))
        left, right = np.where(is_leaf, own, tree.left), np.where(is_leaf, own, tree.right)
        value, levels = _means(tree, is_leaf)
        depth = max(depth, levels)
        pieces.append(
            (
                np.where(is_leaf, 0, tree.feature),
                np.where(is_leaf, np.inf, tree.threshold),
                left + root,
                right + root,
                value,
            )
        )
    feature, threshold, left, right, value = (np.concatenate(p) for p in zip(*pieces, strict=True))
    return Trees(
        roots=roots,
        feature=feature.astype(np.int32),
        threshold=threshold.astype(np.float64),
        left=left.astype(np.int32),
        right=right.astype(np.int32),
        value=value.astype(np.float64),
        depth=depth,
    )


def _means(tree: _Tree, is_leaf: NDArray[np.bool_]) -> tuple[NDArray[np.float64], int]:
    """Give the mean answer below each node, and how many steps its deepest leaf is away."""
    value = np.where(is_leaf, tree.value, 0.0)
    levels: list[NDArray[np.int64]] = [np.array([0])]
    while True:
        inner = levels[-1][~is_leaf[levels[-1]]]
        if not len(inner):
            break
        levels.append(np.concatenate([tree.left[inner], tree.right[inner]]).astype(np.int64))
    for level in reversed(levels):
        inner = level[~is_leaf[level]]
        left, right = tree.left[inner], tree.right[inner]
        weights = np.stack([tree.rows[left], tree.rows[right]]).astype(float)
        value[inner] = (weights * np.stack([value[left], value[right]])).sum(axis=0) / weights.sum(
            axis=0
        )
    return value, len(levels) - 1
