"""Choosing a model by time: validated on past moments, judged on a later one nobody learnt from.

A row is a customer at a moment; its label is known a horizon later. A model that is to be tried on
a moment learns only from moments whose labels were known by then.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy import special

from ml.predictions import calibration, evaluation, fitting, search
from ml.predictions.model import KINDS, Kind, Prediction

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from ml.predictions.calibration import Calibration, Method
    from ml.predictions.evaluation import Gain, Quality

PREVALENCE = "prevalence"  # the baseline that gives everybody the share of the newest past moments


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is tried.

    Attributes
    ----------
    horizon : Timedelta
        How long after a moment its labels are known.
    folds : int
        Past moments that candidates are validated on.
    most_rows : int
        A fit learns from at most this many; see ``fitting.thin``.
    fewest_labels : int
        With fewer of either kind, to learn from or to be judged by, nothing is trained.
    trials : int
        Settings tried of each kind of model, the default included.
    searched_rows : int
        A fit learns from at most this many while settings are searched.
    fewest_searched : int
        With fewer labels of the rarer kind to learn from there is no search: the best of several
        trials on few customers is noise.
    """

    horizon: pd.Timedelta
    folds: int = 2
    most_rows: int = 12_000
    fewest_labels: int = 10
    trials: int = 3
    searched_rows: int = 4_000
    fewest_searched: int = 300


@dataclass(frozen=True, slots=True)
class Trial:
    """How a model did on the held-out moment, and by how much it beat others there."""

    quality: Quality
    gains: Mapping[str, Gain]
    validation_loss: float
    calibration: Method


@dataclass(frozen=True, slots=True)
class Selection:
    """What came of it.

    Attributes
    ----------
    model : Prediction or None
        Fitted on all moments; None where there is nothing to learn from.
    kind : str
        The kind chosen; empty without one.
    passes : bool
        Whether it beat its baselines beyond noise on the held-out moment.
    reason : str
        In words.
    trials : mapping of kind to Trial
        Every kind on the held-out moment.
    held_out : DataFrame
        The rows of that moment, with ``label`` and the ``probability`` of the chosen kind.
    judged : Prediction or None
        The model of the chosen kind that gave those probabilities.
    searched : mapping of kind to tuple of Tried
        The settings tried of each kind; a single one where there was no search.
    """

    model: Prediction | None
    kind: str
    passes: bool
    reason: str
    trials: Mapping[str, Trial] = field(default_factory=dict)
    held_out: pd.DataFrame = field(default_factory=pd.DataFrame)
    judged: Prediction | None = None
    searched: Mapping[Kind, tuple[search.Tried, ...]] = field(default_factory=dict)

    @property
    def settings(self) -> Mapping[str, Any]:
        """The settings of the chosen kind that were searched; empty where none were."""
        tried = self.searched.get(self.kind, ())  # type: ignore[call-overload]  # "" finds none
        return search.best(tried).settings if tried else {}


@dataclass(frozen=True, slots=True)
class _Folds:
    """Scores of models on moments that they had not learnt from, and what happened."""

    scores: list[NDArray[np.float64]]
    labels: list[NDArray[np.bool_]]

    def others(self, place: int) -> _Folds:
        keep = [i for i in range(len(self.scores)) if i != place]
        return _Folds([self.scores[i] for i in keep], [self.labels[i] for i in keep])

    def calibration(self, method: Method) -> Calibration:
        if not self.scores:
            return calibration.NONE
        labels = np.concatenate(self.labels)
        while not calibration.fits(method, labels):
            method = calibration.METHODS[calibration.METHODS.index(method) - 1]
        return calibration.fit(method, np.concatenate(self.scores), labels)

    def loss(self, method: Method) -> float:
        """Give the mean loss of each fold, calibrated on the others."""
        found = [
            evaluation.losses(
                labels, special.expit(self.others(i).calibration(method).log_odds(scores))
            ).mean()
            for i, (scores, labels) in enumerate(zip(self.scores, self.labels, strict=True))
        ]
        return float(np.mean(found)) if found else np.inf


