import csv
import hashlib
import stat

import duckdb
import pyarrow.parquet
import pytest

from edge.activation.targets import FilesTarget, Targets
from edge.activation.upload_lists import write_list
from tests.edge.activation.sending import leaves

COLUMNS = {
    "email": "contacts.email",
    "country": "customers.country",
    "items": "features.open_cart_items",
}


def files_target(**words):
    return Targets(
        targets={"crm_files": FilesTarget(kind="files", purpose="marketing_email", **words)}
    )


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()


def test_a_parquet_file_holds_the_rows_of_the_csv_file_with_their_types(home):
    targets = files_target(format="parquet", columns=COLUMNS, current_file=True)
    home.sync(targets=targets)
    home.build(leaves("c150") + leaves("c005"))
    home.sync(targets=targets)

    first, second = home.files()
    table = pyarrow.parquet.read_table(first)
    assert table.column_names == ["operation", "customer_id", *COLUMNS]
    assert str(table.schema.field("items").type) in ("int32", "int64")
    assert table.slice(0, 1).to_pylist() == [
        {
            "operation": "add",
            "customer_id": "c004",
            "email": "c004@private.example",
            "country": "DE",
            "items": 4,
        }
    ]
    nothing = {"email": None, "country": None, "items": None}
    assert pyarrow.parquet.read_table(second).to_pylist() == [
        {"operation": "remove", "customer_id": name, **nothing} for name in ("c005", "c150")
    ]
    current = first.with_name("current.parquet")
    assert stat.S_IMODE(current.stat().st_mode) == 0o600
    held = duckdb.sql(f"select customer_id from '{current}'").fetchall()
    assert {name for (name,) in held} == set(table["customer_id"].to_pylist()) - {"c005", "c150"}


def test_a_list_for_upload_holds_every_member_as_hashes_and_nothing_else(home):
    columns = {"email": "contacts.email", "country": "customers.country"}
    targets = files_target(format="csv", columns=columns, current_file=True, audience="google")
    home.sync(targets=targets)
    path = home.path / "exports" / "crm_files" / "cart_abandoners" / "current.csv"
    with path.open(newline="") as stream:
        rows = list(csv.DictReader(stream))

    assert list(rows[0]) == ["Email", "Country"]
    assert rows[0]["Email"] == digest("c004@private.example")
    assert "private.example" not in path.read_text()
    assert home.files() == []
    assert stat.S_IMODE(path.stat().st_mode) == 0o600

    home.build(leaves("c004"))
    home.sync(targets=targets)
    assert digest("c004@private.example") not in path.read_text()
    assert digest("c005@private.example") in path.read_text()


def test_a_list_leaves_out_whom_no_platform_finds(tmp_path):
    members = tmp_path / "members"
    members.write_text(
        '{"email": "John_Smith@gmail.com", "phone": "(650)555-1212"}\n'
        '{"email": "nobody", "phone": null}\n'
        '{"email": null, "phone": "+1 650 555 1212"}\n'
    )
    columns = frozenset({"email", "phone"})
    write_list(members, tmp_path / "list", platform="meta", columns=columns, region=None)

    smith = "62a14e44f765419d10fea99367361a727c12365e2520f32218d505ed9aa0f62f"
    phone = "e323ec626319ca94ee8bff2e4c87cf613be6ea19919ed1364124e16807ab3176"
    assert (tmp_path / "list").read_text().split() == ["email,phone", f"{smith},", f",{phone}"]


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ({"format": "jsonl", "current_file": True}, "format: csv with current_file"),
        ({"format": "csv"}, "format: csv with current_file"),
        ({"format": "csv", "current_file": True, "columns": COLUMNS}, "items: google takes"),
    ],
)
def test_a_list_that_no_platform_takes_is_refused(words, reason):
    columns = {"email": "contacts.email"}
    with pytest.raises(ValueError, match=reason):
        files_target(audience="google", **{"columns": columns, **words})


def test_a_region_without_telephone_numbers_to_hash_is_refused():
    with pytest.raises(ValueError, match="phone_region belongs to an audience"):
        files_target(format="csv", phone_region="DE")
