"""组织处置 in its three ways, each mistake, and what ends it."""

from datetime import date
from typing import Any

import pytest

from knowledge.documents.papers import Papers
from knowledge.procedure.facts import papers_made
from knowledge.procedure.files import faults
from knowledge.procedure.model import Kind, Outcome
from knowledge.procedure.standing import State
from tests.knowledge.procedures.walks import ZHAO, Walk, procedures

AROUND = {"subject.person": ZHAO, "subject.status": "full", "branch.eligible": 16, "branch.full_members": 16}
VOTES = {"eligible": 16, "present": 16, "in_favour": 16}
STEPS: list[tuple[str, dict[str, Any]]] = [
    ("opinion", {"decided_on": date(2026, 3, 2), "way": "correct", "ground": "inactive", "discipline": "none"}),
    ("filing", {"filed_on": date(2026, 3, 5)}),
    ("investigation", {"ended_on": date(2026, 3, 25)}),
    ("talk", {"talked_on": date(2026, 3, 27)}),
    ("prereview", {"reviewed_on": date(2026, 4, 10)}),
    ("meeting", {"held_on": date(2026, 4, 20), "invited": True, **VOTES}),
    ("approval", {"approved_on": date(2026, 5, 15), "approved": True, "correct_until": date(2026, 11, 15)}),
    ("announcement", {"announced_on": date(2026, 5, 20)}),
    ("correction_end", {"decided_on": date(2026, 11, 20), "improved": True}),
    ("archive", {"archived_on": date(2026, 12, 1)}),
]


def walked(until: str = "", **opinion: Any) -> Walk:
    """The way of a correction as far as a step, or with another opinion."""
    walk = Walk("disposal", AROUND)
    for step, values in STEPS:
        if step == until:
            return walk
        walk.record(step, **({**values, **opinion} if step == "opinion" else values))
    return walk


def usual(step: str) -> dict[str, Any]:
    """What is recorded in a step of the straight way."""
    return dict(next(values for name, values in STEPS if name == step))


@pytest.mark.parametrize(("improved", "words"), [(True, True), (False, False)])
def test_a_correction_ends_with_whether_it_helped(improved: bool, words: bool) -> None:
    walk = walked("correction_end").record("correction_end", decided_on=date(2026, 11, 20), improved=improved)
    assert walk.facts.get("correction_end.conclusion") is words
    walk.record("archive", archived_on=date(2026, 12, 1))
    assert walk.ended is not None
    assert walk.ended.outcome is Outcome.DONE


@pytest.mark.parametrize(("way", "ground"), [("persuade", {"ground": "unchanged"}), ("remove", {"ground": "refuses"})])
def test_who_is_persuaded_to_leave_or_removed_leaves_and_may_apply_again_in_five_years(
    way: str, ground: dict[str, Any]
) -> None:
    walk = walked("approval", way=way, **ground).record("approval", approved_on=date(2026, 5, 15), approved=True)
    step = walk.procedure.step("approval")
    (effect,) = [one for one in step.effects if walk.facts.holds(one.when, step.id) is True]
    assert effect.leaves
    assert walk.facts.get("approval.may_reapply") == date(2031, 5, 15)
    assert walk.standing.place("correction_end").state is State.PASSED
    walk.record("announcement", announced_on=date(2026, 5, 20)).record("archive", archived_on=date(2026, 6, 1))
    assert walk.ended is not None
    assert walk.ended.outcome is Outcome.DONE


def test_nobody_leaves_who_has_time_to_correct_himself() -> None:
    walk = walked("announcement")
    step = walk.procedure.step("approval")
    assert not [one for one in step.effects if walk.facts.holds(one.when, step.id) is True]
    assert walk.facts.get("approval.usual_until") == date(2026, 11, 15)


@pytest.mark.parametrize(
    ("step", "changed", "check", "level", "words"),
    [
        ("opinion", {"discipline": "punished"}, "not_twice", "stop", "不再组织处置"),
        ("opinion", {"discipline": "due"}, "not_instead", "stop", "不能用组织处置代替"),
        ("filing", {"filed_on": date(2026, 3, 1)}, "after_opinion", "stop", "2026年3月2日"),
        ("investigation", {"ended_on": date(2026, 3, 4)}, "after_filing", "stop", "先备案"),
        ("talk", {"talked_on": date(2026, 3, 24)}, "after_investigation", "stop", "先核实"),
        ("prereview", {"reviewed_on": date(2026, 3, 26)}, "after_talk", "stop", "2026年3月27日"),
        ("meeting", {"held_on": date(2026, 3, 4)}, "filed_first", "stop", "没有报基层党委事前备案"),
        ("meeting", {"held_on": date(2026, 4, 9)}, "after_prereview", "stop", "先预审"),
        ("meeting", {"invited": False}, "heard", "stop", "有权参加和申辩"),
        ("meeting", {"eligible": 17}, "not_more_than_the_roster", "reason", "只有16人"),
        ("meeting", {"present": 17}, "no_more_than_expected", "stop", "不能多于应到的16人"),
        ("meeting", {"in_favour": 7, "present": 7}, "quorate", "stop", "至少8人到会"),
        ("meeting", {"in_favour": 8, "present": 8}, "more_than_half_came", "warn", "刚好半数"),
        ("meeting", {"in_favour": 17}, "no_more_votes", "stop", "不能多于到会的16人"),
        ("meeting", {"in_favour": 14, "against": 3}, "adds_up", "stop", "只剩2票"),
        ("approval", {"approved_on": date(2026, 4, 19)}, "after_meeting", "stop", "2026年4月20日"),
        ("approval", {"correct_until": date(2027, 5, 16)}, "a_year_at_most", "stop", "最迟到2027年5月15日"),
        ("approval", {"correct_until": date(2026, 11, 14)}, "half_a_year_as_a_rule", "warn", "2026年11月15日"),
        ("announcement", {"announced_on": date(2026, 5, 14)}, "after_approval", "stop", "2026年5月15日"),
        ("correction_end", {"decided_on": date(2026, 11, 14)}, "after_the_time", "stop", "2026年11月15日才满"),
        ("archive", {"archived_on": date(2026, 5, 19)}, "after_announcement", "stop", "2026年5月20日"),
    ],
)
def test_a_mistake_is_caught_as_it_is_typed(
    step: str, changed: dict[str, Any], check: str, level: str, words: str
) -> None:
    walk = walked(step)
    problem = walk.found(step, next(reversed(changed)), **{**usual(step), **changed})[check]
    assert problem.level == level
    assert words in problem.words