def select(
    rows: pd.DataFrame,
    columns: Sequence[str],
    plan: Plan,
    *,
    incumbent: Kind | None = None,
    random_state: int,
    num_threads: int = 1,
) -> Selection:
    """Choose a kind of model, judge it, and fit it on everything.

    The kind with the lowest validation loss is taken if on the held-out moment it beats, beyond
    noise, the incumbent's kind and the logistic regression; else the incumbent's stays, unless the
    logistic regression beats it there beyond noise. It passes if it beats the prevalence.

    Parameters
    ----------
    rows : DataFrame of shape (n_rows, >= n_columns + 2)
        The features, ``as_of`` (the moment) and ``label`` (bool).
    columns : sequence of str
        The features to read.
    plan : Plan
    incumbent : {"logistic", "forest", "boosting"}, optional
        The kind that is in use.
    random_state : int
    num_threads : int

    Returns
    -------
    Selection
    """
    moments = sorted(rows["as_of"].unique())
    if len(moments) < 2:
        return _none(f"{len(moments)} past moments with known labels, 2 needed")
    last = moments[-1]
    usable = [moment for moment in moments if moment + plan.horizon <= last]
    past, held_out = rows[rows["as_of"].isin(usable)], rows[rows["as_of"] == last]
    for name, part in (("to learn from", past), ("to be judged by", held_out)):
        count = int(part["label"].sum())
        if min(count, len(part) - count) < plan.fewest_labels:
            return _none(
                f"{count} of {len(part)} customers {name} did it, "
                f"{plan.fewest_labels} who did and who did not needed"
            )
    work = _Work(columns, plan, random_state, num_threads)
    rarer = min(int(past["label"].sum()), int((~past["label"].astype(bool)).sum()))
    searched = work.searched(past, usable) if rarer >= plan.fewest_searched else {}
    work = replace(work, settings={kind: search.best(t).settings for kind, t in searched.items()})
    folds = {kind: work.validated(kind, past, usable) for kind in KINDS}
    methods = {kind: min(calibration.METHODS, key=found.loss) for kind, found in folds.items()}
    losses = {kind: found.loss(methods[kind]) for kind, found in folds.items()}
    judged = {
        kind: replace(work.fit(kind, past), calibration=folds[kind].calibration(methods[kind]))
        for kind in KINDS
    }
    labels = held_out["label"].to_numpy(dtype=bool)
    given = {kind: model.probabilities(held_out) for kind, model in judged.items()}
    recent = past["as_of"].isin(usable[-plan.folds :])
    rates: dict[str, NDArray[np.float64]] = {
        PREVALENCE: np.full(len(labels), past.loc[recent, "label"].mean()),
        **{str(kind): values for kind, values in given.items()},
    }
    lost = {name: evaluation.losses(labels, values) for name, values in rates.items()}
    trials: dict[str, Trial] = {
        kind: Trial(
            quality=evaluation.quality(labels, given[kind]),
            gains={other: evaluation.gain(lost[kind], lost[other]) for other in lost},
            validation_loss=losses[kind],
            calibration=judged[kind].calibration.method,
        )
        for kind in KINDS
    }
    best = min(KINDS, key=lambda kind: losses[kind])  # of equals the simplest
    chosen = choose(trials, best, incumbent)
    gain = trials[chosen].gains[PREVALENCE]
    final = _Folds(
        [*folds[chosen].scores, judged[chosen].scores(held_out)], [*folds[chosen].labels, labels]
    )
    model = replace(work.fit(chosen, rows), calibration=final.calibration(methods[chosen]))
    return Selection(
        model=model,
        kind=chosen,
        passes=gain.is_beyond_noise,
        reason=_reason(trials, best, chosen),
        trials=trials,
        held_out=held_out.assign(probability=given[chosen]),
        judged=judged[chosen],
        searched=searched,
    )


