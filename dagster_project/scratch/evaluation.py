"""A scratch warehouse: the same SQL as live, at other moments and with what had arrived by then.

Relations that do not depend on the moments are views over the real warehouse, which is only read.
Those that do are made from the SQL that dbt compiles, in the order of their dependencies; each is
first pruned to the columns that somebody reads, so that a rule pays for no others.
"""

from __future__ import annotations

import difflib
import re
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from dagster_project.scratch import comparing, folders, making, project, pruning
from dagster_project.scratch.project import MOMENTS, Model, Project
from dagster_project.statements import statement
from dagster_project.warehouse import Warehouse, connect
from edge import selects
from edge.statements import fill, identifier, literal

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    import pyarrow as pa

    from dagster_project.settings import Settings
    from edge.selects import Relation, Tree

PACKAGE = "dagster_project.scratch"
KEYS = ("customer_id", "as_of")
EVERYONE = "model.tessera.ftr_customers"
SHOWN = ("customer_id", "visitor_id")  # what rows of a live relation may be shown by
ROWS_AT_ONCE = 2_000_000  # customers times moments; DuckDB joins some hundred bytes of each


@dataclass(frozen=True, slots=True)
class Laid:
    """A relation as it will be made, its text as a tree too, and what that reads."""

    model: Model
    sql: str
    tree: Tree
    reads: tuple[Relation, ...]


