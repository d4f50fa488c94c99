"""The report on segments, of any number of them, from a home's published tables or by hand."""

import re
from datetime import datetime, timedelta

import numpy as np
import pytest

from dagster_project.reports import page, segments
from dagster_project.reports.definitions import Condition, Definition
from dagster_project.reports.facts import KPIS, Alert, Facts, alerts

AS_OF = datetime(2026, 4, 1, 4)  # noqa: DTZ001  the warehouse keeps UTC without a zone
OUTSIDE = re.compile(r"https?:|<script|<link|@import|src=|url\(|//", re.I)


def row_of_health(segment, day, size, **changes):
    kpis = {name: 0.2 for name in KPIS} | {f"{name}_of_all": 0.1 for name in KPIS}
    return {
        "segment": segment,
        "as_of": AS_OF - timedelta(days=day),
        "size": size,
        "share": size / 10_000,
        "min_size": 50,
        "is_too_small": size < 50,
        "days_to_review": 20,
        "members_entered": 3,
        "members_left": 2,
        "size_week_ago": size,
        "size_change_share": 0.05,
        "stability_share": 0.7,
        "anonymous_share": 0.4,
        "anonymous_share_of_all": 0.5,
        "followed_members": size,
        "conversion_lift": 1.5,
        "conversion_lift_errors": 2.0,
        "revenue_lift": None,
        "crossings": "",
        "has_jumped": True,
        "has_drifted": True,
        "buys_often": True,
        "is_engaged": False,
        **kpis,
        **changes,
    }


def facts_of(count, days=30, **changes):
    chance = np.random.default_rng(4)
    names = [f"segment_{number:02d}_of_the_library" for number in range(count)]
    sizes = {name: 20 + 100 * number for number, name in enumerate(names)}
    history = {
        name: [
            row_of_health(name, day, max(0, sizes[name] - 3 * day))
            for day in range(days - 1, -1, -1)
        ]
        for name in names
    }
    given = {
        "as_of": AS_OF,
        "segments": [
            {
                "segment": name,
                "description": "Comes <often> & buys.",
                "owner": "crm@example.com",
                "purpose": "marketing_email",
                "parent": None,
                "min_size": 50,
                "size": sizes[name],
                "share": 0.1,
                "status": "too_small" if sizes[name] < 50 else "active",
                "targets": ["crm_files"],
                "review_date": None,
                "is_trigger": False,
                "as_of": AS_OF,
            }
            for name in names
        ],
        "history": history,
        "newest": {name: rows[-1] for name, rows in history.items()},
        "overlaps": [
            {
                "segment_a": a,
                "segment_b": b,
                "intersection": 30,
                "jaccard": float(chance.random()),
                "share_of_smaller": 0.5,
            }
            for a, b in zip(names, names[1:], strict=False)
        ],
        "proposals": [],
        "flows": [
            {"from_segment": a, "to_segment": b, "customers": 40 - n % 40, "since": AS_OF}
            for n, (a, b) in enumerate(
                [*zip(names, names[2:], strict=False), ("", names[0]), (names[1], "")]
            )
        ]
        if count > 1
        else [],
        "rfm": [{"r_score": 5, "f_score": 4, "customers": 31, "spend": 99.5}],
        "definitions": {
            name: Definition("select 1", (Condition("Comes often", "visits > 3"),))
            for name in names
        },
        "alerts": [],
    }
    return Facts(**{**given, **changes})


@pytest.mark.parametrize("count", [1, 2, 8, 45, 90])
def test_every_segment_stands_on_the_page_with_its_size_conditions_and_sql(count):
    facts = facts_of(count)
    text = segments.render(facts)
    for row in facts.segments:
        name = segments.in_words(row["segment"])
        assert text.count(name) >= 3  # card, table, definition
        assert f'<details id="segment-{row["segment"]}">' in text
    assert text.count("<code>visits &gt; 3</code>") == count
    assert "Comes &lt;often&gt; &amp; buys." in text
    assert len(text) < 1_000_000


def test_the_page_needs_nothing_from_outside():
    assert OUTSIDE.findall(segments.render(facts_of(45))) == []


def test_a_segment_too_small_is_said_not_to_be_activated():
    text = segments.render(facts_of(3))
    assert "Not activated, because too small:" in text
    assert "Segment 00 of the library (20 of 50 needed)" in text
    assert text.count("not activated: too small") == 1


def test_segments_without_anybody_are_one_sentence_and_keep_their_definitions():
    facts = facts_of(4, days=1)
    names = [row["segment"] for row in facts.segments]
    nobody = [{**row, "size": 0, "status": "too_small"} for row in facts.segments[:2]]
    newest = {**facts.newest, **{name: row_of_health(name, 0, 0) for name in names[:2]}}
    text = segments.render(
        facts_of(4, days=1, segments=[*nobody, *facts.segments[2:]], newest=newest)
    )
    assert "nobody is in 2 segments: Segment 00 of the library, Segment 01 of the library" in text
    assert "Not activated, because too small" not in text
    assert text.count('<div class="card">') == 2
    assert all(f'<details id="segment-{name}">' in text for name in names)


def test_a_trigger_is_told_from_other_segments():
    facts = facts_of(2)
    trigger = {**facts.segments[1], "is_trigger": True}
    text = segments.render(facts_of(2, segments=[facts.segments[0], trigger]))
    assert text.count("fires for each who enters") == 1


@pytest.mark.parametrize(
    ("share", "shown"), [(0.0033, "< 1 %"), (0.005, "0 %"), (0.012, "1 %"), (0.0, "0 %")]
)
def test_a_share_that_would_round_to_none_is_said_to_be_less_than_one(share, shown):
    assert page.percent(share) == shown


