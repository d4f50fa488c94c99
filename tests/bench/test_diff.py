import sys

from bench import diff


def test_the_bench_of_differences_gives_its_figures(tmp_path, monkeypatch, capsys):
    given = ["bench.diff", "--members", "1000", "--work", str(tmp_path)]
    monkeypatch.setattr(sys, "argv", given)
    diff.main()
    monkeypatch.setattr(sys, "argv", [*given, "--measured"])
    diff.main()

    printed = capsys.readouterr()
    assert printed.out.startswith("1,000 members: ")
    assert "rows wanted" in printed.err
    assert all(f"'{what}': 0" not in printed.err for what in ("added", "updated", "removed"))
