"""Membership is stopped only after the time a rule sets; two years later people look again."""

from datetime import date

import pytest

from tests.knowledge.procedures.walks import Walk

LOST = {"proposed_on": date(2026, 8, 31), "ground": "lost", "lost_on": date(2026, 2, 28), "searched": True}


def stopped(on: date = date(2026, 9, 10)) -> Walk:
    walk = Walk("stopped-membership").record("proposal", **LOST)
    return walk.record("decision", decided_on=on, decided=True)


def test_half_a_year_and_a_search_come_before() -> None:
    walk = Walk("stopped-membership")
    early = {**LOST, "lost_on": date(2026, 3, 1)}
    assert "2026年9月1日" in walk.catches("six_months_lost", "stop", "proposal", "lost_on", **early)
    walk.catches("looked_for", "stop", "proposal", "searched", **{**LOST, "searched": False})
    assert walk.levels("proposal", **LOST) == {}
    walk.record("proposal", **LOST)
    walk.catches("after_proposal", "stop", "decision", "decided_on", decided_on=date(2026, 8, 30))


@pytest.mark.parametrize(
    ("left", "proposed", "may"),
    [
        (date(2021, 9, 1), date(2026, 9, 1), False),
        (date(2021, 9, 1), date(2026, 9, 2), True),
        (date(2020, 2, 29), date(2025, 2, 28), False),
        (date(2020, 2, 29), date(2025, 3, 1), True),
    ],
)
def test_more_than_five_years_abroad(left: date, proposed: date, may: bool) -> None:
    found = Walk("stopped-membership").levels("proposal", proposed_on=proposed, ground="abroad", left_on=left)
    assert found == ({} if may else {"five_years_abroad": "stop"})


@pytest.mark.parametrize(
    ("on", "two_years"),
    [
        (date(2026, 9, 10), date(2028, 9, 10)),
        (date(2028, 2, 29), date(2030, 2, 28)),
        (date(2026, 12, 31), date(2028, 12, 31)),
    ],
)
def test_two_years_later_it_is_looked_at_again(on: date, two_years: date) -> None:
    walk = stopped(on)
    assert walk.facts.get("decision.two_years", "decision") == two_years
    place = walk.standing.place("review")
    assert (place.remind_on, place.latest) == ((two_years,), None)
    day = two_years.replace(day=two_years.day - 1)
    found = walk.catches("two_years_stopped", "stop", "review", "outcome", reviewed_on=day, outcome="remove")
    assert f"{two_years.year}年{two_years.month}月{two_years.day}日" in found
    assert walk.levels("review", reviewed_on=two_years, outcome="remove") == {}
    walk.record("review", reviewed_on=two_years, outcome="remove")
    assert walk.ended is not None
    assert "组织处置" in walk.ended.says


def test_who_is_found_again_may_be_recorded_at_any_time() -> None:
    walk = stopped()
    assert walk.open == ["review"]
    walk.catches("after_decision", "stop", "review", "reviewed_on", reviewed_on=date(2026, 9, 9))
    assert walk.levels("review", reviewed_on=date(2026, 9, 20), outcome="found") == {}
    walk.record("review", reviewed_on=date(2026, 9, 20), outcome="found")
    assert walk.ended is not None
    assert "恢复党籍" in walk.ended.says


@pytest.mark.parametrize(("ground", "decided", "outcome"), [("settled", True, "done"), ("lost", False, "stopped")])
def test_only_of_who_was_lost_two_years_are_waited_for(ground: str, decided: bool, outcome: str) -> None:
    proposed = LOST if ground == "lost" else {"proposed_on": date(2026, 8, 31), "ground": ground}
    walk = Walk("stopped-membership").record("proposal", **proposed)
    walk.record("decision", decided_on=date(2026, 9, 10), decided=decided)
    assert walk.ended is not None
    assert walk.ended.outcome == outcome
