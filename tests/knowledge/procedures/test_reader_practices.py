"""What the opinions of 2012 asked for and goes on: grading, a step up, duty reports, openness, contact persons."""

from datetime import date
from typing import Any

import pytest

from tests.knowledge.procedures.walks import Walk

FIVE = ["setting", "leaders", "systems", "means", "effect"]
GOOD = ["leaders", "members", "workings", "results", "masses"]
GRADE = {"graded_on": date(2026, 3, 25), "by": "above", "good": GOOD, "level": "advanced"}


def surveyed() -> Walk:
    return Walk("grading").record("survey", surveyed_on=date(2026, 3, 5), sound=FIVE)


@pytest.mark.parametrize(
    ("level", "good", "says"), [("advanced", GOOD, ""), ("plain", GOOD[:3], "晋位升级"), ("behind", [], "整顿")]
)
def test_a_grade_leads_to_what_is_to_be_done(level: str, good: list[str], says: str) -> None:
    walk = surveyed().record("grade", **{**GRADE, "level": level, "good": good})
    walk.record("agenda", listed_on=date(2026, 4, 1), problems=["场所太小，责任人陈明"])
    assert walk.ended is not None
    assert walk.ended.outcome == "done"
    assert says in walk.ended.says


def test_grading_is_not_done_by_the_branch() -> None:
    walk = surveyed()
    walk.catches("from_above", "stop", "grade", "by", **{**GRADE, "by": "branch"})
    walk.catches("after_the_survey", "stop", "grade", "graded_on", **{**GRADE, "graded_on": date(2026, 3, 4)})
    walk.catches("advanced_is_all_good", "warn", "grade", "level", **{**GRADE, "good": GOOD[:4]})
    walk.catches("not_behind_with_all_good", "warn", "grade", "level", **{**GRADE, "level": "behind"})
    gaps = {"surveyed_on": date(2026, 3, 5), "sound": FIVE[:4]}
    Walk("grading").catches("gaps_are_written", "warn", "survey", "sound", **gaps)
    walk.record("grade", **GRADE)
    walk.catches("after_grading", "stop", "agenda", "listed_on", listed_on=date(2026, 3, 24))


UP = {
    "decided_on": date(2026, 4, 5),
    "grade": "plain",
    "target": "advanced",
    "measures": ["每月主题党日，责任人陈明"],
    "due_on": date(2026, 12, 20),
}


@pytest.mark.parametrize("reached", [True, False])
def test_a_step_up_is_judged_from_above(reached: bool) -> None:
    walk = Walk("upgrading").record("plan", **UP).record("progress", checked_on=date(2026, 7, 5), done=["主题党日"])
    result = {"judged_on": date(2026, 12, 19), "by": "above", "reached": reached}
    walk.catches("from_above", "stop", "result", "by", **{**result, "by": "branch"})
    walk.catches("in_time", "warn", "result", "judged_on", **{**result, "judged_on": date(2026, 12, 21)})
    walk.catches("after_planning", "stop", "result", "judged_on", **{**result, "judged_on": date(2026, 4, 4)})
    walk.record("result", **result)
    assert walk.ended is not None
    assert ("没有达到" in walk.ended.says) is not reached


def test_nobody_aims_downwards_or_backwards() -> None:
    walk = Walk("upgrading")
    walk.catches("upwards", "stop", "plan", "target", **{**UP, "grade": "advanced", "target": "plain"})
    walk.catches("ends_later", "stop", "plan", "due_on", **{**UP, "due_on": date(2026, 4, 4)})
    walk.record("plan", **UP)
    walk.catches("after_the_plan", "stop", "progress", "checked_on", checked_on=date(2026, 4, 4), done=["无"])


WRITTEN = {
    "written_on": date(2026, 12, 12),
    "done": ["发展党员2名", "换届选举"],
    "problems": ["学时不足", "活动单一"],
    "plans": ["一月定计划"],
}
REVIEW = {"reviewed_on": date(2026, 12, 25), "issued": 20, "good": 14, "fair": 4, "plain": 1, "poor": 0}
FEEDBACK = {"told_on": date(2027, 1, 10), "remedies": ["补学时"], "due_on": date(2027, 6, 30)}


def listened() -> Walk:
    return Walk("duty-report").record("listen", held_on=date(2026, 12, 5), remarks=["活动单一"])


def reported() -> Walk:
    return listened().record("write", **WRITTEN).record("report", held_on=date(2026, 12, 25))


def test_a_duty_report_until_what_it_showed_is_mended() -> None:
    walk = reported().record("review", **REVIEW).record("feedback", **FEEDBACK)
    assert walk.facts.get("review.counted") == 19
    walk.catches("in_time", "reason", "close", "closed_on", closed_on=date(2027, 7, 1))
    walk.catches("after_the_feedback", "stop", "close", "closed_on", closed_on=date(2027, 1, 9))
    walk.record("close", closed_on=date(2027, 6, 25))
    assert walk.ended is not None


