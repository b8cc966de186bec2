"""A year of learning in a branch: planned, held, made up for, put away."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.knowledge.procedures.walks import CHEN, LI, Walk

SESSION = {
    "held_on": date(2026, 3, 5),
    "notified_on": date(2026, 3, 1),
    "topic": "支部工作条例",
    "speaker": "陈明",
    "hours": Decimal(2),
    "together": "alone",
    "expected": 16,
}


def planned() -> Walk:
    walk = Walk("theory-study", {"branch.full_members": 14, "branch.probationary_members": 2})
    walk.record("plan", decided_on=date(2026, 1, 10), topics=["1月 学习党章", "3月 支部工作条例"])
    return walk.record("settle", held_on=date(2026, 1, 15))


def test_from_the_plan_to_the_archive() -> None:
    walk = planned().record("session", **SESSION, absent=[LI])
    assert walk.facts.get("session.missing") == 1
    assert set(walk.open) == {"session", "make_up", "quarter", "archive"}
    walk.record("make_up", made_up_on=date(2026, 3, 12), people=[LI], way="self_study")
    walk.record("session", **{**SESSION, "held_on": date(2026, 4, 2), "topic": "党章", "hours": Decimal("1.5")})
    walk.record("quarter", reported_on=date(2026, 4, 3))
    assert walk.ended is None
    assert walk.levels("archive", archived_on=date(2026, 12, 30), made_up=True) == {"enough_for_members": "warn"}
    walk.record("archive", archived_on=date(2026, 12, 30), made_up=True)
    assert walk.ended is not None
    assert walk.facts.get("archive.times") == 2
    assert walk.facts.get("archive.hours") == Decimal("3.5")


def test_the_next_session_is_due_a_month_later() -> None:
    walk = planned().record("session", **SESSION)
    assert walk.standing.place("session").next_due == date(2026, 4, 5)
    assert walk.standing.next_reminder(date(2026, 3, 5)) == date(2026, 4, 2)
    assert walk.standing.place("quarter").next_due == date(2026, 6, 30)


@pytest.mark.parametrize(
    ("check", "level", "touching", "wrong"),
    [
        ("told_before", "stop", "notified_on", {"notified_on": date(2026, 3, 6)}),
        ("half_hours", "stop", "hours", {"hours": Decimal("1.2")}),
        ("half_hours", "stop", "hours", {"hours": Decimal(0)}),
        ("a_long_day", "warn", "hours", {"hours": Decimal("8.5")}),
        ("counted_once", "warn", "together", {"together": "theme_day"}),
        ("a_vote_needs_more", "warn", "together", {"together": "meeting"}),
        ("members_only", "reason", "expected", {"expected": 17}),
        ("absent_fit", "stop", "absent", {"expected": 1, "absent": [CHEN, LI]}),
    ],
)
def test_mistakes_at_a_session(check: str, level: str, touching: str, wrong: dict[str, Any]) -> None:
    planned().catches(check, level, "session", touching, **{**SESSION, **wrong})


def test_a_session_is_not_entered_twice() -> None:
    walk = planned().record("session", **SESSION)
    assert "same_session_again" in walk.levels("session", "topic", **SESSION)
    assert "same_session_again" not in walk.levels("session", **{**SESSION, "topic": "党章"})


def test_whose_rules_a_branch_follows_and_who_still_has_to_make_up() -> None:
    walk = Walk("theory-study")
    said = walk.catches("not_the_centre_group", "warn", "plan", "topics", topics=["中心组学习"])
    assert "党委（党组）" in said
    walk = planned().record("session", **SESSION, absent=[LI])
    walk.catches("nobody_left_out", "reason", "archive", "made_up", archived_on=date(2026, 12, 30), made_up=False)
    walk.catches("after_the_session", "warn", "make_up", "made_up_on", made_up_on=date(2026, 3, 4))


def test_days_in_their_order() -> None:
    walk = Walk("theory-study").record("plan", decided_on=date(2026, 1, 10), topics=["党章"])
    walk.catches("after_the_plan", "stop", "settle", "held_on", held_on=date(2026, 1, 9))
