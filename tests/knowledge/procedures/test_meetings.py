"""The meetings of a branch, of its committee and its groups, lectures and theme days, walked and gone wrong."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from knowledge.procedure.model import Outcome
from tests.knowledge.procedures.walks import LI, WANG, Walk

AROUND = {
    "branch.full_members": 16,
    "branch.eligible": 16,
    "branch.probationary_members": 2,
    "branch.committee_members": 3,
    "case.matter": "三季度党员大会",
}
DAY = date(2026, 9, 8)


def done(one: Walk) -> bool:
    return one.ended is not None and one.ended.outcome is Outcome.DONE


# 党员大会

MEETING: dict[str, Any] = {"held_on": DAY, "host": LI, "recorder": WANG, "eligible": 16, "present": 12, "on_leave": 3}
VOTE: dict[str, Any] = {
    "held_on": DAY,
    "topic": "半年工作",
    "way": "hands",
    "in_favour": 9,
    "against": 1,
    "abstained": 2,
}


def general(deciding: str) -> Walk:
    one = Walk("general-meeting", AROUND)
    return one.record("preparation", decided_on=date(2026, 9, 1), agenda=["半年工作"], deciding=deciding)


def test_a_general_meeting_decides_item_by_item() -> None:
    one = general("general")
    one.record("notice", told_on=date(2026, 9, 3), held_on=DAY, starts_at="下午3:00", place="会议室")
    one.record("meeting", **MEETING)
    assert one.facts.get("meeting.missing") == 1
    assert one.facts.get("meeting.present_at_least") == 8
    assert one.facts.get("meeting.next_due") == date(2026, 12, 31)
    assert "record" not in one.open
    one.record("vote", **VOTE)
    assert one.facts.get("vote.passed") is True
    one.record("vote", **{**VOTE, "in_favour": 8, "abstained": 3})
    assert one.facts.get("vote.passed") is False
    assert one.facts.get("vote.any_passed") is True
    one.record("record", recorded_on=date(2026, 9, 10), reporting="none")
    assert done(one)


def test_a_general_meeting_that_only_listens_needs_no_quorum_and_no_vote() -> None:
    one = general("none").record("meeting", **{**MEETING, "present": 2})
    one.record("record", recorded_on=date(2026, 9, 10), reporting="none")
    assert done(one)


@pytest.mark.parametrize(
    ("deciding", "present", "found"),
    [
        ("general", 8, {}),
        ("general", 7, {"quorate": "stop"}),
        ("admission", 9, {}),
        ("admission", 8, {"quorate_for_admission": "stop"}),
        ("election", 13, {}),
        ("election", 12, {"quorate_for_election": "stop"}),
        ("none", 1, {}),
    ],
)
def test_how_many_must_come_depends_on_what_is_decided(deciding: str, present: int, found: dict[str, str]) -> None:
    one = general(deciding)
    values = one.typed("meeting", "present", {**MEETING, "present": present})
    assert one.levels("meeting", "present", **values) == found


@pytest.mark.parametrize(
    ("touching", "wrong", "found"),
    [
        ("eligible", {"eligible": 18}, {"eligible_are_full": "stop"}),
        ("eligible", {"eligible": 12}, {"nobody_left_out": "reason"}),
        ("recorder", {"recorder": LI}, {"two_people": "warn"}),
        ("present", {"present": 17}, {"present_are_expected": "stop"}),
        ("on_leave", {"on_leave": 5}, {"all_accounted_for": "stop"}),
        ("held_on", {"held_on": date(2026, 8, 31)}, {"after_preparation": "stop"}),
    ],
)
def test_mistakes_of_a_general_meeting(touching: str, wrong: dict[str, Any], found: dict[str, str]) -> None:
    one = general("general")
    assert one.levels("meeting", touching, **one.typed("meeting", touching, {**MEETING, **wrong})) == found


@pytest.mark.parametrize(
    ("wrong", "found"),
    [
        ({"way": "online"}, {"in_the_room": "stop"}),
        ({"held_on": date(2026, 9, 9)}, {"at_the_meeting": "stop"}),
        ({"in_favour": 13}, {"favour_fits": "stop", "votes_fit": "stop", "votes_complete": "warn"}),
        ({"against": 4}, {"votes_fit": "stop", "votes_complete": "warn"}),
        ({"abstained": 1}, {"votes_complete": "warn"}),
    ],
)
def test_mistakes_of_a_vote(wrong: dict[str, Any], found: dict[str, str]) -> None:
    one = general("general").record("meeting", **MEETING)
    assert one.levels("vote", **{**VOTE, **wrong}) == found


def test_a_notice_is_early_and_a_record_late() -> None:
    one = general("none")
    notice = {"told_on": date(2026, 9, 6), "held_on": DAY}
    assert one.levels("notice", "held_on", **notice) == {"told_early": "warn"}
    assert one.levels("notice", "held_on", told_on=date(2026, 9, 9), held_on=DAY) == {
        "told_before": "stop",
        "told_early": "warn",
    }
    one.record("meeting", **MEETING)
    assert one.levels("record", recorded_on=date(2026, 9, 7)) == {"after_meeting": "stop"}


# 支委会会议

COMMITTEE: dict[str, Any] = {"held_on": DAY, "host": LI, "eligible": 3, "present": 2, "outcome": "decided"}


def committee(belongs_to: str = "committee") -> Walk:
    one = Walk("committee-meeting", AROUND)
    return one.record("preparation", decided_on=date(2026, 9, 1), agenda=["研究主题党日"], belongs_to=belongs_to)


def test_a_committee_meets_and_its_decisions_are_followed() -> None:
    one = committee().record("meeting", **COMMITTEE)
    assert one.facts.get("meeting.present_at_least") == 2
    assert one.facts.get("meeting.next_due") == date(2026, 10, 31)
    one.record("vote", held_on=DAY, topic="主题党日", in_favour=2, against=0, abstained=0)
    assert one.facts.get("vote.passed") is True
    one.record("record", recorded_on=DAY, decisions=["李华备好材料"])
    assert done(one)
    assert done(committee().record("meeting", **COMMITTEE).record("record", recorded_on=DAY))


@pytest.mark.parametrize(
    ("wrong", "found"),
    [
        ({"present": 1}, {"quorate": "stop"}),
        ({"present": 4}, {"present_are_members": "stop"}),
        ({"eligible": 2}, {"size": "stop"}),
        ({"eligible": 8, "present": 8}, {"size": "stop"}),
        ({"eligible": 6, "present": 3}, {"usual_size": "warn"}),
        ({"held_on": date(2026, 8, 31)}, {"after_preparation": "stop"}),
    ],
)
def test_mistakes_of_a_committee(wrong: dict[str, Any], found: dict[str, str]) -> None:
    assert committee().levels("meeting", **{**COMMITTEE, **wrong}) == found


@pytest.mark.parametrize("belongs_to", ["members", "admission"])
def test_a_committee_does_not_decide_for_the_members(belongs_to: str) -> None:
    one = committee(belongs_to)
    assert one.levels("meeting", **COMMITTEE) == {"left_to_the_members": "stop"}
    assert one.levels("meeting", **{**COMMITTEE, "outcome": "proposed"}) == {}


def test_a_small_branch_is_told_that_it_has_no_committee() -> None:
    one = Walk("committee-meeting", {**AROUND, "branch.full_members": 6})
    given = {"decided_on": date(2026, 9, 1), "agenda": ["研究"], "belongs_to": "committee"}
    assert one.levels("preparation", **given) == {"has_committee": "warn"}


def test_votes_of_a_committee_fit_and_its_record_follows() -> None:
    one = committee().record("meeting", **COMMITTEE)
    votes = {"held_on": DAY, "topic": "研究", "in_favour": 2, "against": 1, "abstained": 0}
    assert one.levels("vote", **votes) == {"votes_fit": "stop"}
    assert one.levels("record", recorded_on=date(2026, 9, 1)) == {"after_meeting": "stop"}


# 党小组会

GROUP: dict[str, Any] = {"held_on": DAY, "host": LI, "expected": 6, "present": 5, "outcome": "opinion"}


def group() -> Walk:
    return Walk("group-meeting", AROUND).record("preparation", decided_on=date(2026, 9, 1))


def test_a_group_meets_and_reports() -> None:
    one = group().record("meeting", **GROUP).record("report", reported_on=date(2026, 9, 9))
    assert one.facts.get("meeting.next_due") == date(2026, 10, 31)
    assert done(one)


@pytest.mark.parametrize(
    ("wrong", "found"),
    [
        ({"outcome": "decision"}, {"the_branch_decides": "stop"}),
        ({"expected": 2, "present": 2}, {"three_or_more": "warn"}),
        ({"present": 7}, {"present_are_expected": "stop"}),
        ({"present": 2}, {"more_than_half": "warn"}),
        ({"held_on": date(2026, 8, 31)}, {"after_preparation": "stop"}),
    ],
)
def test_mistakes_of_a_group(wrong: dict[str, Any], found: dict[str, str]) -> None:
    assert group().levels("meeting", **{**GROUP, **wrong}) == found


def test_a_group_reports_after_it_met() -> None:
    assert group().record("meeting", **GROUP).levels("report", reported_on=date(2026, 9, 7)) == {
        "after_meeting": "stop"
    }


# 党课

LESSON: dict[str, Any] = {"held_on": DAY, "form": "talk", "hours": Decimal("2"), "expected": 18, "present": 15}


def lecture(script: str = "reviewed") -> Walk:
    one = Walk("lecture", AROUND)
    return one.record("preparation", prepared_on=date(2026, 9, 1), speaker="李华", standing="secretary", script=script)


def test_a_lecture_is_held_and_those_who_missed_it_make_it_up() -> None:
    one = lecture().record("lesson", **LESSON)
    assert one.facts.get("lesson.missing") == 3
    one.record("made_up", made_up_on=date(2026, 9, 15), how_many_made_up=3)
    one.record("record", recorded_on=date(2026, 9, 20))
    assert done(one)
    assert done(lecture().record("lesson", **LESSON).record("record", recorded_on=DAY))


def test_how_often_a_lecture_is_held_is_a_wish_and_no_rule() -> None:
    one = lecture().record("lesson", **LESSON)
    labels = {derived.id: derived.label for derived in one.procedure.step("lesson").derived}
    assert one.facts.get("lesson.next_wished") == date(2026, 12, 31)
    assert "单位要求" in labels["next_wished"]
    assert not [check for step in one.procedure.steps for check in step.checks if "next_wished" in check.of.values()]


@pytest.mark.parametrize(
    ("wrong", "found"),
    [
        ({"form": "video"}, {"not_only_video": "reason"}),
        ({"form": "reading"}, {"not_only_reading": "reason"}),
        ({"hours": Decimal("0")}, {"half_hours": "stop"}),
        ({"hours": Decimal("1.3")}, {"half_hours": "stop"}),
        ({"hours": Decimal("8.5")}, {"not_too_long": "warn"}),
        ({"present": 19}, {"present_are_expected": "stop"}),
        ({"held_on": date(2026, 8, 31)}, {"after_preparation": "stop"}),
    ],
)
def test_mistakes_of_a_lecture(wrong: dict[str, Any], found: dict[str, str]) -> None:
    assert lecture().levels("lesson", **{**LESSON, **wrong}) == found


def test_an_old_script_and_one_that_nobody_read_are_remarked_on() -> None:
    given = {"prepared_on": date(2026, 9, 1), "speaker": "李华", "standing": "secretary"}
    one = Walk("lecture", AROUND)
    assert one.levels("preparation", **given, script="reused") == {"script_is_new": "warn"}
    assert one.levels("preparation", **given, script="unreviewed") == {"script_is_reviewed": "warn"}


def test_nobody_makes_up_what_nobody_missed() -> None:
    one = lecture().record("lesson", **LESSON)
    given = {"made_up_on": date(2026, 9, 7), "how_many_made_up": 4}
    assert one.levels("made_up", **given) == {"after_lesson": "stop", "no_more_than_missing": "stop"}
    assert one.levels("record", recorded_on=date(2026, 9, 7)) == {"after_lesson": "stop"}


# 主题党日

PLAN: dict[str, Any] = {
    "decided_on": date(2026, 9, 1),
    "planned_on": DAY,
    "activities": ["study", "service"],
}
HELD: dict[str, Any] = {"held_on": DAY, "expected": 18, "present": 15, "along": "alone", "to_follow": False}


def theme_day() -> Walk:
    return Walk("theme-day", AROUND).record("plan", **PLAN)


def test_a_theme_day_and_what_was_agreed_on_it() -> None:
    one = theme_day().record("day", **{**HELD, "to_follow": True, "decisions": ["修好门"]})
    assert one.facts.get("day.next_day") == date(2026, 10, 8)
    assert one.levels("follow_up", done_on=date(2026, 10, 9)) == {"before_the_next": "reason"}
    assert one.levels("follow_up", done_on=date(2026, 9, 7)) == {"after_day": "stop"}
    one.record("follow_up", done_on=date(2026, 9, 30))
    assert done(one)
    assert done(theme_day().record("day", **HELD))


@pytest.mark.parametrize(
    ("wrong", "found"),
    [
        ({"planned_on": date(2026, 9, 29)}, {"fixed_every_month": "stop"}),
        ({"planned_on": date(2026, 8, 28)}, {"decided_before": "warn"}),
        ({"activities": ["leisure"]}, {"not_only_leisure": "stop"}),
        ({"activities": ["leisure", "study"]}, {}),
    ],
)
def test_mistakes_of_a_plan(wrong: dict[str, Any], found: dict[str, str]) -> None:
    assert Walk("theme-day", AROUND).levels("plan", **{**PLAN, **wrong}) == found


@pytest.mark.parametrize(
    ("wrong", "found"),
    [
        ({"held_on": date(2026, 9, 12)}, {"on_the_fixed_day": "reason"}),
        ({"held_on": date(2026, 8, 31)}, {"on_the_fixed_day": "reason", "after_plan": "stop"}),
        ({"present": 19}, {"present_are_expected": "stop"}),
        ({"along": "mixed"}, {"records_apart": "reason"}),
        ({"along": "separate"}, {}),
    ],
)
def test_mistakes_of_a_theme_day(wrong: dict[str, Any], found: dict[str, str]) -> None:
    assert theme_day().levels("day", **{**HELD, **wrong}) == found
