"""What customers are grouped by and what groups are called, read from ``config/clusters.yml``."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from edge.configuration import read

if TYPE_CHECKING:
    from pathlib import Path

    from ml.clusters.preparation import Recipe
    from ml.labels import Rule

Name = Annotated[str, Field(pattern="^[a-z][a-z0-9_]*$")]
FeatureName = Name
Bound = Annotated[float, Field(ge=-5, le=5)]


class FeatureSettings(BaseModel):
    """One feature. An unknown key is an error, so a typo is never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    of: Name
    per: Name | None = None
    weight: Annotated[float, Field(gt=0)] = 2.0
    missing: float | Literal["median", "lowest", "highest"] = "median"


class LabelSettings(BaseModel):
    """One name, and where the mean of a cluster must lie to bear it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    label: Annotated[str, Field(min_length=1, max_length=60)]
    at_least: Mapping[FeatureName, Bound] = {}
    at_most: Mapping[FeatureName, Bound] = {}

    @model_validator(mode="after")
    def _asks_something(self) -> Self:
        if not self.at_least and not self.at_most:
            raise ValueError(f"{self.label!r} has no bound: give at_least or at_most")
        return self


class ClusterSettings(BaseModel):
    """How customers are grouped."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    order_by: FeatureName
    scaling: Literal["z_score", "min_max", "robust"]
    correlated: Annotated[float, Field(gt=0, le=1)]
    components: Literal["all", "broken_stick"]
    categories: tuple[Name, ...] = ()
    strata: tuple[Name, ...] = ()
    features: Mapping[FeatureName, FeatureSettings]
    sets: Annotated[Mapping[Name, tuple[FeatureName, ...]], Field(min_length=1)]
    labels: tuple[LabelSettings, ...] = ()

    @model_validator(mode="after")
    def _names_what_there_is(self) -> Self:
        named = [("order_by", self.order_by)]
        named += [(f"sets.{name}", each) for name, given in self.sets.items() for each in given]
        named += [
            (f"the label {rule.label!r}", each)
            for rule in self.labels
            for each in (*rule.at_least, *rule.at_most)
        ]
        for where, name in named:
            if name not in self.features:
                raise ValueError(f"{where} names {name}, which is none of the features")
        labels = [rule.label for rule in self.labels]
        twice = sorted({label for label in labels if labels.count(label) > 1})
        if twice:
            raise ValueError(f"two rules are called {', '.join(twice)}")
        return self

    @cached_property
    def numbers(self) -> tuple[str, ...]:
        """Name the columns of numbers that are read."""
        read_columns = [
            column
            for feature in self.features.values()
            for column in (feature.of, feature.per)
            if column is not None
        ]
        return tuple(dict.fromkeys([*read_columns, *self.strata]))

    def recipes(self) -> dict[str, Recipe]:
        """Give every set of features with how it is prepared."""
        from ml.clusters.preparation import Feature, Recipe

        return {
            name: Recipe(
                features=tuple(
                    Feature(each, **self.features[each].model_dump()) for each in chosen
                ),
                categories=self.categories,
                scaling=self.scaling,
                correlated=self.correlated,
                components=self.components,
            )
            for name, chosen in self.sets.items()
        }

    def rules(self) -> tuple[Rule, ...]:
        """Give the rules that name clusters."""
        from ml.labels import Rule

        return tuple(Rule(each.label, each.at_least, each.at_most) for each in self.labels)


def load(path: Path) -> ClusterSettings:
    """Read the configuration; raise ValueError with one line where it is wrong."""
    return read(path, ClusterSettings)
