"""What Dagster loads: everything that stands in ``defs``, on the platform of this environment."""

import dagster as dg

from dagster_project import settings as environment
from dagster_project.collecting import what_lasts
from dagster_project.platform import Platform

environment.apply(environment.load())
with what_lasts():
    defs = dg.Definitions.merge(
        dg.load_from_defs_folder(path_within_project=environment.PROJECT),
        dg.Definitions(
            resources={"platform": Platform(environment.load())},
            executor=dg.in_process_executor,
        ),
    )
