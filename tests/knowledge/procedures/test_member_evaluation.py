"""党员鉴定 from the request to its handing over, and each mistake."""

from datetime import date
from typing import Any

import pytest

from knowledge.documents.papers import Papers
from knowledge.procedure.files import faults
from knowledge.procedure.model import Kind, Outcome
from tests.knowledge.procedures.walks import CHEN, ZHAO, Walk, procedures

AROUND = {"subject.person": ZHAO, "subject.status": "full"}
STEPS: list[tuple[str, dict[str, Any]]] = [
    (
        "request",
        {
            "received_on": date(2026, 3, 2),
            "purpose": "transfer",
            "period_first": date(2024, 9, 1),
            "period_last": date(2026, 3, 1),
            "due_on": date(2026, 3, 20),
        },
    ),
    ("self_review", {"handed_in_on": date(2026, 3, 4)}),
    ("comments", {"held_on": date(2026, 3, 6), "invited": True}),
    (
        "opinion",
        {
            "decided_on": date(2026, 3, 9),
            "admitted_on": date(2020, 6, 20),
            "regular_on": date(2021, 6, 20),
            "punished": False,
        },
    ),
    ("told", {"met_on": date(2026, 3, 10), "settled": "none"}),
    ("signing", {"signed_on": date(2026, 3, 11), "signer": CHEN}),
    ("handover", {"handed_on": date(2026, 3, 12)}),
]


def walked(until: str = "", **around: Any) -> Walk:
    """The straight way as far as a step."""
    walk = Walk("member-evaluation", {**AROUND, **around})
    for step, values in STEPS:
        if step == until:
            return walk
        walk.record(step, **values)
    return walk


def test_from_the_request_to_the_handing_over_it_ends_as_done() -> None:
    walk = walked()
    assert walk.ended is not None
    assert walk.ended.outcome is Outcome.DONE
    assert walk.facts.get("request.finish_by") == date(2026, 3, 13)


@pytest.mark.parametrize(
    ("step", "changed", "check", "level", "words"),
    [
        ("request", {"period_last": date(2024, 9, 1)}, "a_real_period", "stop", "起要在止的前面"),
        ("request", {"due_on": date(2026, 3, 1)}, "not_yet_over", "stop", "2026年3月2日"),
        ("self_review", {"handed_in_on": date(2026, 3, 1)}, "after_request", "stop", "2026年3月2日"),
        ("comments", {"held_on": date(2026, 3, 3)}, "after_self_review", "stop", "2026年3月4日"),
        ("comments", {"invited": False}, "may_be_heard", "stop", "有权参加和申辩"),
        ("opinion", {"decided_on": date(2026, 3, 5)}, "after_comments", "stop", "先评议"),
        ("opinion", {"regular_on": date(2021, 6, 19)}, "a_year_of_probation", "stop", "转正最早是2021年6月20日"),
        ("opinion", {"punished": True}, "told_as_it_is", "warn", "如实写明"),
        ("told", {"met_on": date(2026, 3, 8)}, "after_opinion", "stop", "2026年3月9日"),
        ("told", {"settled": "open"}, "dealt_with", "stop", "还没处理"),
        ("signing", {"signed_on": date(2026, 3, 9)}, "seen_first", "stop", "本人2026年3月10日才见过结论"),
        ("signing", {"signer": ZHAO}, "not_oneself", "stop", "自己给自己"),
        ("handover", {"handed_on": date(2026, 3, 10)}, "after_signing", "stop", "2026年3月11日"),
        ("handover", {"handed_on": date(2026, 3, 21)}, "in_time", "reason", "2026年3月20日前交"),
        ("handover", {"handed_on": date(2026, 3, 16)}, "ten_working_days", "warn", "2026年3月13日"),
    ],
)
def test_a_mistake_is_caught_as_it_is_typed(
    step: str, changed: dict[str, Any], check: str, level: str, words: str
) -> None:
    walk = walked(step)
    values = {**next(values for name, values in STEPS if name == step), **changed}
    problem = walk.found(step, next(reversed(changed)), **values)[check]
    assert problem.level == level
    assert words in problem.words


def test_a_probationary_member_is_not_asked_when_she_became_full() -> None:
    walk = walked("opinion", **{"subject.status": "probationary"})
    walk.record("opinion", decided_on=date(2026, 3, 9), admitted_on=date(2025, 6, 20), punished=False)


@pytest.mark.parametrize("settled", ["none", "checked", "attached"])
def test_objections_that_were_dealt_with_do_not_hold_it_up(settled: str) -> None:
    assert walked("told").levels("told", met_on=date(2026, 3, 10), settled=settled) == {}


def test_no_words_about_anybody_are_kept_and_its_papers_are_there() -> None:
    kinds = {asked.kind for step in procedures().named("member-evaluation").steps for asked in step.fields}
    assert not kinds & {Kind.TEXT, Kind.LINES}
    assert not [one for one in faults(papers=set(Papers.load())) if one.file.endswith("/member-evaluation.yaml")]
