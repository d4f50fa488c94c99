"""Stands in for dbt's ``model`` where sqlfluff renders one without a database."""

name = "seg_rendered_for_lint"
path = original_file_path = "models/segments/seg_rendered_for_lint.sql"
raw_code = ""
