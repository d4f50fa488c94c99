import fcntl
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time

import pytest

from edge import landing
from tests.conftest import PROJECT


@pytest.fixture
def inbox(tmp_path):
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


@pytest.fixture
def area(tmp_path):
    return tmp_path / "landing"


def write(path, content="x"):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    return path


def land(paths, area, *, source="shop", kind="events"):
    return landing.land(paths, source=source, landing=area, kind=kind)


def visible(area):
    return sorted(
        str(path.relative_to(area))
        for path in area.rglob("*")
        if path.is_file() and not path.name.startswith(".")
    )


def test_files_are_numbered_by_arrival_over_all_sources(inbox, area):
    first = write(inbox / "b.jsonl", "1")
    second = write(inbox / "a.csv", "2")
    third = write(inbox / "a.jsonl", "3")
    assert [file.file for file in land([first], area)] == ["00000001-b.jsonl"]
    land([second], area, source="crm", kind="customers")
    land([third], area)
    assert visible(area) == [
        "crm/00000002-a.csv",
        "shop/00000001-b.jsonl",
        "shop/00000003-a.jsonl",
    ]


def test_a_folder_gives_its_fitting_files_in_the_order_of_their_names(inbox, area):
    for name in (
        "web/2026-01-02.jsonl",
        "server/2026-01-01.jsonl.gz",
        "web/2026-01-01.jsonl",
        "README.md",
        "crm.csv",
        "truth/people.jsonl",
        "deep/truth/people.jsonl",
        ".hidden.jsonl",
        ".git/x.jsonl",
    ):
        write(inbox / name, name)
    landed = land([inbox], area)
    assert [(str(file.path.relative_to(inbox)), file.file, file.status) for file in landed] == [
        ("web/2026-01-01.jsonl", "00000001-2026-01-01.jsonl", "landed"),
        ("server/2026-01-01.jsonl.gz", "00000002-2026-01-01.jsonl.gz", "landed"),
        ("web/2026-01-02.jsonl", "00000003-2026-01-02.jsonl", "landed"),
        ("README.md", None, "left out"),
        ("crm.csv", None, "left out"),
    ]


def test_a_table_s_folder_gives_its_tables(inbox, area):
    for name in ("a.csv", "b.parquet", "c.jsonl"):
        write(inbox / name, name)
    landed = land([inbox], area, kind="customers")
    assert [file.file for file in landed] == ["00000001-a.csv", "00000002-b.parquet", None]


def test_a_file_named_outright_is_taken_whatever_its_ending(inbox, area):
    landed = land([write(inbox / "events.txt"), write(inbox / ".hidden", "y")], area)
    assert [file.status for file in landed] == ["landed", "landed"]
    assert [file.file for file in landed] == ["00000001-events.txt", "00000002-.hidden"]


def test_the_same_content_lands_once_in_a_source(inbox, area):
    first = write(inbox / "a.jsonl", "same")
    again = write(inbox / "b.jsonl", "same")
    other = write(inbox / "c.jsonl", "diff")
    landed = land([first, again, other], area)
    assert [(file.file, file.status) for file in landed] == [
        ("00000001-a.jsonl", "landed"),
        ("00000001-a.jsonl", "already landed"),
        ("00000002-c.jsonl", "landed"),
    ]
    assert [file.status for file in land([inbox], area)] == ["already landed"] * 3
    assert [file.status for file in land([first], area, source="app")] == ["landed"]
    assert len(visible(area)) == 3


def test_names_become_safe_and_keep_their_ending(inbox, area):
    long = "n" * 240 + ".jsonl.gz"
    landed = land([write(inbox / "tag [1]*?é.jsonl"), write(inbox / long, "y")], area)
    assert landed[0].file == "00000001-tag_1_.jsonl"
    assert landed[1].file.endswith("n.jsonl.gz")
    assert len(landed[1].file) < 255


def test_a_number_is_not_given_again_after_its_file_is_removed(inbox, area):
    land([write(inbox / "a.jsonl", "1")], area)
    (area / "shop" / "00000001-a.jsonl").unlink()
    assert land([write(inbox / "a.jsonl", "2")], area)[0].file == "00000002-a.jsonl"


