"""Decisions of the branch and of the village, walked and gone wrong."""

from datetime import date
from typing import Any

import pytest

from knowledge.procedure.model import Outcome
from tests.knowledge.procedures.walks import LI, Walk

AROUND = {"branch.full_members": 16, "branch.eligible": 16, "branch.committee_members": 3, "case.matter": "硬化道路"}
DAY = date(2026, 9, 16)
COMMITTEE: dict[str, Any] = {"held_on": date(2026, 9, 10), "eligible": 3, "present": 3, "outcome": "proposed"}
MEETING: dict[str, Any] = {
    "held_on": DAY,
    "eligible": 16,
    "present": 12,
    "items": 1,
    "way": "hands",
    "in_favour": 9,
    "against": 1,
    "abstained": 2,
}
RESOLUTION: dict[str, Any] = {"made_on": DAY, "responsible": LI, "due_on": date(2026, 12, 31), "reporting": "none"}


def proposed(category: str = "important", around: dict[str, Any] | None = None) -> Walk:
    one = Walk("democratic-decision", around or AROUND)
    one.record("proposal", proposed_on=date(2026, 9, 1), category=category, responsible=LI)
    return one.record("opinions", done_on=date(2026, 9, 8), heard_people=True)


def told(category: str = "important") -> Walk:
    one = proposed(category).record("committee", **COMMITTEE)
    return one.record("notice", told_on=date(2026, 9, 12), held_on=DAY)


def resolved() -> Walk:
    return told().record("meeting", **MEETING).record("resolution_made", **RESOLUTION)


def test_a_matter_is_proposed_decided_published_and_reported_on() -> None:
    one = resolved().record("publication", published_on=date(2026, 9, 20))
    assert one.facts.get("meeting.passed") is True
    assert one.facts.get("publication.responsible") == LI
    one.record("feedback", reported_on=date(2026, 12, 25))
    assert one.ended is not None
    assert one.ended.outcome is Outcome.DONE


def test_what_is_not_carried_is_not_done() -> None:
    one = told().record("meeting", **{**MEETING, "in_favour": 8, "abstained": 3})
    assert one.ended is not None
    assert one.ended.outcome is Outcome.STOPPED
    assert "没有通过" in one.ended.says


def test_a_small_branch_has_no_committee_to_ask() -> None:
    one = proposed(around={**AROUND, "branch.full_members": 5, "branch.eligible": 5})
    assert one.open == ["notice"]


def test_a_committee_drops_a_matter_or_decides_what_is_small() -> None:
    one = proposed().record("committee", **{**COMMITTEE, "outcome": "dropped"})
    assert one.ended is not None
    assert one.ended.outcome is Outcome.STOPPED
    small = proposed("small").record("committee", **{**COMMITTEE, "outcome": "decided"})
    assert small.ended is not None
    assert small.ended.outcome is Outcome.DONE


@pytest.mark.parametrize("category", ["important", "benefit", "praise", "disposal", "admission", "election", "report"])
def test_a_committee_does_not_decide_what_is_for_the_members(category: str) -> None:
    assert proposed(category).levels("committee", **{**COMMITTEE, "outcome": "decided"}) == {"for_the_members": "stop"}


@pytest.mark.parametrize(
    ("wrong", "found"),
    [
        ({"present": 1}, {"quorate": "stop"}),
        ({"present": 4}, {"present_are_members": "stop"}),
        ({"held_on": date(2026, 9, 7)}, {"after_opinions": "stop"}),
    ],
)
def test_mistakes_of_the_committee(wrong: dict[str, Any], found: dict[str, str]) -> None:
    assert proposed().levels("committee", **{**COMMITTEE, **wrong}) == found


def test_people_are_heard_where_it_is_about_their_interests() -> None:
    one = Walk("democratic-decision", AROUND)
    one.record("proposal", proposed_on=date(2026, 9, 1), category="benefit", responsible=LI)
    assert one.levels("opinions", done_on=date(2026, 9, 8), heard_people=False) == {"people_heard": "stop"}
    assert one.levels("opinions", done_on=date(2026, 8, 31)) == {"after_proposal": "stop"}


@pytest.mark.parametrize(
    ("category", "present", "found"),
    [
        ("important", 8, {}),
        ("important", 7, {"quorate": "stop"}),
        ("admission", 9, {}),
        ("admission", 8, {"quorate": "stop"}),
        ("election", 13, {}),
        ("election", 12, {"quorate": "stop"}),
    ],
)
def test_what_it_is_about_decides_how_many_must_come(category: str, present: int, found: dict[str, str]) -> None:
    one = told(category)
    values = one.typed("meeting", "present", {**MEETING, "present": present})
    assert one.levels("meeting", "present", **values) == found


@pytest.mark.parametrize(
    ("category", "wrong", "found"),
    [
        ("important", {"eligible": 17}, {"eligible_are_full": "stop"}),
        ("important", {"present": 17}, {"present_are_expected": "stop"}),
        ("important", {"items": 3}, {"one_by_one": "stop"}),
        ("important", {"way": "online"}, {"in_the_room": "stop"}),
        ("important", {"way": "secret"}, {}),
        ("admission", {"way": "hands"}, {"secret_ballot": "stop"}),
        ("disposal", {"way": "hands"}, {"secret_by_custom": "warn"}),
        ("important", {"abstained": 3}, {"votes_fit": "stop"}),
        ("important", {"held_on": date(2026, 8, 31)}, {"after_proposal": "stop"}),
    ],
)
def test_mistakes_of_the_meeting(category: str, wrong: dict[str, Any], found: dict[str, str]) -> None:
    assert told(category).levels("meeting", **{**MEETING, **wrong}) == found


