"""A weak branch is listed, put in order, checked by others than its helper, and looked at again."""

from datetime import date
from typing import Any

import pytest

from tests.knowledge.procedures.walks import Walk

PLAN = {
    "decided_on": date(2026, 3, 30),
    "due_on": date(2026, 9, 30),
    "sponsor": "王某某",
    "measures": ["补选书记，责任人李某某"],
}
ACCEPTANCE = {"checked_on": date(2026, 9, 28), "inspector": "李某某", "score": 88, "passed": True}


def recognised(*reasons: str) -> Walk:
    walk = Walk("rectification").record("survey", surveyed_on=date(2026, 3, 5), reasons=list(reasons))
    return walk.record("recognise", decided_on=date(2026, 3, 20), why_listed="problems", problems=["三会一课停摆"])


def promised(*reasons: str) -> Walk:
    walk = recognised(*reasons or ("meetings",)).record("plan", **PLAN)
    return walk.record("promise", held_on=date(2026, 4, 3), promises=["每月开一次主题党日"])


def polled() -> Walk:
    walk = promised().record("progress", reported_on=date(2026, 4, 30), done=["主题党日"])
    return walk.record("poll", held_on=date(2026, 9, 20), asked=50, satisfied=46)


def test_from_the_survey_to_the_look_back() -> None:
    walk = polled()
    assert walk.facts.get("poll.satisfaction") == 92
    walk.record("accept", **ACCEPTANCE).record("close", closed_on=date(2026, 10, 8))
    walk.record("look_back", reviewed_on=date(2027, 4, 8), lasting=True)
    assert walk.ended is not None
    assert walk.ended.outcome == "done"


def test_an_empty_seat_is_filled_before_anybody_checks() -> None:
    walk = promised("meetings", "no_secretary")
    assert set(walk.open) == {"fill", "progress"}
    walk.record("progress", reported_on=date(2026, 4, 30), done=["暂无"])
    assert "poll" not in walk.open
    late = {"filled_on": date(2026, 6, 21), "way": "election"}
    walk.catches("not_long_empty", "reason", "fill", "filled_on", **late)
    walk.record("fill", filled_on=date(2026, 6, 20), way="election")
    assert "poll" in walk.open


def test_who_fails_gets_more_time_and_is_checked_again() -> None:
    walk = polled().record("accept", **{**ACCEPTANCE, "passed": False})
    assert walk.open == ["extend"]
    extension = {"extended_on": date(2026, 10, 8), "change": "longer", "due_on": date(2026, 12, 31)}
    walk.catches("after_failing", "stop", "extend", "extended_on", **{**extension, "extended_on": date(2026, 9, 27)})
    walk.catches("ends_later", "stop", "extend", "due_on", **{**extension, "due_on": date(2026, 10, 7)})
    walk.record("extend", **extension)
    again = {"checked_on": date(2026, 12, 28), "inspector": "李某某", "passed": False}
    walk.catches("in_time", "reason", "accept_again", "checked_on", **{**again, "checked_on": date(2027, 1, 1)})
    walk.catches("after_extending", "stop", "accept_again", "checked_on", **{**again, "checked_on": date(2026, 10, 7)})
    walk.catches("another_person", "stop", "accept_again", "inspector", **{**again, "inspector": "王某某"})
    failed = polled().record("accept", **{**ACCEPTANCE, "passed": False}).record("extend", **extension)
    failed.record("accept_again", **again)
    assert failed.ended is not None
    assert failed.ended.outcome == "stopped"
    walk.record("accept_again", **{**again, "passed": True})
    assert walk.open == ["close"]


def test_what_comes_back_is_taken_up_anew() -> None:
    walk = polled().record("accept", **ACCEPTANCE).record("close", closed_on=date(2026, 10, 8))
    early = {"reviewed_on": date(2027, 4, 7), "lasting": False}
    walk.catches("half_a_year_on", "warn", "look_back", "reviewed_on", **early)
    walk.record("look_back", **early)
    assert walk.ended is not None
    assert walk.ended.outcome == "stopped"


@pytest.mark.parametrize(
    ("check", "level", "touching", "wrong"),
    [
        ("after_recognition", "stop", "decided_on", {"decided_on": date(2026, 3, 19)}),
        ("ends_later", "stop", "due_on", {"due_on": date(2026, 3, 29)}),
        ("a_year_at_most", "warn", "due_on", {"due_on": date(2027, 3, 31)}),
    ],
)
def test_mistakes_in_the_plan(check: str, level: str, touching: str, wrong: dict[str, Any]) -> None:
    recognised("meetings").catches(check, level, "plan", touching, **{**PLAN, **wrong})


@pytest.mark.parametrize(
    ("check", "level", "touching", "wrong"),
    [
        ("after_the_poll", "stop", "checked_on", {"checked_on": date(2026, 9, 19)}),
        ("another_person", "stop", "inspector", {"inspector": "王某某"}),
        ("in_time", "reason", "checked_on", {"checked_on": date(2026, 10, 1)}),
    ],
)
def test_mistakes_at_the_acceptance(check: str, level: str, touching: str, wrong: dict[str, Any]) -> None:
    polled().catches(check, level, "accept", touching, **{**ACCEPTANCE, **wrong})


def test_lists_by_share_late_reports_and_impossible_polls() -> None:
    walk = Walk("rectification").record("survey", surveyed_on=date(2026, 3, 5), reasons=["meetings"])
    listed = {"decided_on": date(2026, 3, 20), "why_listed": "share", "problems": ["无"]}
    walk.catches("not_by_share", "warn", "recognise", "why_listed", **listed)
    walk.catches("after_the_survey", "stop", "recognise", "decided_on", decided_on=date(2026, 3, 4))
    walk = promised().record("progress", reported_on=date(2026, 4, 30), done=["暂无"])
    walk.catches("each_month", "warn", "progress", "reported_on", reported_on=date(2026, 5, 31))
    walk.catches("fits", "stop", "poll", "satisfied", held_on=date(2026, 9, 20), asked=50, satisfied=51)
    walk = recognised("meetings").record("plan", **PLAN)
    walk.catches("after_the_plan", "stop", "promise", "held_on", held_on=date(2026, 3, 29))
    walk = polled().record("accept", **ACCEPTANCE)
    walk.catches("after_acceptance", "stop", "close", "closed_on", closed_on=date(2026, 9, 27))
