from dagster_project.scratch import folders


def test_what_a_killed_process_left_goes_when_the_next_one_begins(tmp_path):
    temporary = tmp_path / "tmp"
    left = temporary / "scratch-left"
    left.mkdir(parents=True)
    (left / "warehouse.duckdb").write_text("rows")
    (temporary / "duckdb_temp_storage-0.tmp").write_text("another's")

    with folders.own(temporary) as folder:
        assert sorted(temporary.iterdir()) == [temporary / "duckdb_temp_storage-0.tmp", folder]

    assert list(temporary.iterdir()) == [temporary / "duckdb_temp_storage-0.tmp"]