def choose(trials: Mapping[str, Trial], best: Kind, incumbent: Kind | None) -> Kind:
    """Give the kind to use: whatever takes another's place is better beyond noise.

    Parameters
    ----------
    trials : mapping of kind to Trial
    best, incumbent : kinds
        The best by validation, and the one in use, if any.

    Returns
    -------
    {"logistic", "forest", "boosting"}
        The best, if it beats the incumbent and the logistic regression. Else the incumbent, if the
        logistic regression does not beat it; that is the incumbent where there is none.
    """
    simplest = KINDS[0]
    current = simplest if incumbent is None else incumbent
    if all(trials[best].gains[other].is_beyond_noise for other in {current, simplest} - {best}):
        return best
    if current != simplest and trials[current].gains[simplest].high < 0:
        return simplest
    return current


@dataclass(frozen=True, slots=True)
class _Work:
    columns: Sequence[str]
    plan: Plan
    random_state: int
    num_threads: int
    settings: Mapping[Kind, Mapping[str, Any]] = field(default_factory=dict)

    def searched(
        self, past: pd.DataFrame, moments: Sequence[pd.Timestamp]
    ) -> dict[Kind, tuple[search.Tried, ...]]:
        quick = replace(self, plan=replace(self.plan, most_rows=self.plan.searched_rows))

        def loss_of(kind: Kind) -> Callable[[search.Settings], float]:
            def loss(settings: search.Settings) -> float:
                found = replace(quick, settings={kind: settings}).validated(kind, past, moments)
                return min(found.loss(method) for method in calibration.METHODS)

            return loss

        return {
            kind: search.search(
                kind, loss_of(kind), trials=self.plan.trials, seed=self.random_state
            )
            for kind in KINDS
        }

    def fit(self, kind: Kind, rows: pd.DataFrame) -> Prediction:
        labels = rows["label"].to_numpy(dtype=bool)
        chosen, weights = fitting.thin(labels, self.plan.most_rows, random_state=self.random_state)
        return fitting.fit(
            kind,
            rows.iloc[chosen],
            labels[chosen],
            self.columns,
            weights=weights,
            settings=self.settings.get(kind),
            random_state=self.random_state,
            num_threads=self.num_threads,
        )

    def validated(self, kind: Kind, past: pd.DataFrame, moments: Sequence[pd.Timestamp]) -> _Folds:
        found = _Folds([], [])
        for moment in moments[-self.plan.folds :]:
            known = past[past["as_of"] + self.plan.horizon <= moment]
            if known.empty or known["label"].nunique() < 2:
                continue
            there = past[past["as_of"] == moment]
            found.scores.append(self.fit(kind, known).scores(there))
            found.labels.append(there["label"].to_numpy(dtype=bool))
        return found


def _none(reason: str) -> Selection:
    return Selection(None, "", False, reason)


def _reason(trials: Mapping[str, Trial], best: Kind, chosen: Kind) -> str:
    gain = trials[chosen].gains[PREVALENCE]
    verdict = "beats" if gain.is_beyond_noise else "does not beat"
    words = [f"{chosen} {verdict} the prevalence on the held-out moment by {_words(gain)}"]
    if chosen != KINDS[0]:
        over = trials[chosen].gains[KINDS[0]]
        if over.is_beyond_noise:
            words.append(f"and the logistic regression by {_words(over)}")
        else:
            words.append(
                f"and stays the kind in use, {_words(over)} better than the logistic regression, "
                "which does not beat it beyond noise"
            )
    if best != chosen:
        gained = _words(trials[best].gains[chosen])
        words.append(f"though {best} did better in validation, it gained only {gained} there")
    return ", ".join(words)


def _words(gain: Gain) -> str:
    return f"{gain.mean:.4f} of log loss (95 %: {gain.low:.4f} to {gain.high:.4f})"
