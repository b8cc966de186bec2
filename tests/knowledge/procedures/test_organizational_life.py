"""Criticism meetings, appraisals and talks, walked and gone wrong; what is said in them is never asked."""

from datetime import date
from typing import Any

import pytest

from knowledge.procedure.model import Kind, Outcome
from tests.knowledge.procedures.walks import LI, WANG, Walk, procedures

AROUND = {
    "branch.full_members": 16,
    "branch.eligible": 16,
    "branch.probationary_members": 2,
    "branch.committee_members": 3,
    "subject.person": WANG,
    "subject.name": "王芳",
}


def done(one: Walk) -> bool:
    return one.ended is not None and one.ended.outcome is Outcome.DONE


# 组织生活会

MEETING: dict[str, Any] = {"held_on": date(2026, 12, 3), "expected": 18, "present": 17, "criticism": "all"}


def prepared(talked: int = 18) -> Walk:
    one = Walk("criticism-meeting", AROUND)
    one.record("plan", reported_on=date(2026, 11, 2), topic="对照检查", form="members")
    one.record("study", held_on=date(2026, 11, 10))
    one.record("talks", done_on=date(2026, 11, 20), to_talk=18, talked=talked)
    return one.record("statements", ready_on=date(2026, 11, 25))


def test_a_criticism_meeting_and_what_is_put_right_after_it() -> None:
    one = prepared().record("meeting", **MEETING)
    assert one.facts.get("meeting.missing") == 1
    one.record("remedies", listed_on=date(2026, 12, 10), due_on=date(2027, 6, 30))
    one.record("report", reported_on=date(2026, 12, 15))
    assert one.levels("reported_back", told_on=date(2027, 7, 1), finished=False) == {
        "in_time": "reason",
        "all_done": "warn",
    }
    one.record("reported_back", told_on=date(2027, 6, 28), finished=True)
    assert done(one)


@pytest.mark.parametrize(
    ("wrong", "found"),
    [
        ({"held_on": date(2026, 11, 19)}, {"after_talks": "stop", "after_statements": "warn"}),
        ({"held_on": date(2026, 11, 24)}, {"after_statements": "warn"}),
        ({"held_on": date(2027, 1, 10)}, {"in_season": "reason"}),
        ({"present": 19}, {"present_are_expected": "stop"}),
        ({"present": 16}, {"most_came": "warn"}),
        ({"criticism": "some"}, {"everybody_spoke": "reason"}),
        ({"criticism": "wishes"}, {"no_mere_wishes": "warn"}),
    ],
)
def test_mistakes_of_a_criticism_meeting(wrong: dict[str, Any], found: dict[str, str]) -> None:
    assert prepared().levels("meeting", **{**MEETING, **wrong}) == found


def test_talks_reach_everybody_before_the_meeting() -> None:
    one = prepared()
    one.records = one.records[:2]
    given = {"done_on": date(2026, 11, 20), "to_talk": 18}
    found = one.found("talks", "talked", **given, talked=15)
    assert found["all_talked_to"].level.value == "reason"
    assert "应谈18人，谈到15人" in found["all_talked_to"].says
    assert one.levels("talks", "talked", **given, talked=19) == {"talked_fit": "stop"}


def test_dates_around_a_criticism_meeting_keep_their_order() -> None:
    one = Walk("criticism-meeting", AROUND)
    one.record("plan", reported_on=date(2026, 11, 2), topic="对照检查", form="members")
    assert one.levels("study", held_on=date(2026, 11, 1)) == {"after_plan": "warn"}
    one = prepared().record("meeting", **MEETING)
    given = {"listed_on": date(2026, 12, 2), "due_on": date(2026, 12, 1)}
    assert one.levels("remedies", **given) == {"after_meeting": "stop", "due_later": "stop"}
    one.record("remedies", listed_on=date(2026, 12, 10), due_on=date(2027, 6, 30))
    assert one.levels("report", reported_on=date(2026, 12, 2)) == {"after_meeting": "stop"}


# 民主评议

SURVEY: dict[str, Any] = {
    "held_on": date(2026, 12, 3),
    "eligible": 16,
    "present": 16,
    "reviewed_first": True,
    "ballot": "four",
    "issued": 16,
    "collected": 16,
    "valid": 15,
}
GRADING: dict[str, Any] = {
    "decided_on": date(2026, 12, 6),
    "by": "committee",
    "appraised": 16,
    "excellent_count": 5,
    "good_count": 11,
    "basic_count": 0,
    "poor_count": 0,
}


def appraised(grading: dict[str, Any] | None = None) -> Walk:
    one = surveyed()
    return one.record("grading", **{**GRADING, **(grading or {})})


def planned() -> Walk:
    one = Walk("appraisal", AROUND)
    one.record("plan", decided_on=date(2026, 11, 2), year=2026, planned_on=date(2026, 12, 3))
    return one.record("preparing", done_on=date(2026, 11, 25))


def surveyed() -> Walk:
    return planned().record("meeting", **SURVEY)


def test_an_appraisal_ends_with_a_report() -> None:
    one = appraised()
    assert one.facts.get("grading.excellent_most") == 5
    one.record("feedback", done_on=date(2026, 12, 15), told=16).record("report", reported_on=date(2026, 12, 25))
    assert one.facts.get("report.excellent_count") == 5
    assert done(one)


def test_whoever_is_graded_low_is_helped_and_never_removed_at_once() -> None:
    one = appraised({"good_count": 9, "basic_count": 1, "poor_count": 1})
    assert one.facts.get("grading.help") is True
    one.record("feedback", done_on=date(2026, 12, 15), told=16)
    assert one.open == ["helping"]
    assert one.levels("helping", begun_on=date(2026, 12, 5)) == {"after_grading": "stop"}
    one.record("helping", begun_on=date(2026, 12, 20)).record("report", reported_on=date(2026, 12, 25))
    assert done(one)


