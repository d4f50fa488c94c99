"""The page that dbt makes of its models, with what segments say of themselves."""

import json
import re
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dagster_project import dbt_project
from dagster_project.reports import page
from dagster_project.settings import Settings
from dagster_project.statements import statement
from edge.published import open_newest

FILE = "dbt_docs.html"
TRACKER = re.compile(r"//\w+\.cloudfront\.net/[\w./]+")
Content = dict[str, Any]


def write(settings: Settings) -> Path:
    """Write the page to the reports, with the columns that are published, and return its path.

    Raises LookupError where nothing was published yet.
    """
    from dbt.task.docs import DOCS_INDEX_FILE_PATH

    with open_newest(settings.published) as (_, connection):
        columns = connection.execute(statement("dagster_project", "relation_columns")).fetchall()
    parsed = json.loads(dbt_project.manifest(settings).read_text(encoding="utf-8"))
    described = documented(parsed)
    given = {"MANIFEST": described, "CATALOG": catalogue(described, columns)}
    # dbt's page would load a tracker from elsewhere
    text = TRACKER.sub("", Path(DOCS_INDEX_FILE_PATH).read_text(encoding="utf-8"))
    for name, content in given.items():
        text = text.replace(f'"{name}.JSON INLINE DATA"', json.dumps(content).replace("</", "<\\/"))
    return page.write(settings.reports / FILE, text)


def documented(manifest: Mapping[str, Any]) -> Content:
    """Return what dbt parsed, with what it cannot know: a segment is told by its own file.

    The first comment of the file is its description, and a target rests on the segments that name
    it. Macros of others are left out.
    """
    nodes = {
        key: {**node, "description": dbt_project.description(node)}
        for key, node in manifest["nodes"].items()
    }
    sent: dict[str, list[str]] = defaultdict(list)
    for key, node in nodes.items():
        for target in (node.get("meta") or {}).get("segment", {}).get("targets", ()):
            sent[target].append(key)
    exposures, parents = {}, dict(manifest["parent_map"])
    children = {key: list(found) for key, found in manifest["child_map"].items()}
    for key, exposure in manifest["exposures"].items():
        segments = sorted(sent[exposure["name"]])
        rests_on = {**exposure["depends_on"]}
        rests_on["nodes"] = [*rests_on["nodes"], *segments]
        exposures[key] = {**exposure, "depends_on": rests_on}
        parents[key] = rests_on["nodes"]
        for segment in segments:
            children.setdefault(segment, []).append(key)
    own = {
        key: macro
        for key, macro in manifest["macros"].items()
        if macro["package_name"] == manifest["metadata"]["project_name"]
    }
    return {
        **manifest,
        "nodes": nodes,
        "exposures": exposures,
        "macros": own,
        "parent_map": parents,
        "child_map": children,
    }


def catalogue(manifest: Mapping[str, Any], columns: list[tuple[str, str, str, str]]) -> Content:
    """Return the columns of each relation that is published, as dbt's page reads them."""
    found: dict[tuple[str, str], Content] = defaultdict(dict)
    for schema, table, name, type_ in columns:
        known = found[schema, table]
        known[name] = {"name": name, "type": type_, "index": len(known) + 1, "comment": None}
    parts: dict[str, Content] = {"nodes": {}, "sources": {}}
    for part, entries in parts.items():
        for key, node in manifest[part].items():
            relation = node["schema"], node.get("identifier") or node.get("alias") or node["name"]
            if relation in found:
                about = {"schema": relation[0], "name": relation[1], "type": "TABLE"}
                entries[key] = {
                    "unique_id": key,
                    "metadata": {**about, "database": node["database"], "owner": None},
                    "columns": found[relation],
                    "stats": {},
                }
    return {"metadata": {}, **parts, "errors": None}
