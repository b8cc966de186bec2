"""Somebody is put forward to be honoured: proposed, carried, shown, decided above."""

from datetime import date
from typing import Any

import pytest

from tests.knowledge.procedures.walks import CHEN, LI, WANG, Walk

NOTICE = {"received_on": date(2026, 5, 6), "kind": "member", "quota": 1, "due_on": date(2026, 5, 30)}
PROPOSAL = {"held_on": date(2026, 5, 10), "people": [CHEN, LI], "clean": True, "twice": False}
MEETING = {"held_on": date(2026, 5, 16), "eligible": 16, "present": 14, "chosen": [CHEN], "votes": {1: 13}}
SHOWN = {"first_day": date(2026, 5, 18), "last_day": date(2026, 5, 22), "quiet": True}


def proposed() -> Walk:
    return Walk("commendation").record("notice", **NOTICE).record("propose", **PROPOSAL)


def sent() -> Walk:
    walk = proposed().record("meeting", **MEETING)
    walk.record("opinions", answered_on=date(2026, 5, 17), agreed=True)
    return walk.record("public_notice", **SHOWN).record("submit", sent_on=date(2026, 5, 28))


def test_from_the_notice_to_the_honour() -> None:
    walk = sent()
    walk.record("decision", decided_on=date(2026, 6, 28), granted=True, by="committee", form=["certificate"])
    walk.record("file", filed_on=date(2026, 7, 5))
    assert walk.ended is not None
    assert walk.ended.outcome == "done"


def test_a_branch_may_be_put_forward() -> None:
    walk = Walk("commendation").record("notice", **{**NOTICE, "kind": "branch"})
    walk.record("propose", held_on=date(2026, 5, 10))
    meeting = {"held_on": date(2026, 5, 16), "eligible": 16, "present": 14}
    walk.catches("branch_carried", "stop", "meeting", "in_favour", **meeting, in_favour=8)
    walk.catches("branch_votes_fit", "stop", "meeting", "in_favour", **meeting, in_favour=15)
    walk.record("meeting", **meeting, in_favour=9)


@pytest.mark.parametrize(
    ("step", "values", "says"),
    [
        ("opinions", {"answered_on": date(2026, 5, 17), "agreed": False}, "不同意见"),
        ("public_notice", {**SHOWN, "quiet": False}, "公示有反映"),
        ("decision", {"decided_on": date(2026, 6, 28), "granted": False}, "没有评上"),
    ],
)
def test_ends_before_the_honour(step: str, values: dict[str, Any], says: str) -> None:
    walk = proposed().record("meeting", **MEETING)
    if step != "opinions":
        walk.record("opinions", answered_on=date(2026, 5, 17), agreed=True)
    if step == "decision":
        walk = sent()
    walk.record(step, **values)
    assert walk.ended is not None
    assert says in walk.ended.says


@pytest.mark.parametrize(
    ("check", "touching", "wrong"),
    [
        ("after_the_proposal", "held_on", {"held_on": date(2026, 5, 9)}),
        ("present_fit", "present", {"present": 17}),
        ("enough_present", "present", {"present": 7}),
        ("within_quota", "chosen", {"chosen": [CHEN, LI], "votes": {1: 13, 2: 12}}),
        ("were_proposed", "chosen", {"chosen": [WANG], "votes": {3: 12}}),
        ("votes_fit", "votes", {"votes": {1: 15}}),
        ("all_carried", "votes", {"votes": {1: 8}}),
    ],
)
def test_mistakes_at_the_meeting(check: str, touching: str, wrong: dict[str, Any]) -> None:
    proposed().catches(check, "stop", "meeting", touching, **{**MEETING, **wrong})


def test_half_of_the_eligible_is_enough_to_meet_and_nine_of_sixteen_carry() -> None:
    assert proposed().levels("meeting", **{**MEETING, "present": 8, "votes": {1: 8}}) == {"all_carried": "stop"}
    assert proposed().levels("meeting", **{**MEETING, "present": 9, "votes": {1: 9}}) == {}


def test_who_may_not_be_proposed() -> None:
    walk = Walk("commendation").record("notice", **NOTICE)
    walk.catches("no_punishment", "stop", "propose", "clean", **{**PROPOSAL, "clean": False})
    walk.catches("one_honour_each", "warn", "propose", "twice", **{**PROPOSAL, "twice": True})
    walk.catches("after_the_notice", "stop", "propose", "held_on", **{**PROPOSAL, "held_on": date(2026, 5, 5)})
    field = walk.procedure.step("propose").field("people")
    assert field is not None
    assert field.whom == ("full",)
    Walk("commendation").catches("still_time", "stop", "notice", "due_on", **{**NOTICE, "due_on": date(2026, 5, 5)})


def test_nothing_goes_up_before_it_was_shown_for_five_working_days() -> None:
    walk = proposed().record("meeting", **MEETING).record("opinions", answered_on=date(2026, 5, 17), agreed=True)
    short = {**SHOWN, "last_day": date(2026, 5, 21)}
    assert "2026年5月22日" in walk.catches("five_working_days", "reason", "public_notice", "last_day", **short)
    early = {**SHOWN, "first_day": date(2026, 5, 15)}
    walk.catches("after_the_meeting", "stop", "public_notice", "first_day", **early)
    walk.record("public_notice", **SHOWN)
    walk.catches("after_the_public_notice", "stop", "submit", "sent_on", sent_on=date(2026, 5, 21))
    walk.catches("in_time", "reason", "submit", "sent_on", sent_on=date(2026, 5, 31))


def test_a_branch_honours_nobody_and_pays_nothing() -> None:
    walk = sent()
    decision = {"decided_on": date(2026, 6, 28), "granted": True, "by": "branch", "form": ["money"]}
    assert "没有表彰权" in walk.catches("not_by_the_branch", "stop", "decision", "by", **decision)
    walk.catches("no_money", "reason", "decision", "form", **decision)
    walk.catches("after_the_submission", "stop", "decision", "decided_on", decided_on=date(2026, 5, 27))
