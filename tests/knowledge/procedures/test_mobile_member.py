"""Somebody leaves for work elsewhere: told, put down, kept in touch with, looked for, back."""

from datetime import date
from typing import Any

import pytest

from tests.knowledge.procedures.walks import CHEN, LI, Walk

LEAVING = {
    "reported_on": date(2026, 3, 1),
    "leaves_on": date(2026, 3, 5),
    "returns_on": date(2026, 7, 1),
    "place": "苏州，电子厂",
    "settled": True,
    "liaison": CHEN,
}


def away() -> Walk:
    walk = Walk("mobile-member", {"subject.status": "full", "subject.person": LI}).record("leave", **LEAVING)
    return walk.record("register", registered_on=date(2026, 3, 3), card="card")


def test_from_leaving_to_coming_back() -> None:
    walk = away().record("arrive", arrived_on=date(2026, 3, 18), joined=True, to_branch="某某社区党支部")
    walk.record("contact", contacted_on=date(2026, 5, 30), reached=True)
    assert walk.standing.place("contact").next_due == date(2026, 8, 28)
    walk.record("return", returned_on=date(2026, 7, 2), remarks_back=True, appraised_there=False)
    assert walk.ended is not None
    assert walk.ended.outcome == "done"


def test_who_is_away_for_good_moves_her_membership() -> None:
    long = {**LEAVING, "returns_on": date(2026, 9, 1), "moves": False}
    walk = Walk("mobile-member", {"subject.person": LI})
    walk.catches("half_a_year", "warn", "leave", "returns_on", leaves_on=date(2026, 3, 5), returns_on=date(2026, 9, 1))
    walk.catches("should_move", "reason", "leave", "moves", **long)
    walk.record("leave", **{**long, "moves": True})
    assert walk.ended is not None
    assert "组织关系转接" in walk.ended.says


@pytest.mark.parametrize(
    ("check", "level", "touching", "wrong"),
    [
        ("told_before", "reason", "leaves_on", {"leaves_on": date(2026, 2, 27)}),
        ("back_after_leaving", "stop", "returns_on", {"returns_on": date(2026, 3, 4)}),
        ("not_oneself", "stop", "liaison", {"liaison": LI}),
    ],
)
def test_mistakes_when_leaving(check: str, level: str, touching: str, wrong: dict[str, Any]) -> None:
    Walk("mobile-member", {"subject.person": LI}).catches(check, level, "leave", touching, **{**LEAVING, **wrong})


def test_mistakes_on_arrival() -> None:
    walk = Walk("mobile-member", {"subject.person": LI}).record("leave", **LEAVING)
    walk.catches("after_telling", "stop", "register", "registered_on", registered_on=date(2026, 2, 28))
    walk.catches("something_to_show", "warn", "register", "card", card="none")
    arrived = {"arrived_on": date(2026, 3, 18), "joined": False}
    assert "没有编进支部" in away().catches("is_in_a_branch", "reason", "arrive", "joined", **arrived)
    away().catches("after_leaving", "stop", "arrive", "arrived_on", arrived_on=date(2026, 3, 4))


@pytest.mark.parametrize(
    ("day", "found"),
    [
        (date(2026, 6, 29), {}),
        (date(2026, 6, 30), {"each_quarter": "warn"}),
        (date(2026, 9, 27), {"each_quarter": "warn"}),
        (date(2026, 9, 28), {"each_quarter": "warn", "not_silent_for_half_a_year": "reason"}),
    ],
)
def test_ninety_days_are_long_and_a_hundred_and_eighty_too_long(day: date, found: dict[str, str]) -> None:
    walk = away().record("contact", contacted_on=date(2026, 3, 31), reached=True)
    assert walk.levels("contact", contacted_on=day, reached=True) == found
    walk.catches("keep_looking", "warn", "contact", "reached", contacted_on=date(2026, 6, 1), reached=False)
    walk.catches("after_leaving", "warn", "contact", "contacted_on", contacted_on=date(2026, 3, 4))


def lost() -> Walk:
    walk = away().record("contact", contacted_on=date(2026, 3, 31), reached=True)
    assert "search" not in walk.open
    return walk.record("contact", contacted_on=date(2026, 6, 10), reached=False)


SEARCH = {
    "searched_on": date(2026, 9, 10),
    "lost_on": date(2026, 3, 31),
    "ways": ["问家属"],
    "outcome": "go_on",
}


def test_nobody_is_removed_for_being_lost_and_nothing_is_stopped_before_six_months() -> None:
    walk = lost()
    assert "停止党籍" in walk.catches(
        "not_removed_from_here", "stop", "search", "outcome", **{**SEARCH, "outcome": "remove"}
    )
    early = walk.catches("six_months_lost", "stop", "search", "outcome", **{**SEARCH, "outcome": "stop"})
    assert "2026年9月30日" in early
    walk.catches("heard_before", "stop", "search", "lost_on", **{**SEARCH, "lost_on": date(2026, 9, 11)})
    walk.record("search", **SEARCH)
    walk.record("search", **{**SEARCH, "searched_on": date(2026, 9, 30), "outcome": "stop"})
    assert walk.ended is not None
    assert walk.ended.outcome == "stopped"


def test_found_again_and_back() -> None:
    walk = lost().record("search", **{**SEARCH, "outcome": "found"})
    walk.catches("after_leaving", "stop", "return", "returned_on", returned_on=date(2026, 3, 4))
    back = {"returned_on": date(2026, 9, 20), "remarks_back": False, "appraised_there": False}
    walk.catches("results_come_back", "warn", "return", "remarks_back", **back)
