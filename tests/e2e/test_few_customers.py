"""Evaluating few customers says of them what evaluating all of them says."""

from datetime import timedelta

import pytest

from dagster_project import settings
from dagster_project.scratch import clusters, evaluation

EVERY = 7  # one customer in so many is evaluated
ROWS = """
select conditions.* from warehouse.conditions.{segment} as conditions
where conditions.customer_id in (select customer_id from few) order by all
"""


@pytest.mark.slow
def test_few_customers_are_evaluated_as_they_are_among_all(refreshed):
    given = settings.load({"TESSERA_HOME": str(refreshed)})
    with evaluation.opened(given, "test") as scratch:
        moment = scratch.live_as_of - timedelta(days=20)
        segments = scratch.project.segments()
        few = scratch.connection.execute(
            "select customer_id from live.marts.dim_customers "
            f"where hash(customer_id) % {EVERY} = 0"
        ).to_arrow_table()
        assert few.num_rows > 50
        scratch.connection.register("few", few)

        def rows(segment):
            return scratch.connection.execute(ROWS.format(segment=segment.name)).fetchall()

        scratch.begin([moment])
        clusters.assign(scratch, segments, [moment])
        scratch.lay(segments, keeps_features=True)
        among_all = {segment.name: rows(segment) for segment in segments}
        assert sum(map(len, among_all.values())) > 20 * few.num_rows

        scratch.begin([moment])
        of_all = scratch.comparing(segments)
        clusters.assign(scratch, of_all, [moment])
        scratch.lay(of_all, keeps_features=True)
        scratch.made |= {model.relation for model in of_all}
        scratch.narrow(few)
        rest = [segment for segment in segments if segment.relation not in scratch.made]
        assert 0 < len(rest) < len(segments)
        clusters.assign(scratch, rest, [moment])
        scratch.lay(rest, keeps_features=True)
        for segment in rest:
            assert rows(segment) == among_all[segment.name], segment.name
        shown = scratch.connection.execute(
            "select count(*) from warehouse.features.ftr_customers"
        ).fetchone()
        assert 0 < shown[0] <= few.num_rows