def test_numbers_go_on_after_the_highest_found(inbox, area):
    write(area / "app" / "00000041-restored.jsonl")
    assert land([write(inbox / "a.jsonl", "2")], area)[0].file == "00000042-a.jsonl"


@pytest.mark.parametrize("name", ["", "Shop", "1shop", "a-b", "../shop", "a b", "shöp", ".shop"])
def test_a_source_s_name_is_checked(inbox, area, name):
    with pytest.raises(ValueError, match="lower-case letters"):
        land([write(inbox / "a.jsonl")], area, source=name)
    assert not area.exists()


def test_mistakes_are_told_before_anything_is_copied(inbox, area):
    good = write(inbox / "a.jsonl")
    with pytest.raises(ValueError, match="missing is no file and no folder: check the path"):
        land([good, inbox / "missing"], area)
    empty = inbox / "empty"
    empty.mkdir()
    with pytest.raises(ValueError, match=r"empty holds no \.jsonl or \.jsonl\.gz file"):
        land([good, empty], area)
    with pytest.raises(ValueError, match="kind must be one of"):
        land([good], area, kind="pictures")
    with pytest.raises(ValueError, match="tessera_ledger is kept by the platform"):
        land([good], area, source="tessera_ledger")
    assert not area.exists()


def test_a_file_that_grows_while_it_is_copied_does_not_land(inbox, area, monkeypatch):
    growing, still = write(inbox / "a.jsonl", "x"), write(inbox / "b.jsonl", "y")
    monkeypatch.setattr(landing, "_signature", growing_signature(growing, landing._signature))
    landed = land([growing, still], area)
    assert [(file.file, file.status) for file in landed] == [
        (None, "still growing"),
        ("00000001-b.jsonl", "landed"),
    ]


def growing_signature(growing, signature):
    """Append to one file whenever it is looked at."""

    def look(path):
        found = signature(path)
        if path == growing:
            with path.open("a") as stream:
                stream.write("x")
        return found

    return look


def test_a_copy_is_never_seen_before_it_is_whole(inbox, area, monkeypatch):
    seen = []
    copy = landing._copy

    def watched(path, partial):
        arrival = copy(path, partial)
        seen.append(visible(area))
        return arrival

    monkeypatch.setattr(landing, "_copy", watched)
    land([write(inbox / f"{name}.jsonl", name) for name in "abc"], area)
    assert [[name for name in names if "arriving" not in name] for names in seen] == [[], [], []]
    assert len(visible(area)) == 3


KILLED = """
    import os, signal, sys
    from pathlib import Path
    from edge import landing
    copies = 0
    copy = landing._copy
    def killed(path, partial):
        global copies
        copies += 1
        arrival = copy(path, partial)
        if copies == 2:
            os.kill(os.getpid(), signal.SIGKILL)
        return arrival
    landing._copy = killed
    landing.land([Path(sys.argv[1])], source="shop", landing=Path(sys.argv[2]), kind="events")
"""


def test_a_killed_copy_leaves_nothing_and_is_tidied(inbox, area):
    for name in "abc":
        write(inbox / f"{name}.jsonl", name)
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(KILLED), str(inbox), str(area)],
        cwd=PROJECT,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL
    assert [path.name for path in (area / "shop").glob("[!.]*")] == []
    assert len(list((area / "shop").glob(".arriving-*"))) == 1
    assert [file.status for file in land([inbox], area)] == ["landed"] * 3
    assert list((area / "shop").glob(".arriving-*")) == []