def test_a_notice_a_resolution_and_a_report_come_in_their_order() -> None:
    one = proposed().record("committee", **COMMITTEE)
    assert one.levels("notice", told_on=date(2026, 9, 14), held_on=DAY) == {"told_early": "warn"}
    assert one.levels("notice", told_on=date(2026, 9, 17), held_on=DAY) == {"told_before": "stop", "told_early": "warn"}
    one = told().record("meeting", **MEETING)
    wrong = {**RESOLUTION, "made_on": date(2026, 9, 15), "due_on": date(2026, 9, 14)}
    assert one.levels("resolution_made", **wrong) == {"after_meeting": "stop", "due_later": "stop"}
    one.record("resolution_made", **RESOLUTION)
    assert one.levels("publication", published_on=date(2026, 9, 15)) == {"after_resolution": "stop"}
    one.record("publication", published_on=date(2026, 9, 20))
    assert one.levels("feedback", reported_on=date(2027, 1, 1)) == {"in_time": "reason"}
    assert one.levels("feedback", reported_on=date(2026, 9, 1)) == {"after_resolution": "stop"}


# 四议两公开

REVIEW: dict[str, Any] = {
    "held_on": date(2026, 3, 16),
    "sent_on": date(2026, 3, 12),
    "eligible": 16,
    "present": 12,
    "in_favour": 11,
    "against": 1,
}
VILLAGERS: dict[str, Any] = {
    "held_on": date(2026, 3, 20),
    "expected": 40,
    "present": 35,
    "in_favour": 33,
    "passed": True,
}


def discussed() -> Walk:
    one = Walk("four-discussions", AROUND).record("proposal", held_on=date(2026, 3, 5))
    return one.record("committees", held_on=date(2026, 3, 10))


def test_four_discussions_and_two_publications() -> None:
    one = discussed().record("review", **REVIEW).record("villagers", **VILLAGERS)
    one.record("publication", published_on=date(2026, 3, 22), due_on=date(2026, 10, 31))
    assert one.ended is None
    assert one.levels("result", published_on=date(2026, 11, 5)) == {"in_time": "warn"}
    one.record("result", published_on=date(2026, 10, 30))
    assert one.ended is not None
    assert one.ended.outcome is Outcome.DONE


def test_it_ends_where_one_of_the_four_says_no() -> None:
    one = discussed().record("review", **{**REVIEW, "in_favour": 8, "against": 4})
    assert one.ended is not None
    assert one.ended.outcome is Outcome.STOPPED
    one = discussed().record("review", **REVIEW).record("villagers", **{**VILLAGERS, "passed": False})
    assert one.ended is not None
    assert one.ended.outcome is Outcome.STOPPED


@pytest.mark.parametrize(
    ("wrong", "found"),
    [
        ({"held_on": date(2026, 3, 9), "sent_on": date(2026, 3, 1)}, {"in_order": "stop"}),
        ({"sent_on": date(2026, 3, 14)}, {"sent_early": "warn"}),
        ({"sent_on": date(2026, 3, 17)}, {"sent_before": "stop", "sent_early": "warn"}),
        ({"eligible": 17}, {"eligible_are_full": "stop"}),
        ({"present": 17}, {"present_are_expected": "stop"}),
        ({"present": 10, "in_favour": 9}, {"two_thirds": "warn"}),
        ({"present": 7, "in_favour": 6}, {"quorate": "stop", "two_thirds": "warn"}),
        ({"against": 2}, {"votes_fit": "stop"}),
    ],
)
def test_mistakes_of_the_review(wrong: dict[str, Any], found: dict[str, str]) -> None:
    assert discussed().levels("review", **{**REVIEW, **wrong}) == found


def test_the_four_keep_their_order() -> None:
    one = Walk("four-discussions", AROUND).record("proposal", held_on=date(2026, 3, 5))
    assert one.levels("committees", held_on=date(2026, 3, 4)) == {"in_order": "stop"}
    one = discussed().record("review", **REVIEW)
    assert one.levels("villagers", **{**VILLAGERS, "held_on": date(2026, 3, 15)}) == {"in_order": "stop"}
    assert one.levels("villagers", **{**VILLAGERS, "present": 41}) == {"present_are_expected": "stop"}
    assert one.levels("villagers", **{**VILLAGERS, "in_favour": 36}) == {"votes_fit": "stop"}
    one.record("villagers", **VILLAGERS)
    given = {"published_on": date(2026, 3, 19), "due_on": date(2026, 3, 18)}
    assert one.levels("publication", **given) == {"in_order": "stop", "due_later": "stop"}
    one.record("publication", published_on=date(2026, 3, 22), due_on=date(2026, 10, 31))
    assert one.levels("result", published_on=date(2026, 3, 21)) == {"in_order": "stop"}


def test_what_local_rules_ask_beyond_the_regulation_only_warns() -> None:
    step = Walk("four-discussions", AROUND).procedure.step("review")
    assert {check.id: check.level.value for check in step.checks}["two_thirds"] == "warn"
    assert step.confirm_locally