@pytest.mark.parametrize(
    ("check", "level", "touching", "wrong"),
    [
        ("after_listening", "stop", "written_on", {"written_on": date(2026, 12, 4)}),
        ("problems_too", "warn", "problems", {"problems": ["学时不足"]}),
        ("about_the_party_work", "reason", "done", {"done": ["销售增长10%", "利润100万元"]}),
    ],
)
def test_mistakes_in_the_outline(check: str, level: str, touching: str, wrong: dict[str, Any]) -> None:
    listened().catches(check, level, "write", touching, **{**WRITTEN, **wrong})


def test_mistakes_in_the_review() -> None:
    walk = listened().record("write", **WRITTEN)
    walk.catches("after_writing", "stop", "report", "held_on", held_on=date(2026, 12, 11))
    walk = reported()
    walk.catches("not_more_than_issued", "stop", "review", "poor", **{**REVIEW, "poor": 2})
    walk.catches("after_reporting", "stop", "review", "reviewed_on", **{**REVIEW, "reviewed_on": date(2026, 12, 24)})
    walk.record("review", **REVIEW)
    walk.catches("after_reviewing", "stop", "feedback", "told_on", **{**FEEDBACK, "told_on": date(2026, 12, 24)})
    walk.catches("has_time", "stop", "feedback", "due_on", **{**FEEDBACK, "due_on": date(2027, 1, 9)})


OPEN = {"proposed_on": date(2026, 7, 1), "scope": "public", "content": ["收缴情况"], "sensitive": False}
SHOWN = {"first_day": date(2026, 7, 6), "last_day": date(2026, 7, 10), "way": ["board"]}


def published() -> Walk:
    walk = Walk("openness").record("propose", **OPEN).record("approve", approved_on=date(2026, 7, 3), approved=True)
    return walk.record("publish", **SHOWN)


def test_what_is_made_known_is_answered_for() -> None:
    walk = published()
    answers = {"answered_on": date(2026, 7, 11), "remarks": ["用在哪里"], "answered": False}
    walk.catches("all_answered", "reason", "opinions", "answered", **answers)
    walk.catches("after_publishing", "stop", "opinions", "answered_on", **{**answers, "answered_on": date(2026, 7, 9)})
    walk.record("opinions", **{**answers, "answered": True}).record("archive", archived_on=date(2026, 7, 15))
    assert walk.ended is not None


def test_what_must_not_be_made_known_is_not() -> None:
    walk = Walk("openness")
    walk.catches("nothing_sensitive", "stop", "propose", "sensitive", **{**OPEN, "sensitive": True})
    walk.record("propose", **OPEN)
    walk.catches("after_proposing", "stop", "approve", "approved_on", approved_on=date(2026, 6, 30))
    refused = Walk("openness").record("propose", **OPEN)
    refused.record("approve", approved_on=date(2026, 7, 3), approved=False)
    assert refused.ended is not None
    walk.record("approve", approved_on=date(2026, 7, 3), approved=True)
    walk.catches("after_approval", "stop", "publish", "first_day", **{**SHOWN, "first_day": date(2026, 7, 2)})
    walk.catches("long_enough", "warn", "publish", "last_day", **{**SHOWN, "last_day": date(2026, 7, 9)})
    walk.catches("ends_later", "stop", "publish", "last_day", **{**SHOWN, "last_day": date(2026, 7, 5)})


APPOINTED = {"appointed_on": date(2026, 3, 5), "person": "王某某", "by": "above", "tasks": ["活动场所"]}
VISIT = {"visited_on": date(2026, 6, 1), "content": ["lecture"], "kept": True}


def test_a_contact_person_comes_helps_and_is_reported_on() -> None:
    walk = Walk("contact-person").record("appoint", **APPOINTED).record("visit", **VISIT, results=["修活动室"])
    walk.catches("promises_kept", "warn", "visit", "kept", **{**VISIT, "visited_on": date(2026, 9, 1), "kept": False})
    walk.catches("each_quarter", "warn", "visit", "visited_on", **{**VISIT, "visited_on": date(2026, 9, 2)})
    walk.record("visit", **{**VISIT, "visited_on": date(2026, 9, 1), "content": ["solve", "listen"]})
    walk.catches("after_the_last_visit", "stop", "close", "closed_on", closed_on=date(2026, 8, 31))
    walk.record("close", closed_on=date(2026, 12, 20), solved=["修活动室"])
    assert walk.facts.get("close.times") == 2
    assert walk.ended is not None


def test_who_only_listens_and_whom_the_branch_chose() -> None:
    walk = Walk("contact-person")
    walk.catches("from_above", "reason", "appoint", "by", **{**APPOINTED, "by": "branch"})
    walk.record("appoint", **APPOINTED)
    walk.catches("not_only_listening", "warn", "visit", "content", **{**VISIT, "content": ["listen"]})
    walk.catches("after_appointing", "stop", "visit", "visited_on", **{**VISIT, "visited_on": date(2026, 3, 4)})
