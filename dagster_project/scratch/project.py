"""The dbt project as a graph: what rests on what, and the SQL that dbt makes of each model."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dagster_project import dbt_project, dbt_runs
from dagster_project.publish.files import replace_text
from edge.selects import Relation

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from dagster_project.settings import Settings

MOMENTS = "model.tessera.int_moments_evaluated"


@dataclass(frozen=True, slots=True)
class Model:
    """A relation that dbt makes or reads; a draft has the SQL already."""

    unique_id: str
    name: str
    relation: Relation
    parents: tuple[str, ...]
    kept_as: str
    meta: Mapping[str, Any]
    path: str
    sql: str = ""

    @property
    def is_source(self) -> bool:
        """Whether something other than dbt makes it."""
        return self.unique_id.startswith("source.")

    @property
    def is_segment(self) -> bool:
        """Whether it is a segment's file."""
        return self.kept_as == "segment"

    @property
    def trigger(self) -> Mapping[str, Any] | None:
        """The settings of a trigger; None of any other model."""
        settings: Mapping[str, Any] | None = (self.meta.get("segment") or {}).get("trigger")
        return settings


@dataclass(frozen=True, slots=True)
class Project:
    """All models and sources by their unique id, and which columns are keys of a relation."""

    settings: Settings
    manifest: Path
    models: Mapping[str, Model]
    keys: Mapping[Relation, Sequence[frozenset[str]]]
    children: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def segment(self, name: str) -> Model:
        """Return a segment by its name; raises LookupError, with near names, if there is none."""
        found = self.models.get(f"model.tessera.seg_{name.removeprefix('seg_')}")
        if found is None or not found.is_segment:
            import difflib

            names = [model.name[4:] for model in self.segments()]
            near = difflib.get_close_matches(name, names, n=3, cutoff=0.4) or names
            raise LookupError(f"no segment {name!r}; there is {', '.join(near) or 'none at all'}")
        return found

    def segments(self) -> list[Model]:
        """Return every segment, by name."""
        return sorted((m for m in self.models.values() if m.is_segment), key=lambda m: m.name)

    def descendants(self, roots: Iterable[str]) -> frozenset[str]:
        """Return what rests on any of the roots, without the roots themselves."""
        return _reach(roots, self.children)

    def ancestors(self, models: Iterable[Model]) -> frozenset[str]:
        """Return what the models rest on."""
        parents = {unique_id: frozenset(m.parents) for unique_id, m in self.models.items()}
        chosen = list(models)
        first = {parent for model in chosen for parent in model.parents}
        return _reach(first, parents) | first

    def compiled(self, models: Iterable[Model]) -> dict[str, str]:
        """Return the SQL of some models by unique id, as dbt renders it for a new warehouse.

        What was rendered of this very manifest is kept beside it.
        """
        wanted = {model.unique_id: model.name for model in models}
        path = self.manifest.with_name("compiled.json")
        identity = hashlib.sha256(self.manifest.read_bytes()).hexdigest()
        kept = _kept(path, identity)
        names = sorted(name for unique_id, name in wanted.items() if unique_id not in kept)
        if names:
            nodes = dbt_runs.compiled(["--select", *names], self.settings, self.manifest)
            kept |= {node.unique_id: node.compiled_code for node in nodes}
            text = json.dumps({"manifest": identity, "models": kept})
            replace_text(path, text)
        return {unique_id: kept[unique_id] for unique_id in wanted}

    def compile_evaluated(self) -> None:
        """Render all that depends on the moment ahead of the first question of a past one."""
        self.compiled(
            self.models[name]
            for name in self.descendants([MOMENTS])
            if not self.models[name].is_source
        )

    def draft(self, text: str, name: str, path: str) -> Model:
        """Compile the text of a segment's file that is not in the project yet."""
        (node,) = dbt_runs.compiled(["--inline", text], self.settings, self.manifest)
        return Model(
            unique_id=f"draft.{name}",
            name=f"seg_{name}",
            relation=("segments", f"seg_{name}"),
            parents=tuple(node.depends_on.nodes),
            kept_as="segment",
            meta=dict(node.config.meta),
            path=path,
            sql=node.compiled_code,
        )


def _kept(path: Path, identity: str) -> dict[str, str]:
    if not path.exists():
        return {}
    kept = json.loads(path.read_text(encoding="utf-8"))
    models: dict[str, str] = kept["models"] if kept["manifest"] == identity else {}
    return models


def load(settings: Settings) -> Project:
    """Read the parsed project, parsing it anew where a file is newer."""
    manifest = dbt_project.manifest(settings)
    parsed = json.loads(manifest.read_text(encoding="utf-8"))
    models = {
        unique_id: Model(
            unique_id=unique_id,
            name=node["name"],
            relation=(node["schema"], node.get("alias") or node["name"]),
            parents=tuple((node.get("depends_on") or {}).get("nodes", ())),
            kept_as=(node.get("config") or {}).get("materialized") or "table",
            meta=(node.get("config") or {}).get("meta") or {},
            path=node["original_file_path"],
        )
        for unique_id, node in (*parsed["nodes"].items(), *parsed["sources"].items())
        if node["resource_type"] in ("model", "source")
    }
    children: dict[str, set[str]] = defaultdict(set)
    for unique_id, model in models.items():
        for parent in model.parents:
            children[parent].add(unique_id)
    return Project(
        settings=settings,
        manifest=manifest,
        models=models,
        keys=_keys(parsed["nodes"].values(), models),
        children={parent: frozenset(found) for parent, found in children.items()},
    )


def ordered(models: dict[str, Model]) -> list[Model]:
    """Return models after those they rest on; names decide between equals."""
    waiting = Counter(
        {
            unique_id: sum(parent in models for parent in set(model.parents))
            for unique_id, model in models.items()
        }
    )
    order: list[Model] = []
    while waiting:
        ready = sorted(unique_id for unique_id, count in waiting.items() if count == 0)
        if not ready:
            raise ValueError(f"models depend on each other: {', '.join(sorted(waiting))}")
        for unique_id in ready:
            del waiting[unique_id]
            order.append(models[unique_id])
        for unique_id in waiting:
            waiting[unique_id] -= sum(name in models[unique_id].parents for name in ready)
    return order


def _keys(
    nodes: Iterable[Mapping[str, Any]], models: Mapping[str, Model]
) -> dict[Relation, list[frozenset[str]]]:
    keys: dict[Relation, list[frozenset[str]]] = defaultdict(list)
    for node in nodes:
        test = node.get("test_metadata") or {}
        if node["resource_type"] != "test" or test.get("name") not in ("key", "unique"):
            continue
        columns = test["kwargs"].get("columns") or [test["kwargs"].get("column_name")]
        model = models.get(node.get("attached_node") or "")
        if model is not None and all(columns):
            keys[model.relation].append(frozenset(columns))
    return keys


def _reach(roots: Iterable[str], edges: Mapping[str, frozenset[str]]) -> frozenset[str]:
    found: set[str] = set()
    waiting = list(roots)
    while waiting:
        new = edges.get(waiting.pop(), frozenset()) - found
        found |= new
        waiting.extend(new)
    return frozenset(found)