@dataclass
class Scratch:
    """A connection with the catalogs ``live``, ``warehouse`` (scratch) and ``analysis``.

    ``made`` are relations that a caller put in the place of live ones; what is laid for a target
    may lack columns that the target does not read, so each target has its own laid. ``at_once``
    relations are made at a time, which takes the memory of as many.
    """

    connection: duckdb.DuckDBPyConnection
    project: Project
    folder: Path
    live: frozenset[Relation]
    keys: Mapping[Relation, str]
    files: int = 1
    at_once: int = 1
    is_narrow: bool = False
    made: set[Relation] = field(default_factory=set)
    kinds: dict[Relation, str] = field(default_factory=dict)
    viewed: set[Relation] = field(default_factory=set)
    compiled: dict[str, str] = field(default_factory=dict)
    keys_found: dict[str, Sequence[frozenset[str]]] = field(default_factory=dict)

    @property
    def live_as_of(self) -> datetime:
        """The moment of the features and segments that the warehouse holds."""
        row = self.connection.execute(statement(PACKAGE, "live_moment")).fetchone()
        if row is None or row[0] is None:
            raise LookupError("nothing was evaluated yet: tessera run refresh_segments")
        moment: datetime = row[0]
        return moment

    def begin(self, moments: Sequence[datetime], *, of_others: Collection[str] = ()) -> None:
        """Start anew with these moments; views stand over whatever does not depend on them.

        ``of_others`` are further models and sources (unique ids) that the caller will replace.
        """
        self.files += 1
        path = self.folder / str(self.files) / "warehouse.duckdb"
        path.parent.mkdir()
        self._run("new_scratch", scratch=literal(path))
        self.made, self.viewed, self.kinds, self.is_narrow = set(), set(), {}, False
        roots = (MOMENTS, *of_others)
        moved = {
            self.project.models[name].relation
            for name in (*self.project.descendants(roots), *roots)
            if name in self.project.models
        }
        segments = {name for schema, name in moved if name.startswith("seg_")}
        for schema in sorted({schema for schema, _ in self.live} | {"conditions", "segments"}):
            self._run("create_schema", schema=identifier(schema))
        self._view_all(
            relation
            for relation in self.live - moved
            if not (relation[0] == "conditions" and relation[1] in segments)
        )
        row = self.connection.execute(statement(PACKAGE, "live_moment")).fetchone()
        given = {"moments": list(moments), "known_at": None if row is None else row[1]}
        self.connection.execute(statement(PACKAGE, "moments"), given)
        self.made.add(("intermediate", "int_moments_evaluated"))

    def batches(self, moments: Sequence[datetime]) -> list[list[datetime]]:
        """Part the moments so that the customers of a batch fit into memory without spilling."""
        (row,) = self.connection.execute(statement(PACKAGE, "customer_count")).fetchall()
        count = max(1, ROWS_AT_ONCE // self.at_once // max(row[0], 1))
        return [list(moments[start : start + count]) for start in range(0, len(moments), count)]

    def begin_live(self) -> None:
        """Start anew with views over all that is live."""
        self.begin([self.live_as_of])
        self._run("drop_table", **_names(self.project.models[MOMENTS].relation))
        self._view_all(self.live - self.kinds.keys())
        self.made = set()

    def lay_live(self, segment: Model) -> None:
        """Make the conditions of a segment over what is live."""
        self.compile([segment])
        self._make_segment(segment, self._sql(segment))

    def view_live(self, relation: Relation) -> None:
        """Put a view over a live relation."""
        if relation not in self.live:
            raise LookupError(
                f"{'.'.join(relation)} is not in the warehouse yet: tessera run refresh_segments"
            )
        self.drop(relation)
        key = self.keys.get(relation)
        if self.is_narrow and key in SHOWN:
            names = {"key": identifier(key), "shown": identifier(f"shown_{key}")}
            self._run("live_view_narrow", **_names(relation), **names)
        else:
            self._run("live_view", **_names(relation))
        self.kinds[relation] = "view"
        self.viewed.add(relation)

    def comparing(self, targets: Sequence[Model]) -> list[Model]:
        """Return what of the targets and their ancestors may compare customers with each other."""
        aggregates = self._aggregates()
        plan = self._plan(targets, (MOMENTS,), None)
        return [
            replace(laid.model, kept_as="segment" if laid.model.is_segment else "table")
            for laid in plan
            if comparing.compares(laid.tree, self._is_of_customers, aggregates)
        ]

    def narrow(self, customers: pa.Table) -> None:
        """Show to what is laid from now on the rows of some customers only; what is made stays.

        ``customers`` has a column ``customer_id``.
        """
        self.connection.register("customers_shown", customers)
        self._run("shown")
        self.connection.unregister("customers_shown")
        self.is_narrow = True

    def drop(self, relation: Relation) -> None:
        """Make room for a relation of another kind."""
        kind = self.kinds.pop(relation, None)
        self.viewed.discard(relation)
        if kind is not None:
            self._run(f"drop_{kind}", **_names(relation))

    def _view_all(self, relations: Iterable[Relation]) -> None:
        """Put views over live relations; a live view can be read once what it reads is there."""
        waiting = sorted(relations)
        while waiting:
            again = []
            for relation in waiting:
                try:
                    self.view_live(relation)
                except duckdb.CatalogException:
                    again.append(relation)
            if len(again) == len(waiting):
                return  # they rest on what the caller makes otherwise
            waiting = again

    def lay(
        self,
        targets: Sequence[Model],
        *,
        roots: Collection[str] = (),
        wanted: frozenset[str] | None = None,
        keeps_features: bool = False,
    ) -> list[Relation]:
        """Make the targets and what of their ancestors depends on the moments or on ``roots``.

        Returns the relations made. With ``keeps_features`` features are tables, as they are live:
        cheaper for many segments; without it views, cheaper for one.
        """
        plan = self._plan(targets, (MOMENTS, *roots), wanted)
        if self.is_narrow:
            for relation in sorted(
                self.viewed.intersection(chain.from_iterable(x.reads for x in plan))
            ):
                self.view_live(relation)

        def make(connection: duckdb.DuckDBPyConnection, laid: Laid) -> None:
            connection.execute(statement(PACKAGE, "use"))
            beside = replace(self, connection=connection)
            beside._make(laid, keeps_features=keeps_features)

        making.in_order(self.connection, plan, make, at_once=self.at_once)
        return [laid.model.relation for laid in plan]

    def _plan(
        self, targets: Sequence[Model], roots: Collection[str], wanted: frozenset[str] | None
    ) -> list[Laid]:
        moved = self.project.descendants(roots)
        needed = {m.unique_id: m for m in targets}
        for unique_id in self.project.ancestors(targets) & moved:
            model = self.project.models[unique_id]
            if model.relation not in self.made:
                needed.setdefault(unique_id, model)
        order = project.ordered(needed)
        self.compile(order)
        given = (self.project.models[name] for name in roots if name in self.project.models)
        of_others = {model.relation for model in (*order, *given)} | self.made
        facts = self._facts(order)
        columns: dict[Relation, set[str] | None] = {
            m.relation: None if wanted is None or m.is_segment else set(wanted) for m in targets
        }
        plan: list[Laid] = []
        for model in reversed(order):
            if model.relation not in columns:
                continue  # nobody reads it any more
            laid = self._pruned(model, columns[model.relation], facts)
            if not of_others.intersection(laid.reads) and model.relation in self.live:
                self.view_live(model.relation)  # what depended on the moments is not read
                continue
            plan.append(laid)
            self._want(laid, columns, wanted if wanted is None else columns[model.relation])
        return list(reversed(plan))

    def _facts(self, models: Iterable[Model]) -> pruning.Facts:
        keys = {relation: list(found) for relation, found in self.project.keys.items()}
        facts = pruning.Facts(keys, self._aggregates())
        for model in models:
            text = self._sql(model)
            if text not in self.keys_found:
                try:
                    tree = selects.parse(self.connection, text)
                except ValueError as error:
                    raise ValueError(f"{model.path}: {error}") from error
                self.keys_found[text] = pruning.keys_of(tree, facts)
            keys.setdefault(model.relation, []).extend(self.keys_found[text])
        return facts

    def _sql(self, model: Model) -> str:
        text = model.sql or self.compiled[model.unique_id]
        is_of_everyone = model.trigger is not None and EVERYONE in model.parents
        return fill(statement(PACKAGE, "everyone"), {"query": text}) if is_of_everyone else text

    def _pruned(self, model: Model, wanted: set[str] | None, facts: pruning.Facts) -> Laid:
        text = self._sql(model)
        tree = selects.parse(self.connection, text)
        before = str(tree)
        pruning.prune(tree, None if wanted is None else frozenset(wanted), facts)
        if str(tree) != before:
            written = selects.write(self.connection, tree)
            if written is None:  # whole, then, which costs time only
                tree = selects.parse(self.connection, text)
            else:
                text = written
        return Laid(model, text, tree, tuple(selects.reads(tree)))

    def _want(
        self, laid: Laid, columns: dict[Relation, set[str] | None], wanted: set[str] | None
    ) -> None:
        """Note which columns this relation reads of others."""
        names = set(pruning.mentioned(laid.tree))
        own = columns.get(laid.model.relation)
        passes_all = own is None and pruning.passes_all(laid.tree)
        whole = pruning.read_whole(laid.tree)
        for relation in set(laid.reads):
            if passes_all or relation[1] in whole:
                columns[relation] = None
            elif columns.get(relation, set()) is not None:
                columns[relation] = (columns.get(relation) or set()) | names | (own or set())

    def _is_of_customers(self, relation: Relation) -> bool:
        return relation in self.keys or relation not in self.live

    def _make(self, laid: Laid, *, keeps_features: bool) -> None:
        model = laid.model
        if model.is_segment:
            self._make_segment(model, laid.sql)
        else:
            is_stored = model.kept_as in ("table", "incremental") and (
                keeps_features or model.relation[0] != "features"
            )
            kind = "table" if is_stored else "view"
            self.drop(model.relation)
            self._run(kind, **_names(model.relation), query=laid.sql)
            self.kinds[model.relation] = kind

    def _make_segment(self, model: Model, sql: str) -> None:
        try:
            found = self.connection.sql(sql)
        except duckdb.BinderException as error:
            raise ValueError(self._in_words(model, str(error))) from error
        types = dict(zip(found.columns, map(str, found.types), strict=True))
        conditions = [name for name, type_ in types.items() if type_ == "BOOLEAN"]
        values = [name for name in types if name not in conditions]
        if not conditions or not set(KEYS) <= set(values):
            raise ValueError(
                f"{model.path}: select customer_id, as_of and at least one boolean column"
            )
        all_hold = " and ".join(f"coalesce({identifier(name)}, false)" for name in conditions)
        table = identifier(model.name)
        self._run("conditions", table=table, all_hold=all_hold, query=sql)
        self._run("members", table=table, values=", ".join(map(identifier, values)))

    def _in_words(self, model: Model, message: str) -> str:
        """Say which column there is not, and what its tables have of a like name."""
        missing = re.search(r'column "?(\w+)"? not found|have a column named "(\w+)"', message)
        if missing is None:
            return f"{model.path}: {message.splitlines()[0]}"
        name = missing[1] or missing[2]
        columns: set[str] = set()
        for parent in model.parents:
            schema, table = self.project.models[parent].relation
            given = {"schema": schema, "table": table}
            rows = self.connection.execute(statement(PACKAGE, "live_columns"), given).fetchall()
            columns.update(column for (column,) in rows)
        near = difflib.get_close_matches(name, sorted(columns), n=3) or sorted(columns)[:10]
        return f"{model.path}: there is no column {name!r}; there is {', '.join(near)}"

    def compile(self, models: Iterable[Model]) -> None:
        """Let dbt render the SQL of some models, all at once; drafts bring theirs."""
        absent = [m for m in models if not m.sql and m.unique_id not in self.compiled]
        self.compiled.update(self.project.compiled(absent))

    def _aggregates(self) -> frozenset[str]:
        rows = self.connection.execute(statement(PACKAGE, "aggregates")).fetchall()
        return frozenset(name for (name,) in rows)

    def _run(self, name: str, **values: str) -> None:
        self.connection.execute(fill(statement(PACKAGE, name), values))


@contextmanager
def opened(
    settings: Settings, holder: str, tell: Callable[[str], None] | None = None
) -> Iterator[Scratch]:
    """Open a scratch warehouse, the real one read-only under its lock.

    Raises LookupError where nothing was ever loaded.
    """
    warehouse = Warehouse(settings)
    if not warehouse.exists:
        raise LookupError(f"no warehouse in {settings.home} yet: load files, then run a job")
    parsed = project.load(settings)
    with warehouse.locked(holder, tell), folders.own(settings.home / "tmp") as folder:
        connection = connect(":memory:", settings)
        try:
            text = fill(
                statement(PACKAGE, "attach_live"),
                {
                    "live": literal(settings.warehouse),
                    "scratch": literal(folder / "warehouse.duckdb"),
                    "analysis": literal(folder / "analysis.duckdb"),
                },
            )
            connection.execute(text)
            rows = connection.execute(statement(PACKAGE, "live_relations")).fetchall()
            live = frozenset((schema, table) for schema, table in rows)
            given = {"keys": list(comparing.KEYS)}
            rows = connection.execute(statement(PACKAGE, "live_keys"), given).fetchall()
            keys = {(schema, table): key for schema, table, key in rows}
            yield Scratch(connection, parsed, folder, live, keys)
        finally:
            connection.close()


def renamed(model: Model, name: str) -> Model:
    """Return a segment under another name."""
    return replace(model, name=f"seg_{name}", relation=("segments", f"seg_{name}"))


def _names(relation: Relation) -> dict[str, Any]:
    return {"schema": identifier(relation[0]), "table": identifier(relation[1])}
