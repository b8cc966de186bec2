"""One member's goals of a year: agreed, looked at, graded, told."""

from datetime import date
from typing import Any

import pytest

from tests.knowledge.procedures.walks import Walk

GOALS = ["全年学习32学时", "每月看望2位老人", "组织生活全勤12次"]
CLAIM = {"set_on": date(2026, 2, 5), "extent": "usual", "goals": GOALS, "due_on": date(2026, 12, 20)}


def templated() -> Walk:
    return Walk("goal-management", {"subject.status": "full"}).record(
        "template", decided_on=date(2026, 1, 20), items=["学习", "服务群众"]
    )


def graded() -> Walk:
    walk = templated().record("claim", **CLAIM)
    walk.record("review", reviewed_on=date(2026, 2, 20), shown="public")
    walk.record("progress", checked_on=date(2026, 3, 31), completion=30)
    return walk.record("grade", graded_on=date(2026, 12, 25), completion=90, conclusion="good")


def test_from_the_template_to_what_it_is_used_for() -> None:
    walk = graded()
    walk.record("use", told_on=date(2026, 12, 28), uses=["appraisal", "talk"])
    assert walk.ended is not None
    assert walk.ended.outcome == "done"


def test_halfway_goals_may_be_changed() -> None:
    walk = templated().record("claim", **CLAIM).record("review", reviewed_on=date(2026, 2, 20), shown="letter")
    walk.record("half_year", looked_on=date(2026, 7, 1), changed=["每月看望1位老人"])
    walk.catches("in_midyear", "warn", "half_year", "looked_on", looked_on=date(2026, 9, 1))
    assert walk.standing.place("progress").next_due == date(2026, 5, 20)


def test_who_has_no_goals_is_done_at_once_and_need_not_say_why() -> None:
    walk = templated().record("claim", set_on=date(2026, 2, 5), extent="none")
    assert walk.ended is not None
    assert "不定目标" in walk.ended.says


@pytest.mark.parametrize(
    ("check", "level", "touching", "wrong"),
    [
        ("after_the_template", "stop", "set_on", {"set_on": date(2026, 1, 19)}),
        ("says_how_much", "reason", "goals", {"goals": ["带头学习", *GOALS]}),
        ("three_to_six", "warn", "goals", {"goals": GOALS[:2]}),
        ("three_to_six", "warn", "goals", {"goals": [*GOALS, *GOALS, "值班2次"]}),
        ("not_copied", "reason", "goals", {"goals": ["学习", "服务群众"]}),
        ("has_time", "stop", "due_on", {"due_on": date(2026, 2, 4)}),
        ("not_only_the_job", "warn", "goals", {"goals": ["销售额增长10%", "利润100万", "产量3000吨"]}),
    ],
)
def test_mistakes_in_the_goals(check: str, level: str, touching: str, wrong: dict[str, Any]) -> None:
    templated().catches(check, level, "claim", touching, **{**CLAIM, **wrong})


def test_goals_may_be_few_when_simplified() -> None:
    assert templated().levels("claim", **{**CLAIM, "extent": "simple", "goals": GOALS[:1]}) == {}


def test_a_score_is_no_ground_for_disposal_and_is_told_to_the_member() -> None:
    walk = graded()
    use = {"told_on": date(2026, 12, 28), "uses": ["disposal"]}
    assert "不合格党员" in walk.catches("no_ground_for_disposal", "stop", "use", "uses", **use)
    walk.catches("told_after_grading", "stop", "use", "told_on", told_on=date(2026, 12, 24), uses=["talk"])


def test_late_templates_lower_rates_and_days_out_of_order() -> None:
    walk = Walk("goal-management")
    walk.catches("early_in_the_year", "warn", "template", "decided_on", decided_on=date(2026, 3, 1))
    walk = templated().record("claim", **CLAIM)
    walk.catches("after_the_claim", "stop", "review", "reviewed_on", reviewed_on=date(2026, 2, 4))
    walk.record("review", reviewed_on=date(2026, 2, 20), shown="both")
    walk.record("progress", checked_on=date(2026, 3, 31), completion=30)
    walk.catches("not_backwards", "warn", "progress", "completion", checked_on=date(2026, 6, 30), completion=20)
    walk.catches("after_the_review", "stop", "grade", "graded_on", graded_on=date(2026, 2, 1))
