"""A member's hours of one year, and how a new secretary is trained."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.knowledge.procedures.walks import Walk

ENTRY = {
    "held_on": date(2026, 3, 5),
    "kind": "meeting",
    "topic": "支部工作条例",
    "hours": Decimal(2),
    "proof": "sign_in",
}
AROUND = {"subject.name": "李华", "secretary.name": "陈明", "subject.status": "full"}


def aimed(role: str = "member", **around: Any) -> Walk:
    return Walk("training-hours", {**AROUND, **around}).record("target", set_on=date(2026, 1, 10), role=role)


def test_a_year_of_a_member() -> None:
    walk = aimed()
    for month in range(1, 13):
        walk.record("entry", **{**ENTRY, "held_on": date(2026, month, 12), "hours": Decimal("2.5")})
    assert walk.facts.get("entry.total") == 30
    assert walk.facts.get("entry.left") == 2
    assert walk.levels("close", closed_on=date(2026, 12, 30)) == {"enough": "reason"}
    walk.record("entry", **{**ENTRY, "held_on": date(2026, 12, 20)})
    walk.record("close", closed_on=date(2026, 12, 30))
    assert walk.facts.get("close.left") == 0
    assert walk.ended is not None


def test_leaders_need_fifty_six_hours_and_a_course() -> None:
    walk = aimed("leader")
    assert walk.facts.get("target.needed") == 56
    walk.record("entry", **{**ENTRY, "hours": Decimal(56)} | {"hours": Decimal(8)})
    assert "close" not in walk.open
    walk.record("course", attended_on=date(2026, 6, 10), by="committee")
    assert "close" in walk.open


def test_secretaries_are_not_counted_as_members_and_go_to_the_county() -> None:
    walk = Walk("training-hours", {**AROUND, "subject.name": "陈明"})
    said = walk.catches("the_secretary_leads", "stop", "target", "role", set_on=date(2026, 1, 10), role="member")
    assert "56" in said
    walk = aimed("leader", **{"subject.name": "陈明"})
    walk.catches("secretaries_higher", "warn", "course", "by", attended_on=date(2026, 6, 10), by="other")
    assert aimed("leader").levels("course", attended_on=date(2026, 6, 10), by="other") == {}


def test_nobody_is_pressed_who_cannot() -> None:
    walk = aimed("exempt").record("entry", **{**ENTRY, "kind": "home"})
    walk.record("close", closed_on=date(2026, 12, 30))
    assert walk.ended is not None


@pytest.mark.parametrize(
    ("check", "level", "touching", "wrong"),
    [
        ("half_hours", "stop", "hours", {"hours": Decimal("0.7")}),
        ("a_long_day", "warn", "hours", {"hours": Decimal(24)}),
        ("already_a_member", "stop", "kind", {"kind": "candidate"}),
        ("has_proof", "stop", "proof", {"proof": "none"}),
        ("online_has_platform", "reason", "proof", {"kind": "online"}),
        ("same_year", "stop", "held_on", {"held_on": date(2025, 12, 31)}),
        ("on_course", "warn", "hours", {"held_on": date(2026, 3, 31), "hours": Decimal("7.5")}),
    ],
)
def test_mistakes_in_an_entry(check: str, level: str, touching: str, wrong: dict[str, Any]) -> None:
    aimed().catches(check, level, "entry", touching, **{**ENTRY, **wrong})


def test_one_activity_is_entered_once() -> None:
    walk = aimed().record("entry", **ENTRY)
    assert "same_activity" not in walk.levels("entry", **ENTRY)
    assert walk.found("entry", "topic", **ENTRY)["counted_once"].says == "这一天的“支部工作条例”已经记过了。"
    assert walk.levels("entry", **{**ENTRY, "topic": "党章"}) == {}


OFFICE = date(2026, 3, 5)
COURSE = {"ended_on": date(2026, 6, 20), "by": "county", "hours": Decimal(24), "certificate": True}


def in_office() -> Walk:
    return Walk("new-secretary-training").record("office", took_office_on=OFFICE)


def test_a_new_secretary_takes_over_is_trained_and_plans_the_year() -> None:
    walk = in_office()
    assert walk.facts.get("office.train_by") == date(2026, 9, 5)
    assert set(walk.open) == {"handover", "course"}
    assert walk.standing.next_reminder(OFFICE) == date(2026, 7, 7)
    walk.record("course", **COURSE).record("handover", handed_over_on=date(2026, 3, 8))
    walk.record("year_plan", decided_on=date(2026, 7, 1), tasks=["换届"])
    assert walk.ended is not None


@pytest.mark.parametrize(
    ("check", "level", "touching", "wrong"),
    [
        ("after_taking_office", "stop", "ended_on", {"ended_on": date(2026, 3, 4)}),
        ("within_half_a_year", "reason", "ended_on", {"ended_on": date(2026, 9, 6)}),
        ("not_ones_own", "stop", "by", {"by": "branch"}),
        ("half_hours", "stop", "hours", {"hours": Decimal(0)}),
        ("has_certificate", "reason", "certificate", {"certificate": False}),
    ],
)
def test_mistakes_in_the_training(check: str, level: str, touching: str, wrong: dict[str, Any]) -> None:
    in_office().catches(check, level, "course", touching, **{**COURSE, **wrong})


def test_nobody_takes_over_before_she_is_approved() -> None:
    in_office().catches("not_before_office", "stop", "handover", "handed_over_on", handed_over_on=date(2026, 3, 4))