def test_what_a_living_writer_holds_is_not_tidied(inbox, area):
    hidden = area / "shop" / ".arriving-other"
    write(hidden / "0")
    descriptor = os.open(hidden, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    land([write(inbox / "a.jsonl")], area)
    landing.adopt(area)
    assert (hidden / "0").exists()
    os.close(descriptor)
    landing.adopt(area)
    assert not hidden.exists()


def test_two_at_once_share_out_the_numbers(inbox, area):
    (area / "shop").mkdir(parents=True)
    for source in ("shop", "app"):
        for index in range(20):
            write(inbox / source / f"{index:02}.jsonl", f"{source}{index}")
    threads = [
        threading.Thread(target=land, args=([inbox / source], area), kwargs={"source": source})
        for source in ("shop", "app")
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    numbers = sorted(int(name.split("/")[1][:8]) for name in visible(area))
    assert numbers == list(range(1, 41))


def test_two_at_once_with_the_same_content_land_it_once(inbox, area):
    for index in range(20):
        write(inbox / f"{index:02}.jsonl", f"content {index}")
    threads = [threading.Thread(target=land, args=([inbox], area)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(visible(area)) == 20


def test_content_may_be_put_without_a_file(area):
    landed = landing.put(b"{}\n", name="build.jsonl", source="tessera_ledger", landing=area)
    assert landed.file == "00000001-build.jsonl"
    assert (area / "tessera_ledger" / landed.file).read_bytes() == b"{}\n"


def test_files_dropped_by_hand_get_numbers_in_the_order_of_their_names(inbox, area):
    write(area / "shop" / "b.jsonl", "1")
    write(area / "app" / "c d.jsonl", "2")
    write(area / "shop" / "a.jsonl", "3")
    write(area / "shop" / "00000007-known.jsonl", "4")
    write(area / "shop" / ".hidden", "5")
    adopted = landing.adopt(area, settle_seconds=0.05)
    assert [(file.path.name, file.file, file.status) for file in adopted] == [
        ("a.jsonl", "00000008-a.jsonl", "landed"),
        ("b.jsonl", "00000009-b.jsonl", "landed"),
        ("c d.jsonl", "00000010-c_d.jsonl", "landed"),
    ]
    assert landing.adopt(area) == []


def test_an_old_file_is_adopted_without_waiting(area, monkeypatch):
    path = write(area / "shop" / "a.jsonl")
    os.utime(path, ns=(0, 0))
    monkeypatch.setattr(landing.time, "sleep", lambda seconds: pytest.fail("waited"))
    assert [file.status for file in landing.adopt(area)] == ["landed"]


def test_a_growing_file_is_not_adopted(area):
    path = write(area / "shop" / "a.jsonl")
    still = write(area / "shop" / "b.jsonl")
    stop = threading.Event()

    def grow():
        # Opened anew each time, as a tool does that appends: only the size and time tell.
        while not stop.wait(0.01):
            with path.open("a") as stream:
                stream.write("x")

    writer = threading.Thread(target=grow)
    writer.start()
    try:
        adopted = landing.adopt(area, settle_seconds=0.3)
    finally:
        stop.set()
        writer.join()
    assert [(file.path, file.status) for file in adopted] == [
        (path, "still growing"),
        (still, "landed"),
    ]
    assert landing.adopt(area, settle_seconds=0.3)[0].file == "00000002-a.jsonl"


def test_a_file_that_a_writer_holds_open_is_not_adopted(area):
    path = write(area / "shop" / "a.jsonl")
    os.utime(path, ns=(0, 0))
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys; f = open(sys.argv[1], 'a'); print('open', flush=True); sys.stdin.read()",
            str(path),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert holder.stdout.readline() == b"open\n"
    assert [file.status for file in landing.adopt(area)] == ["still growing"]
    holder.communicate(b"")
    assert [file.status for file in landing.adopt(area)] == ["landed"]


def test_files_where_no_source_is_are_reported_and_left(area):
    lost = [
        write(area / "stray.jsonl"),
        write(area / "Shop" / "a.jsonl"),
        write(area / "shop" / "deeper" / "a.jsonl"),
    ]
    adopted = landing.adopt(area)
    assert sorted(file.path for file in adopted) == sorted(lost)
    assert {file.status for file in adopted} == {"left out"}
    assert all(path.exists() for path in lost)


def test_an_area_that_does_not_exist_has_nothing_to_adopt(area):
    assert landing.adopt(area) == []


def test_landing_waits_for_another_that_is_numbering(inbox, area):
    area.mkdir()
    descriptor = os.open(area / ".lock", os.O_RDWR | os.O_CREAT)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    writer = threading.Thread(target=land, args=([write(inbox / "a.jsonl")], area))
    writer.start()
    time.sleep(0.2)
    assert [name for name in visible(area) if "arriving" not in name] == []
    os.close(descriptor)
    writer.join()
    assert visible(area) == ["shop/00000001-a.jsonl"]