@pytest.mark.parametrize(
    ("year", "decided", "found"),
    [
        (2026, date(2026, 11, 2), {}),
        (2025, date(2026, 1, 10), {}),
        (2025, date(2026, 11, 2), {"right_year": "stop"}),
        (2027, date(2026, 11, 2), {"right_year": "stop"}),
    ],
)
def test_the_year_of_an_appraisal(year: int, decided: date, found: dict[str, str]) -> None:
    given = {"decided_on": decided, "year": year, "planned_on": date(2026, 12, 3)}
    assert Walk("appraisal", AROUND).levels("plan", **given) == found


def test_an_appraisal_is_planned_ahead() -> None:
    given = {"decided_on": date(2026, 11, 2), "year": 2026, "planned_on": date(2026, 11, 1)}
    assert Walk("appraisal", AROUND).levels("plan", **given) == {"planned_after": "stop"}


@pytest.mark.parametrize(
    ("touching", "wrong", "found"),
    [
        ("held_on", {"held_on": date(2026, 11, 24)}, {"after_preparing": "stop"}),
        ("held_on", {"held_on": date(2027, 5, 1)}, {"in_season": "warn"}),
        ("eligible", {"eligible": 18}, {"eligible_are_full": "stop"}),
        ("present", {"present": 17}, {"present_are_expected": "stop"}),
        ("present", {"present": 7}, {"quorate": "stop", "most_took_part": "warn"}),
        ("present", {"present": 15}, {"most_took_part": "warn"}),
        ("reviewed_first", {"reviewed_first": False}, {"in_order": "stop"}),
        ("ballot", {"ballot": "three"}, {"four_grades": "stop"}),
        ("ballot", {"ballot": "signed"}, {"secret": "stop"}),
        ("issued", {"issued": 17}, {"issued_fit": "stop"}),
        ("collected", {"collected": 17}, {"collected_fit": "stop"}),
        ("valid", {"valid": 17}, {"valid_fit": "stop"}),
    ],
)
def test_mistakes_of_the_survey(touching: str, wrong: dict[str, Any], found: dict[str, str]) -> None:
    one = planned()
    assert one.levels("meeting", touching, **one.typed("meeting", touching, {**SURVEY, **wrong})) == found


@pytest.mark.parametrize(
    ("wrong", "found"),
    [
        ({"decided_on": date(2026, 12, 2)}, {"after_meeting": "stop"}),
        ({"by": "votes"}, {"not_by_votes": "stop"}),
        ({"appraised": 18, "good_count": 13}, {"only_full_members": "stop"}),
        ({"excellent_count": 6, "good_count": 10}, {"few_excellent": "warn"}),
        ({"good_count": 10}, {"everybody_graded": "stop"}),
    ],
)
def test_mistakes_of_the_grading(wrong: dict[str, Any], found: dict[str, str]) -> None:
    assert surveyed().levels("grading", **{**GRADING, **wrong}) == found


def test_everybody_hears_the_grade_before_it_is_reported() -> None:
    one = appraised()
    assert one.levels("feedback", done_on=date(2026, 12, 15), told=15) == {"everybody_told": "reason"}
    assert one.levels("feedback", done_on=date(2026, 12, 5), told=17) == {"after_grading": "stop", "told_fit": "stop"}
    one.record("feedback", done_on=date(2026, 12, 15), told=16)
    assert one.levels("report", reported_on=date(2026, 12, 14)) == {"after_feedback": "stop"}


# 谈心谈话

TALK: dict[str, Any] = {"held_on": date(2026, 3, 5), "talker": LI, "kind": "yearly", "way": "face", "to_follow": False}


def test_a_talk_is_over_at_once_or_followed_up() -> None:
    one = Walk("heart-to-heart", AROUND).record("talk", **TALK)
    assert one.facts.get("talk.next_due") == date(2027, 3, 5)
    assert done(one)
    one = Walk("heart-to-heart", AROUND).record("talk", **{**TALK, "to_follow": True, "follow_up_on": date(2026, 4, 5)})
    assert one.levels("follow_up", done_on=date(2026, 4, 6)) == {"in_time": "reason"}
    assert one.levels("follow_up", done_on=date(2026, 3, 4)) == {"after_talk": "stop"}
    assert one.standing.next_reminder(date(2026, 3, 5)) == date(2026, 3, 29)
    assert done(one.record("follow_up", done_on=date(2026, 4, 1)))


@pytest.mark.parametrize(
    ("wrong", "found"),
    [
        ({"talker": WANG}, {"not_oneself": "stop"}),
        ({"way": "group"}, {"one_to_one": "stop"}),
        ({"to_follow": True, "follow_up_on": date(2026, 3, 4)}, {"follow_later": "stop"}),
    ],
)
def test_mistakes_of_a_talk(wrong: dict[str, Any], found: dict[str, str]) -> None:
    assert Walk("heart-to-heart", AROUND).levels("talk", **{**TALK, **wrong}) == found


@pytest.mark.parametrize("id", ["heart-to-heart", "criticism-meeting", "appraisal"])
def test_what_is_said_of_people_is_never_asked(id: str) -> None:
    free = [
        asked.id
        for step in procedures().named(id).steps
        for asked in step.fields
        if asked.kind in (Kind.TEXT, Kind.LINES, Kind.TALLY)
    ]
    assert free in ([], ["topic"])
