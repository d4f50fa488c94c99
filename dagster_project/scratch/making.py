"""Making relations after those they read, some at the same time."""

from __future__ import annotations

from concurrent.futures import FIRST_COMPLETED, wait
from typing import TYPE_CHECKING, Protocol, TypeVar

from dagster_project.beside import workers

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Future

    import duckdb

    from dagster_project.scratch.project import Model


class Made(Protocol):
    """What is made of a model, which names what it rests on."""

    @property
    def model(self) -> Model:
        """The model."""


Each = TypeVar("Each", bound=Made)


def in_order(
    connection: duckdb.DuckDBPyConnection,
    plan: Sequence[Each],
    make: Callable[[duckdb.DuckDBPyConnection, Each], None],
    *,
    at_once: int,
) -> None:
    """Call ``make`` for each once those that its model rests on are made, ``at_once`` at a time.

    Each call gets a connection of its own. The first failure is raised; no other is begun.
    """
    unmade = {each.model.unique_id for each in plan}
    waiting = list(plan)
    running: dict[Future[None], Each] = {}
    with workers(connection, at_once) as started:
        while waiting or running:
            ready = [each for each in waiting if unmade.isdisjoint(each.model.parents)]
            for each in ready[: at_once - len(running)]:
                waiting.remove(each)
                running[started.submit(make, each)] = each
            if not running:
                raise ValueError(f"nothing to begin with: {sorted(unmade)} rest on each other")
            for ended in wait(running, return_when=FIRST_COMPLETED).done:
                ended.result()
                unmade.discard(running.pop(ended).model.unique_id)
