"""A paper from above: taken in, made into tasks, seen to, reported."""

from datetime import date
from typing import Any

import pytest

from tests.knowledge.procedures.walks import CHEN, Walk

RECEIPT = {
    "received_on": date(2026, 3, 5),
    "secrecy": "open",
    "sender": "某某街道党工委",
    "urgency": "usual",
    "due_on": date(2026, 3, 31),
}
DISCUSSION = {
    "held_on": date(2026, 3, 10),
    "tasks": ["开会传达", "走访20户群众"],
    "due_on": date(2026, 3, 30),
    "meeting_needed": True,
}
ASSEMBLY = {"held_on": date(2026, 3, 15), "voted": True, "eligible": 16, "present": 14, "in_favour": 12}
REPORT = {"sent_on": date(2026, 3, 31), "to": "某某街道党工委", "asks": False}


def received() -> Walk:
    return Walk("carry-out-instructions", {"committee.name": "某某街道党工委"}).record("receive", **RECEIPT)


def read() -> Walk:
    return received().record("read", read_on=date(2026, 3, 6), responsible=CHEN)


def followed() -> Walk:
    walk = read().record("discuss", **DISCUSSION).record("assembly", **ASSEMBLY)
    return walk.record("follow", checked_on=date(2026, 3, 25), done=["走访20户群众"])


def test_from_the_register_to_the_archive() -> None:
    walk = followed()
    assert walk.facts.get("assembly.carried") is True
    walk.record("report", **REPORT).record("archive", archived_on=date(2026, 4, 5))
    assert walk.ended is not None


def test_without_a_meeting_and_without_a_vote() -> None:
    walk = read().record("discuss", **{**DISCUSSION, "meeting_needed": False})
    assert walk.open == ["follow"]
    walk = read().record("discuss", **DISCUSSION).record("assembly", held_on=date(2026, 3, 15), voted=False)
    assert walk.open == ["follow"]


@pytest.mark.parametrize(
    ("check", "level", "touching", "wrong"),
    [
        ("nothing_secret_here", "stop", "secrecy", {"secrecy": "secret"}),
        ("title_only", "warn", "secrecy", {"secrecy": "internal"}),
        ("still_time", "stop", "due_on", {"due_on": date(2026, 3, 4)}),
    ],
)
def test_mistakes_when_it_comes_in(check: str, level: str, touching: str, wrong: dict[str, Any]) -> None:
    Walk("carry-out-instructions").catches(check, level, "receive", touching, **{**RECEIPT, **wrong})


def test_how_soon_it_is_read() -> None:
    walk = received()
    walk.catches("not_before_it_came", "stop", "read", "read_on", read_on=date(2026, 3, 4))
    walk.catches("within_three_days", "warn", "read", "read_on", read_on=date(2026, 3, 9))
    assert walk.levels("read", read_on=date(2026, 3, 8)) == {}
    urgent = Walk("carry-out-instructions").record("receive", **{**RECEIPT, "urgency": "urgent"})
    urgent.catches("urgent_the_same_day", "warn", "read", "read_on", read_on=date(2026, 3, 6))


@pytest.mark.parametrize(
    ("check", "level", "touching", "wrong"),
    [
        ("not_before_reading", "stop", "held_on", {"held_on": date(2026, 3, 5)}),
        ("list_in_time", "warn", "held_on", {"held_on": date(2026, 3, 19)}),
        ("not_only_meetings", "reason", "tasks", {"tasks": ["开会传达", "组织学习"]}),
        ("within_the_time", "reason", "due_on", {"due_on": date(2026, 4, 1)}),
    ],
)
def test_mistakes_in_the_tasks(check: str, level: str, touching: str, wrong: dict[str, Any]) -> None:
    read().catches(check, level, "discuss", touching, **{**DISCUSSION, **wrong})


@pytest.mark.parametrize(
    ("check", "touching", "wrong"),
    [
        ("enough_present", "present", {"present": 7}),
        ("present_fit", "present", {"present": 17}),
        ("votes_fit", "in_favour", {"in_favour": 15}),
    ],
)
def test_mistakes_at_the_meeting(check: str, touching: str, wrong: dict[str, Any]) -> None:
    walk = read().record("discuss", **DISCUSSION)
    walk.catches(check, "stop", "assembly", touching, **{**ASSEMBLY, **wrong})


@pytest.mark.parametrize(
    ("check", "level", "touching", "wrong"),
    [
        ("one_step_up", "reason", "to", {"to": "某某区委"}),
        ("no_request_inside", "stop", "asks", {"asks": True}),
        ("in_time", "reason", "sent_on", {"sent_on": date(2026, 4, 1)}),
    ],
)
def test_mistakes_in_the_report(check: str, level: str, touching: str, wrong: dict[str, Any]) -> None:
    followed().catches(check, level, "report", touching, **{**REPORT, **wrong})