@pytest.mark.parametrize("way", ["correct", "persuade", "remove"])
def test_a_probationary_member_is_none_for_it_and_that_is_said_at_once(way: str) -> None:
    walk = Walk("disposal", {**AROUND, "subject.status": "probationary"})
    found = walk.found("opinion", "way", decided_on=date(2026, 3, 2), way=way)
    assert found["not_probationary"].level == "stop"
    assert "取消资格" in found["not_probationary"].then


@pytest.mark.parametrize(
    ("ground", "since", "day", "check"),
    [
        ("walked_away", date(2025, 9, 3), date(2026, 3, 2), "long_enough_gone"),
        ("walked_away", date(2025, 9, 2), date(2026, 3, 2), ""),
        ("walked_away", date(2025, 8, 31), date(2026, 2, 28), ""),
        ("stopped", date(2024, 3, 3), date(2026, 3, 2), "long_enough_gone"),
        ("stopped", date(2024, 3, 2), date(2026, 3, 2), ""),
        ("lost", date(2025, 9, 3), date(2026, 3, 2), "long_enough_lost"),
        ("lost", date(2025, 9, 2), date(2026, 3, 2), ""),
    ],
)
def test_what_takes_a_span_is_not_begun_before_it_is_over(ground: str, since: date, day: date, check: str) -> None:
    walk = Walk("disposal", AROUND)
    found = walk.levels("opinion", "since", decided_on=day, way="remove", ground=ground, since=since)
    assert found == ({check: "stop"} if check else {})


@pytest.mark.parametrize("ground", ["walked_away", "stopped", "lost"])
def test_six_months_do_nothing_by_themselves(ground: str) -> None:
    walk = Walk("disposal", AROUND)
    values = {"decided_on": date(2026, 3, 2), "way": "remove", "ground": ground, "since": date(2020, 1, 1)}
    found = walk.found("opinion", "looked_into", **values, looked_into=False)
    assert found["not_by_itself"].level == "stop"
    assert "自动除名" in found["not_by_itself"].says
    walk.record("opinion", **values, looked_into=True, discipline="none")


def test_a_vote_that_is_not_carried_ends_it() -> None:
    walk = walked("meeting").record(
        "meeting", held_on=date(2026, 4, 20), invited=True, eligible=16, present=10, in_favour=8, against=1
    )
    assert walk.facts.get("meeting.abstained") == 1
    assert walk.ended is not None
    assert walk.ended.outcome is Outcome.STOPPED


def test_what_the_committee_refuses_ends_it_and_nobody_leaves() -> None:
    walk = walked("approval", way="remove", ground="refuses")
    walk.record("approval", approved_on=date(2026, 5, 15), approved=False)
    step = walk.procedure.step("approval")
    assert walk.ended is not None
    assert walk.ended.outcome is Outcome.STOPPED
    assert not [one for one in step.effects if walk.facts.holds(one.when, step.id) is True]
    assert walk.facts.get("approval.may_reapply") is None


def test_no_words_about_anybody_are_kept() -> None:
    kinds = {asked.kind for step in procedures().named("disposal").steps for asked in step.fields}
    assert not kinds & {Kind.TEXT, Kind.LINES}


def test_its_papers_are_there_and_the_plan_to_help_only_where_there_is_time_to_correct() -> None:
    assert not [one for one in faults(papers=set(Papers.load())) if one.file.endswith("/disposal.yaml")]
    step = procedures().named("disposal").step("announcement")
    assert "correction_plan" in papers_made(step, walked("announcement").facts)
    assert "correction_plan" not in papers_made(step, walked("filing", way="remove", ground="refuses").facts)


def test_the_end_of_the_time_to_correct_is_reminded_of() -> None:
    walk = walked("correction_end")
    assert walk.standing.next_reminder(date(2026, 6, 1)) == date(2026, 10, 16)
    assert walk.standing.next_reminder(date(2026, 10, 16)) == date(2026, 11, 15)


def test_what_is_not_carried_is_said_before_it_ends_the_case() -> None:
    walk = walked("meeting")
    few = {"held_on": date(2026, 4, 20), "invited": True, "eligible": 16, "present": 10, "in_favour": 8, "against": 1}
    found = walk.found("meeting", "in_favour", **few)
    assert found["not_carried"].level == "warn"
    assert "至少9票" in found["not_carried"].says