def test_a_lift_says_what_chance_alone_would_explain():
    facts = facts_of(1)
    name = facts.segments[0]["segment"]
    # half as much again is 2 standard errors: 1.96 of them are 0.49
    assert "1.5 ± 0.5 ×" in segments.render(facts)
    same = {name: row_of_health(name, 0, 20, conversion_lift=1.0, conversion_lift_errors=0.0)}
    assert "<td>1.0 ×</td>" in segments.render(facts_of(1, newest=same))
    nobody = {"followed_members": None, "conversion_lift": None, "conversion_lift_errors": None}
    two = facts_of(2)
    other = two.segments[1]["segment"]
    new = {**two.newest, other: row_of_health(other, 0, 120, **nobody)}
    assert "<td>–</td>\n<td>–</td>" in segments.render(facts_of(2, newest=new))


def test_a_first_evaluation_shows_no_change_it_cannot_know():
    unknown = {"conversion_lift": None, "size_change_share": None, "click_through_share": None,
               "dwell_seconds": None}  # fmt: skip
    facts = facts_of(2, days=1)
    newest = {name: {**row, **unknown} for name, row in facts.newest.items()}
    text = segments.render(facts_of(2, days=1, newest=newest))
    assert "This is the first evaluation" in text
    assert "shows once the segments of a week ago are known" in text
    unsaid = ("% in a week", "– in a week", "<polyline", "Lift in", "– s<")
    assert [found for found in unsaid if found in text] == []


def test_a_segment_empty_a_week_ago_and_one_too_small_to_count_say_so():
    unknown = {"size_change_share": None}
    facts = facts_of(2)
    first, second = facts.segments
    newest = {
        first["segment"]: row_of_health(first["segment"], 0, 20, size_week_ago=0, **unknown),
        second["segment"]: {
            **row_of_health(second["segment"], 0, 1, **unknown),
            "size": None,
            "share": None,
        },
    }
    hidden = {**second, "size": None}
    text = segments.render(facts_of(2, segments=[first, hidden], newest=newest))
    assert text.count("Empty a week ago.") == 1
    assert "– <small>too few people to show</small>" in text


def test_limits_crossed_are_one_sentence_for_each_kind():
    facts = facts_of(3)
    newest = {
        name: {**row, "crossings": "purchase frequency"} for name, row in facts.newest.items()
    }
    text = segments.render(facts_of(3, newest=newest))
    assert text.count("Limits crossed since the last evaluation") == 1
    assert "members buy often now: Segment 00 of the library, Segment 01 of the library," in text


def test_an_alert_a_crossing_a_review_and_a_proposal_stand_in_front():
    facts = facts_of(4)
    name = facts.segments[2]["segment"]
    crossing, due = facts.segments[3]["segment"], facts.segments[1]["segment"]
    newest = dict(facts.newest)
    newest[crossing] = row_of_health(crossing, 0, 320, crossings="size, engagement")
    newest[due] = row_of_health(due, 0, 120, days_to_review=0)
    proposal = {"proposal": "merge", "segment": name, "other_segment": due, "reason": "so alike"}
    text = segments.render(
        facts_of(
            4,
            newest=newest,
            alerts=[Alert(name, "conversion_share", 0.021, 0.2)],
            proposals=[proposal],
        )
    )
    front = " ".join(text[text.index('id="attention"') : text.index('id="sizes"')].split())
    assert "conversion dropped to 2.1 %, where 20.0 % is usual" in front
    assert "size jumped: Segment 03 of the library<" in front
    assert "members visit often no more: Segment 03 of the library<" in front
    assert "Segment 01 of the library</b> should be reviewed by its owner: due today" in front
    assert text.count('class="drop"') == 1
    assert "Merge Segment 02 of the library and Segment 01 of the library</b>: so alike" in front


def test_groups_of_fewer_than_ten_leave_no_figure():
    few = [{"r_score": 1, "f_score": 1, "customers": 9, "spend": 12345.0}]
    flows = [{"from_segment": "", "to_segment": "x", "customers": 9, "since": AS_OF}]
    overlaps = [
        {
            "segment_a": "a",
            "segment_b": "b",
            "intersection": 9,
            "jaccard": 0.9,
            "share_of_smaller": 1,
        }
    ]
    facts = facts_of(1, rfm=few, flows=flows, overlaps=overlaps)
    name = facts.segments[0]["segment"]
    small = [{**facts.segments[0], "size": 9}]
    newest = {name: row_of_health(name, 0, 9, average_order_value=777.0)}
    text = segments.render(
        facts_of(1, rfm=few, flows=flows, overlaps=overlaps, segments=small, newest=newest)
    )
    assert "12,345" not in text
    assert "777" not in text
    assert "too few people to show" in text
    assert "<path" not in text


def test_no_segment_at_all_is_said():
    empty = dict.fromkeys(("history", "newest", "definitions"), {})
    lists = dict.fromkeys(("segments", "overlaps", "proposals", "flows", "rfm", "alerts"), [])
    facts = Facts(as_of=None, **empty, **lists)
    assert "No segment has been evaluated yet" in segments.render(facts)


def test_a_drop_of_a_segment_in_use_is_an_alert_and_of_one_too_small_is_none():
    def history(size):
        rows = [row_of_health("loyal", day, size) for day in range(20, -1, -1)]
        return [*rows[:-1], {**rows[-1], "conversion_share": 0.02}]

    assert [(x.segment, x.kpi, x.value) for x in alerts(history(60), AS_OF)] == [
        ("loyal", "conversion_share", 0.02)
    ]
    assert alerts(history(40), AS_OF) == []
    assert alerts(history(60), AS_OF + timedelta(days=1)) == []  # not of the present moment
