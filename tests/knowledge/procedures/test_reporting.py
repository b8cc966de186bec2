"""The branch asks for consent before, or reports after: one step up, one matter each."""

from datetime import date
from typing import Any

import pytest

from tests.knowledge.procedures.walks import Walk

ABOVE = "中共某某街道工作委员会"
JUDGED = {"noted_on": date(2026, 3, 5), "secret": False, "form": "request", "matter": "election"}
DRAFT = {
    "drafted_on": date(2026, 3, 6),
    "to": [ABOVE],
    "content": ["任期将满", "拟于四月换届"],
    "one_matter": True,
    "act_on": date(2026, 4, 20),
}


def drafted() -> Walk:
    return Walk("reporting", {"committee.name": ABOVE}).record("judge", **JUDGED).record("draft", **DRAFT)


def replied(answer: str) -> Walk:
    return (
        drafted().record("send", sent_on=date(2026, 3, 7)).record("reply", replied_on=date(2026, 3, 15), answer=answer)
    )


def test_a_request_until_its_result_is_reported() -> None:
    walk = Walk("reporting", {"committee.name": ABOVE}).record("judge", **JUDGED)
    supposed = walk.facts.supposing(walk.procedure.step("draft"), {"drafted_on": date(2026, 3, 6)})
    assert supposed.get("committee_alone", "draft") == [ABOVE]
    walk = replied("agreed")
    walk.record("act", acted_on=date(2026, 4, 20)).record("finish", finished_on=date(2026, 4, 25))
    assert walk.ended is not None


def test_what_is_refused_is_not_done() -> None:
    walk = replied("refused")
    assert walk.ended is not None
    assert "不办" in walk.ended.says


def test_a_report_needs_no_answer() -> None:
    walk = Walk("reporting", {"committee.name": ABOVE}).record(
        "judge", **{**JUDGED, "form": "report", "matter": "yearly"}
    )
    walk.record("draft", drafted_on=date(2026, 3, 6), to=[ABOVE], content=["一年工作"], asks=False)
    walk.record("send", sent_on=date(2026, 3, 7)).record("finish", finished_on=date(2026, 3, 8))
    assert walk.ended is not None
    assert walk.facts.get("reply.answer") is None


@pytest.mark.parametrize(
    ("check", "level", "touching", "wrong"),
    [
        ("nothing_secret_here", "stop", "secret", {"secret": True}),
        ("needs_consent", "reason", "matter", {"form": "report", "matter": "admission"}),
        ("sudden_is_reported", "warn", "matter", {"form": "report", "matter": "sudden"}),
    ],
)
def test_mistakes_in_judging(check: str, level: str, touching: str, wrong: dict[str, Any]) -> None:
    Walk("reporting").catches(check, level, "judge", touching, **{**JUDGED, **wrong})


@pytest.mark.parametrize(
    ("check", "level", "touching", "wrong"),
    [
        ("one_addressee", "stop", "to", {"to": [ABOVE, "某某区委"]}),
        ("straight_up", "reason", "to", {"to": ["某某区委"]}),
        ("one_matter_each", "stop", "one_matter", {"one_matter": False}),
        ("asked_before_doing", "stop", "act_on", {"act_on": date(2026, 3, 5)}),
    ],
)
def test_mistakes_in_the_draft(check: str, level: str, touching: str, wrong: dict[str, Any]) -> None:
    walk = Walk("reporting", {"committee.name": ABOVE}).record("judge", **JUDGED)
    walk.catches(check, level, "draft", touching, **{**DRAFT, **wrong})


def test_no_request_in_a_report() -> None:
    walk = Walk("reporting", {"committee.name": ABOVE}).record(
        "judge", **{**JUDGED, "form": "report", "matter": "activity"}
    )
    report = {"drafted_on": date(2026, 3, 6), "to": [ABOVE], "content": ["活动"], "asks": True}
    walk.catches("no_request_inside", "stop", "draft", "asks", **report)


def test_nothing_is_done_before_it_was_asked_and_answered() -> None:
    walk = drafted()
    walk.catches("after_drafting", "stop", "send", "sent_on", sent_on=date(2026, 3, 5))
    assert "先办后请示" in walk.catches("before_doing", "stop", "send", "sent_on", sent_on=date(2026, 4, 21))
    walk.record("send", sent_on=date(2026, 3, 7))
    walk.catches("after_sending", "stop", "reply", "replied_on", replied_on=date(2026, 3, 6))
    walk = replied("changed")
    walk.catches("not_before_the_answer", "stop", "act", "acted_on", acted_on=date(2026, 3, 14))
    walk.record("act", acted_on=date(2026, 4, 20))
    walk.catches("after_doing", "stop", "finish", "finished_on", finished_on=date(2026, 4, 19))
    walk.catches("after_sending", "stop", "finish", "finished_on", finished_on=date(2026, 3, 6))


def test_what_is_sudden_goes_up_in_a_day() -> None:
    walk = Walk("reporting", {"committee.name": ABOVE}).record(
        "judge", **{**JUDGED, "form": "report", "matter": "sudden"}
    )
    walk.record("draft", drafted_on=date(2026, 3, 5), to=[ABOVE], content=["火灾"], asks=False)
    walk.catches("sudden_in_a_day", "warn", "send", "sent_on", sent_on=date(2026, 3, 7))
    assert walk.levels("send", sent_on=date(2026, 3, 6)) == {}
